//! Lesson 07 as a platform builds and runs it: the steps of its `Dockerfile`, without a container.

#![cfg(unix)]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use course::lessons;
use serde_json::Value;
use tempfile::TempDir;
use tokio::{process::Command, time::timeout};
use wire::{connection::Http, server::Server};
use workbook::programs;

/// How soon a platform wants a sign of life.
const SOON: Duration = Duration::from_secs(1);

fn deploy() -> lessons::Lesson {
    lessons::find("deploy").unwrap()
}

/// The arguments of each line of the `Dockerfile` that begins with this word, in their order.
fn instructions(word: &str) -> Vec<String> {
    let text = fs::read_to_string(deploy().folder().join("Dockerfile")).unwrap();
    let arguments = |line: &str| Some(line.strip_prefix(word)?.trim().to_owned());
    text.lines().filter_map(arguments).collect()
}

/// A folder that every user may enter, as the root of an image is.
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

/// Makes the image's content in a clean folder by the steps of the `Dockerfile`, and takes everybody's leave to
/// write there.
async fn image(folder: &Path) -> PathBuf {
    let source = folder.join("source");
    let workbook = programs::workbook();
    succeed(Command::new(workbook).args(["package", "07"]).arg(&source)).await;
    for step in instructions("RUN") {
        let mut shell = Command::new("sh");
        shell.args(["-ec", &step]).current_dir(&source);
        // Settings of the tests' own build would not be there.
        succeed(shell.env_remove("CARGO_TARGET_DIR")).await;
    }
    let image = folder.join("image");
    fs::rename(source.join("image"), &image).unwrap();
    succeed(Command::new("chmod").args(["-R", "a-w"]).arg(&image)).await;
    image
}

/// Runs a program as the image's user would, with nothing of this environment. Who is not root stays who they are.
fn as_the_images_user(program: &str) -> Command {
    let user = instructions("USER").remove(0);
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
async fn what_a_platform_builds_runs_as_nobody_in_a_folder_that_it_cannot_write() {
    let folder = open_folder();
    let image = image(folder.path()).await;
    let written = as_the_images_user("/usr/bin/touch")
        .current_dir(&image)
        .arg("file")
        .stderr(Stdio::null())
        .status()
        .await
        .unwrap();
    assert!(!written.success(), "the folder can be written");

    let command: Vec<String> = serde_json::from_str(&instructions("CMD").remove(0)).unwrap();
    let mut server = as_the_images_user(&command[0]);
    for variable in instructions("ENV") {
        let (name, value) = variable.split_once('=').unwrap();
        server.env(name, value);
    }
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
    succeed(Command::new(workbook).args(["check", "07", "--url", &server.base])).await;

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
async fn what_a_platform_reads_is_true() {
    let folder = deploy().folder();
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let program = &deploy().name;

    let app: Value = serde_json::from_str(&read("app.json")).unwrap();
    let help = Command::new(programs::program(&deploy()))
        .arg("--help")
        .output()
        .await
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for name in app["env"].as_object().unwrap().keys() {
        assert!(
            help.contains(&format!("  {name} ")),
            "there is no setting {name}"
        );
    }
    assert_eq!(
        read("Procfile"),
        format!("web: ./target/release/{program}\n")
    );
    // The only file that it names is there.
    assert!(read("heroku.yml").ends_with("    web: Dockerfile\n"));
    let images = instructions("FROM");
    let rust = format!("rust:{}-", env!("CARGO_PKG_RUST_VERSION"));
    assert!(images[0].starts_with(&rust), "{images:?}");
}
