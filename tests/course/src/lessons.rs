//! The lessons, as their folders and manifests say.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::LazyLock,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use toml_edit::{DocumentMut, Item};
use wire::server::Server;

/// How long a server may take to print the address of its page, after its own.
const PAGE_LIMIT: Duration = Duration::from_secs(10);

/// The name of the capstone.
pub const CAPSTONE: &str = "capstone";

/// The package of the lesson that the capstone builds on.
const CAPSTONE_BASE: &str = "deploy";

/// A lesson: a folder in `lessons/` whose name begins with its number. Or the capstone, which has no code of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// Its place in the course, from 1 on. The capstone comes after them all.
    pub number: u8,
    /// The name of its folder, its page's folder and its binary, `03-emit`. The capstone has only a page.
    pub name: String,
    /// The part of the course that it belongs to.
    pub part: u8,
    /// The names of the lessons that it builds on: its base, that one's base, and so on.
    pub bases: Vec<String>,
}

impl Lesson {
    /// The name of its package, `emit`.
    pub fn package(&self) -> &str {
        package(&self.name)
    }

    /// The short name that people type: `03`, or `capstone`.
    pub fn short(&self) -> &str {
        self.name
            .split_once('-')
            .map_or(&self.name, |(number, _)| number)
    }

    /// Whether it's the capstone.
    pub fn is_capstone(&self) -> bool {
        self.name == CAPSTONE
    }

    /// The folder of its crate.
    pub fn folder(&self) -> PathBuf {
        root().join("lessons").join(&self.name)
    }

    /// The name of the lesson that it builds on, `02-connect`.
    pub fn base(&self) -> Option<&str> {
        self.bases.first().map(String::as_str)
    }

    /// Where a server of this lesson has its page: on another server, from the lesson `front-end` on.
    pub async fn page(&self, server: &Server) -> Result<String> {
        if self.includes("front-end") {
            server.log.second_address("its page", PAGE_LIMIT).await
        } else {
            Ok(server.base.clone())
        }
    }

    /// Whether it is the lesson of this package, or builds on it.
    pub fn includes(&self, other: &str) -> bool {
        self.package() == other || self.bases.iter().any(|base| package(base) == other)
    }
}

fn package(name: &str) -> &str {
    name.split_once('-').map_or(name, |(_, package)| package)
}

/// The top folder of the workbook.
///
/// It's looked for in each run, from where cargo or the shell has started the program, since the program may have been
/// built for another clone that shares the build folder, or in a folder that was renamed since.
pub fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let start = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let start = start.or_else(|| env::current_dir().ok());
        let start = start.unwrap_or_default();
        let is_top = |folder: &&Path| folder.join("lessons").is_dir();
        start.ancestors().find(is_top).unwrap_or(&start).to_owned()
    });
    &ROOT
}

/// All lessons, in order.
pub fn all() -> Result<Vec<Lesson>> {
    read(root())
}

fn read(root: &Path) -> Result<Vec<Lesson>> {
    let folder = root.join("lessons");
    let entries = fs::read_dir(&folder).with_context(|| {
        format!(
            "cannot read {}: start in the workbook's folder",
            folder.display()
        )
    })?;
    let mut names = Vec::new();
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let number = name
            .split_once('-')
            .and_then(|(number, _)| number.parse::<u8>().ok());
        names.extend(number.map(|number| (number, name)));
    }
    names.sort();
    let mut lessons: Vec<Lesson> = Vec::new();
    for (number, name) in names {
        let file = folder.join(&name).join("Cargo.toml");
        let (part, base) =
            metadata(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let base = match &base {
            None => lessons.last(),
            Some(base) => {
                let found = lessons.iter().find(|lesson| lesson.package() == base);
                Some(found.with_context(|| {
                    format!("{name} builds on {base}, but no lesson before it is called that")
                })?)
            }
        };
        let bases = base.map(|base| [vec![base.name.clone()], base.bases.clone()].concat());
        lessons.push(Lesson {
            number,
            name,
            part,
            bases: bases.unwrap_or_default(),
        });
    }
    Ok(lessons)
}

