//! The repository itself: a new lesson is found everywhere, and clones that share a build folder don't get mixed up.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use course::lessons::root;
use tempfile::TempDir;
use wire::{connection::Http, server::Server};
use workbook::programs::{self, cargo, target};

/// A clone of the workbook, which shares this one's build folder.
struct Clone {
    _parent: TempDir,
    folder: PathBuf,
}

impl Clone {
    fn new() -> Self {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("clone");
        let listed = Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(root())
            .output()
            .unwrap();
        assert!(listed.status.success(), "{listed:?}");
        for path in String::from_utf8(listed.stdout)
            .unwrap()
            .split_terminator('\0')
        {
            copy(&root().join(path), &folder.join(path));
        }
        Self {
            _parent: parent,
            folder,
        }
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut cargo = cargo();
        cargo
            .args(arguments)
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", target())
            .env("CARGO_NET_OFFLINE", "true")
            .env("NO_COLOR", "1");
        cargo
    }

    /// Runs the clone's `workbook` program.
    fn workbook(&self, arguments: &[&str]) -> Output {
        let run = ["run", "--quiet", "--package", "workbook", "--"];
        self.cargo(&[&run, arguments].concat()).output().unwrap()
    }

    fn edit(&self, path: &str, changes: &[(&str, &str)]) {
        let file = self.folder.join(path);
        let mut text = fs::read_to_string(&file).unwrap();
        for (from, to) in changes {
            assert!(text.contains(from), "{path} has no {from}");
            text = text.replace(from, to);
        }
        fs::write(file, text).unwrap();
    }
}

/// Copies a file with its time, which cargo uses to notice changes.
fn copy(from: &Path, to: &Path) {
    // A file that git lists may have been deleted.
    let Ok(metadata) = from.metadata() else {
        return;
    };
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(from, to).unwrap();
    let copy = File::options().append(true).open(to).unwrap();
    copy.set_modified(metadata.modified().unwrap()).unwrap();
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            copy(&entry.path(), &to);
        }
    }
}

/// A program's output, from both streams.
fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr]
        .map(|text| String::from_utf8_lossy(text))
        .concat()
}

/// Adds a lesson `99-copy`: a copy of lesson 06, with lesson 06 as its base.
fn add_lesson(clone: &Clone) {
    let folder = |name: &str| clone.folder.join(name);
    copy_folder(&folder("lessons/06-broadcast"), &folder("lessons/99-copy"));
    copy_folder(&folder("public/06-broadcast"), &folder("public/99-copy"));
    // Otherwise, it would have lesson 06's exercises.
    fs::remove_dir_all(folder("lessons/99-copy/solutions")).unwrap();
    clone.edit(
        "lessons/99-copy/Cargo.toml",
        &[
            ("name = \"broadcast\"", "name = \"copy\""),
            ("06-broadcast", "99-copy"),
            ("part = 1", "part = 1\nbase = \"broadcast\""),
        ],
    );
    clone.edit("lessons/99-copy/src/main.rs", &[("broadcast::", "copy::")]);
    clone.edit("lessons/99-copy/src/lib.rs", &[("Lesson 06", "Lesson 99")]);
    let chapter = fs::read_to_string(folder("book/text/lessons/06-broadcast.md")).unwrap();
    let chapter = chapter.lines().map(|line| match line {
        line if line.starts_with("# ") => "# Lesson 99: a copy {#lesson-99}",
        "{{#diff 06}}" => "{{#diff 99}}",
        line => line,
    });
    let chapter = chapter.collect::<Vec<_>>().join("\n");
    fs::write(folder("book/text/lessons/99-copy.md"), chapter).unwrap();
}

#[tokio::test]
async fn a_new_lesson_is_found_by_the_program_and_the_book() {
    let clone = Clone::new();
    add_lesson(&clone);

    // This clone's programs, in the other one: they look for the lessons where they're started.
    let workbook = |arguments: &[&str]| {
        let mut command = Command::new(programs::workbook());
        command
            .args(arguments)
            .current_dir(&clone.folder)
            .env_remove("CARGO_MANIFEST_DIR")
            .env("CARGO_TARGET_DIR", target())
            .env("CARGO_NET_OFFLINE", "true")
            .env("NO_COLOR", "1");
        command
    };
    // Built first, since building the dependencies takes longer than a server may take to start.
    let build = ["build", "--quiet", "--package", "copy"];
    assert!(clone.cargo(&build).status().unwrap().success());
    let mut run = workbook(&["run", "99"]);
    run.env("PUBLIC_DIR", "public/99-copy");
    let server = Server::start_command(run.into(), &clone.folder, &[])
        .await
        .unwrap();
    let page = Http::new(&server.base)
        .unwrap()
        .get("/", None)
        .await
        .unwrap();
    assert!(page.body.contains("<h1"), "{}", page.body);

    let diff = said(&workbook(&["diff", "99"]).output().unwrap());
    assert!(
        diff.contains("lessons/06-broadcast/src/lib.rs b/lessons/99-copy/src/lib.rs"),
        "{diff}"
    );

    // Meanwhile, this thread keeps reading the server's log, or the server would wait for that.
    let check = workbook(&["check", "99", "--url", &server.base]);
    let check = tokio::process::Command::from(check).output().await.unwrap();
    let said_by_check = said(&check);
    assert!(
        check.status.success() && said_by_check.contains("99-copy on http://"),
        "{said_by_check}"
    );
    drop(server);

    let pages = clone.folder.join("pages");
    let build = ["run", "--quiet", "--package", "book", "--", "build", "--to"];
    let book = clone.cargo(&build).arg(&pages).output().unwrap();
    let chapter = fs::read_to_string(pages.join("lessons/99-copy.html")).unwrap_or_default();
    assert!(chapter.contains("Lesson 99: a copy"), "{}", said(&book));
}

/// The place of a copy that the program made, and what it says about it.
fn start_and_check(clone: &Clone) -> String {
    let start = clone.workbook(&["start", "02"]);
    assert!(start.status.success(), "{}", said(&start));
    assert!(
        clone.folder.join("work/src/lib.rs").is_file(),
        "{}",
        said(&start)
    );
    said(&clone.workbook(&["check", "02"]))
}

#[test]
fn clones_with_a_shared_build_folder_stay_separate_and_a_clone_can_be_moved() {
    let mine = fs::metadata(root().join("work"))
        .and_then(|folder| folder.modified())
        .ok();
    let (one, mut other) = (Clone::new(), Clone::new());
    for clone in [&one, &other] {
        let check = start_and_check(clone);
        assert!(check.contains("9 of 20 pass"), "{check}");
    }
    // One is solved, the other isn't. They're checked in turns.
    copy_folder(
        &one.folder.join("lessons/02-connect/src"),
        &one.folder.join("work/src"),
    );
    for _ in 0..2 {
        let check = said(&one.workbook(&["check", "02"]));
        assert!(check.contains("20 of 20 pass"), "{check}");
        let check = said(&other.workbook(&["check", "02"]));
        assert!(check.contains("9 of 20 pass"), "{check}");
    }

    let moved = other.folder.with_file_name("mi carpeta ñ");
    fs::rename(&other.folder, &moved).unwrap();
    other.folder = moved;
    let check = said(&other.workbook(&["check", "02"]));
    assert!(check.contains("9 of 20 pass"), "{check}");

    // This clone's own copy is unchanged.
    let now = fs::metadata(root().join("work"))
        .and_then(|folder| folder.modified())
        .ok();
    assert_eq!(now, mine);
}
