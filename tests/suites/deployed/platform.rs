//! As a platform builds and runs it: the steps of its `Dockerfile`, without a container.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use course::lessons::{self, Lesson};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{process::Command, sync::OnceCell, time::timeout};
use wire::{connection::Http, server::Server};
use workbook::programs;

use crate::lesson;

/// How soon a platform expects a sign of life.
const SOON: Duration = Duration::from_secs(1);

/// The instructions of a lesson's `Dockerfile`, each a word and its arguments.
fn instructions(lesson: &Lesson) -> Vec<(String, String)> {
    let text = fs::read_to_string(lesson.folder().join("Dockerfile")).unwrap();
    let instructions = text.lines().filter_map(|line| line.split_once(' '));
    let instructions = instructions.filter(|(word, _)| *word != "#");
    let owned = |(word, arguments): (&str, &str)| (word.to_owned(), arguments.to_owned());
    instructions.map(owned).collect()
}

/// The arguments of each instruction that begins with this word.
fn arguments(lesson: &Lesson, word: &str) -> Vec<String> {
    let mut instructions = instructions(lesson);
    instructions.retain(|(found, _)| found == word);
    let arguments = instructions.into_iter().map(|(_, arguments)| arguments);
    arguments.collect()
}

/// A folder that every user may enter, like the root of an image.
fn open_folder() -> TempDir {
    let open = fs::Permissions::from_mode(0o755);
    tempfile::Builder::new()
        .permissions(open)
        .tempdir()
        .unwrap()
}

async fn succeed(command: &mut Command) {
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
}

/// The content of the image, made once with the first stage of the `Dockerfile`.
pub async fn image() -> &'static Path {
    static IMAGE: OnceCell<PathBuf> = OnceCell::const_new();
    IMAGE.get_or_init(build).await
}

async fn build() -> PathBuf {
    let folder = programs::target().join("tmp/image");
    let (source, build) = (folder.join("source"), folder.join("build"));
    // From a run before.
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder).unwrap();
    let workbook = programs::workbook();
    let package = ["package", &lesson().name];
    succeed(Command::new(workbook).args(package).arg(&source)).await;
    fs::create_dir(&build).unwrap();
    let stages = instructions(&lesson());
    let stages: Vec<_> = stages.split(|(word, _)| word == "FROM").collect();
    let mut environment = Vec::new();
    for (word, arguments) in stages[1] {
        match word.as_str() {
            "ENV" => environment.push(variable(arguments)),
            "COPY" => {
                let (files, to) = arguments.rsplit_once(' ').unwrap();
                for file in files.split(' ') {
                    let mut copy = Command::new("cp");
                    copy.args(["-r", file]).arg(build.join(to));
                    succeed(copy.current_dir(&source)).await;
                }
            }
            "RUN" => {
                let mut shell = Command::new("sh");
                shell.args(["-ec", arguments]).current_dir(&build);
                shell.envs(environment.iter().cloned());
                // Removes the settings of the tests' own build.
                succeed(shell.env_remove("CARGO_TARGET_DIR")).await;
            }
            _ => {}
        }
    }
    let image = folder.join("image");
    fs::rename(build.join("image"), &image).unwrap();
    fs::remove_dir_all(build).unwrap();
    image
}

/// A variable as `ENV` sets it, `NAME=value` or `NAME="a value"`.
fn variable(arguments: &str) -> (String, String) {
    let (name, value) = arguments.split_once('=').unwrap();
    (name.to_owned(), value.trim_matches('"').to_owned())
}

/// Runs a program as the image's user, without this environment. Without root's rights, the user doesn't change.
fn as_the_images_user(program: &str) -> Command {
    let user = arguments(&lesson(), "USER").remove(0);
    let (user, group) = user.split_once(':').unwrap();
    let root =
        fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0);
    let mut command = if root {
        let mut command = Command::new("/usr/bin/setpriv");
        command.args(["--reuid", user, "--regid", group, "--clear-groups", program]);
        command
    } else {
        Command::new(program)
    };
    command.env_clear();
    command
}

async fn status(base: &str, path: &str) -> u16 {
    Http::new(base)
        .unwrap()
        .get(path, None)
        .await
        .unwrap()
        .status
}

#[tokio::test]
async fn a_platforms_build_runs_as_nobody_in_a_read_only_folder() {
    let folder = open_folder();
    let copy = folder.path().join("image");
    succeed(Command::new("cp").arg("-r").arg(image().await).arg(&copy)).await;
    succeed(Command::new("chmod").args(["-R", "a-w"]).arg(&copy)).await;
    let image = copy;
    let written = as_the_images_user("/usr/bin/touch")
        .current_dir(&image)
        .arg("file")
        .stderr(Stdio::null())
        .status()
        .await
        .unwrap();
    assert!(!written.success(), "the folder can be written");

    let command: Vec<String> =
        serde_json::from_str(&arguments(&lesson(), "CMD").remove(0)).unwrap();
    let mut server = as_the_images_user(&command[0]);
    // The first belongs to the build stage.
    let environment = arguments(&lesson(), "ENV").into_iter().skip(1);
    server.envs(environment.map(|arguments| variable(&arguments)));
    server.env("DRAIN_SECONDS", "0");
    let healthy = async {
        let server = Server::start_command(server, &image, &[]).await.unwrap();
        assert_eq!(status(&server.base, "/healthz").await, 200);
        server
    };
    let mut server = timeout(SOON, healthy)
        .await
        .expect("no sign of life in time");
    assert_eq!(status(&server.base, "/socket.io/socket.io.js").await, 200);
    let workbook = programs::workbook();
    succeed(Command::new(workbook).args(["check", &lesson().name, "--url", &server.base])).await;

    let process = server.child.id().unwrap().to_string();
    succeed(Command::new("kill").args(["-TERM", &process])).await;
    assert_eq!(server.child.wait().await.unwrap().code(), Some(0));
    let log = server.log.text();
    for line in log.lines().filter(|line| !line.starts_with("http://")) {
        let entry: Value = serde_json::from_str(line).expect(line);
        assert!(entry["fields"]["message"].is_string(), "{line}");
    }
}

#[tokio::test]
async fn a_platforms_files_match_the_lesson() {
    let mut lessons = lessons::all().unwrap();
    lessons.retain(|lesson| lesson.includes("deploy"));
    for lesson in lessons {
        let read = |name: &str| fs::read_to_string(lesson.folder().join(name)).unwrap();
        let program = &lesson.name;

        let app: Value = serde_json::from_str(&read("app.json")).unwrap();
        let help = Command::new(programs::program(&lesson))
            .arg("--help")
            .output()
            .await
            .unwrap();
        let help = String::from_utf8(help.stdout).unwrap();
        let settings = app["env"].as_object().into_iter().flatten();
        for (name, _) in settings {
            let shown = format!("[env: {name}=");
            assert!(help.contains(&shown), "{program} has no setting {name}");
        }
        assert_eq!(
            read("Procfile"),
            format!("web: ./target/release/{program}\n")
        );
        assert_eq!(arguments(&lesson, "CMD"), [format!(r#"["./{program}"]"#)]);
        // The only file that it names exists.
        assert!(read("heroku.yml").ends_with("    web: Dockerfile\n"));
        let images = arguments(&lesson, "FROM");
        let rust = format!("rust:{}-", env!("CARGO_PKG_RUST_VERSION"));
        assert!(images[0].starts_with(&rust), "{images:?}");
    }
}