/// Reads `[package.metadata.lesson]` of a manifest: the part, and the base unless that's the lesson before.
fn metadata(manifest: &Path) -> Result<(u8, Option<String>)> {
    let manifest: DocumentMut = fs::read_to_string(manifest)?.parse()?;
    let lesson = &manifest["package"]["metadata"]["lesson"];
    let part = lesson.get("part").and_then(Item::as_integer);
    let part = part.context("[package.metadata.lesson] needs a part, as in `part = 1`")?;
    let base = lesson.get("base").and_then(Item::as_str);
    Ok((part.try_into()?, base.map(str::to_owned)))
}

/// The capstone: people build it without a lesson, and it's checked like one.
pub fn capstone() -> Result<Lesson> {
    let base = find(CAPSTONE_BASE)?;
    Ok(Lesson {
        number: u8::MAX,
        name: CAPSTONE.to_owned(),
        part: 3,
        bases: [vec![base.name], base.bases].concat(),
    })
}

/// Finds something to build: a lesson, or the capstone.
pub fn find_to_build(wanted: &str) -> Result<Lesson> {
    if wanted == CAPSTONE {
        return capstone();
    }
    find(wanted)
}

/// Finds a lesson by `3`, `03`, `03-emit` or `emit`.
pub fn find(wanted: &str) -> Result<Lesson> {
    if wanted == CAPSTONE {
        bail!(
            "The workbook has no server for the capstone: you build it. `just start capstone` makes your copy, and \
             `just watch work capstone` runs it."
        );
    }
    let lessons = all()?;
    let meant = |lesson: &&Lesson| {
        wanted.parse() == Ok(lesson.number) || wanted == lesson.name || wanted == lesson.package()
    };
    if let Some(lesson) = lessons.iter().find(meant) {
        return Ok(lesson.clone());
    }
    let names: Vec<_> = lessons.iter().map(|lesson| lesson.name.as_str()).collect();
    bail!(
        "there is no lesson {wanted}. The lessons are:\n  {}",
        names.join("\n  ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesson_is_found_by_number_folder_and_package() {
        for wanted in ["3", "03", "03-emit", "emit"] {
            assert_eq!(find(wanted).unwrap().name, "03-emit", "{wanted}");
        }
    }

    #[test]
    fn the_capstone_is_something_to_build_and_not_a_lesson() {
        let capstone = find_to_build(CAPSTONE).unwrap();
        assert_eq!(
            (capstone.short(), capstone.package(), capstone.base()),
            ("capstone", "capstone", Some("07-deploy"))
        );
        assert_eq!(find_to_build("03").unwrap().short(), "03");
        let message = find(CAPSTONE).unwrap_err().to_string();
        assert!(message.contains("you build it"), "{message}");
    }

    #[test]
    fn an_unknown_lesson_is_answered_with_the_list() {
        let message = find("nada").unwrap_err().to_string();
        assert!(
            message.contains("no lesson nada") && message.contains("\n  07-deploy"),
            "{message}"
        );
    }

    #[test]
    fn a_lesson_builds_on_the_one_before_unless_its_manifest_says_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let add = |name: &str, metadata: &str| {
            let lesson = folder.path().join("lessons").join(name);
            fs::create_dir_all(&lesson).unwrap();
            let manifest = format!("[package.metadata.lesson]\n{metadata}\n");
            fs::write(lesson.join("Cargo.toml"), manifest).unwrap();
        };
        add("01-one", "part = 1");
        add("02-two", "part = 1");
        add("10-ten", "part = 2\nbase = \"one\"");
        let lessons = read(folder.path()).unwrap();
        let bases: Vec<_> = lessons
            .iter()
            .map(|lesson| (lesson.part, lesson.base()))
            .collect();
        assert_eq!(bases, [(1, None), (1, Some("01-one")), (2, Some("01-one"))]);
        assert!(
            lessons[2].includes("ten") && lessons[2].includes("one") && !lessons[2].includes("two")
        );

        add("11-eleven", "part = 2\nbase = \"nada\"");
        let message = read(folder.path()).unwrap_err().to_string();
        assert_eq!(
            message,
            "11-eleven builds on nada, but no lesson before it is called that"
        );
        add("11-eleven", "");
        let message = format!("{:#}", read(folder.path()).unwrap_err());
        assert!(
            message.ends_with("needs a part, as in `part = 1`"),
            "{message}"
        );
    }
}
