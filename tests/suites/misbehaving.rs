//! Servers that misbehave: a check finishes, and leaves nothing behind.

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use axum::{Router, body::Body, routing::get};
use course::lessons;
use serde_json::Value;
use suites::copies::copy_with;
use tempfile::TempDir;
use tokio::{net::TcpListener, time::timeout};
use workbook::programs;

/// How long a check may take here. It has limits of its own; this one is for a very busy machine.
const PATIENCE: Duration = Duration::from_mins(5);

const LIBRARY: &str = "src/lib.rs";
const CONNECTED: &str = "    info!(id = %socket.id, \"client connected\");";

fn check(lesson: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(programs::workbook());
    command
        .args(["check", lesson])
        .args(arguments)
        .env("NO_COLOR", "1")
        .env("CARGO_NET_OFFLINE", "true");
    command
}

fn run(lesson: &str, folder: &TempDir) -> Output {
    let work = folder.path().join("work");
    check(lesson, &["--work", &work.to_string_lossy()])
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr]
        .map(|text| String::from_utf8_lossy(text).into_owned())
        .concat()
}

/// Serves this router, and checks it as a server at a URL.
async fn check_url(lesson: &str, router: Router) -> Output {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, router).into_future());
    let mut command = tokio::process::Command::from(check(lesson, &["--url", &url]));
    timeout(PATIENCE, command.output()).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_endless_body_is_not_collected() {
    let endless = || async {
        let chunk = Ok::<_, std::io::Error>(vec![b'x'; 1 << 20]);
        Body::from_stream(futures_util::stream::repeat_with(move || {
            chunk
                .as_ref()
                .map(Clone::clone)
                .map_err(|_| std::io::Error::other("no"))
        }))
    };
    let output = check_url("01", Router::new().fallback(get(endless))).await;
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("can't be read"), "{}", said(&output));
}

#[tokio::test]
async fn an_older_version_of_socket_io_is_named() {
    let opened = "96:0{\"sid\":\"a\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,\"pingTimeout\":5000}2:40";
    let router = Router::new()
        .route("/socket.io/", get(move || async move { opened }))
        .fallback(get(async || "page"));
    let output = check_url("02", router).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("Socket.IO 2"), "{}", said(&output));
}

/// The check ends even though its clients receive events without a pause.
#[test]
fn a_server_that_never_stops_sending_fails() {
    let endless = format!(
        "{CONNECTED}\n    let other = socket.clone();\n    tokio::spawn(async move {{\n        loop {{\n            \
         other.emit(\"ruido\", \"x\").ok();\n            tokio::task::yield_now().await;\n        }}\n    }});"
    );
    let copy = copy_with("02", LIBRARY, &[(CONNECTED, &endless)]);
    let begun = Instant::now();
    let output = run("02", &copy);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(begun.elapsed() < PATIENCE);
}

#[test]
fn an_endless_log_is_not_kept() {
    let endless = format!(
        "    std::thread::spawn(|| loop {{\n        println!(\"{{}}\", \"x\".repeat(1_000));\n    }});\n{CONNECTED}"
    );
    let copy = copy_with("02", LIBRARY, &[(CONNECTED, &endless)]);
    let output = run("02", &copy);
    assert!(
        said(&output).len() < 100_000,
        "{} bytes",
        said(&output).len()
    );
}

/// The processes that a student's server starts are stopped with it, and Ctrl-C leaves nothing running, either.
#[cfg(unix)]
#[test]
fn nothing_is_left_behind() {
    let child = format!(
        "    std::process::Command::new(\"sleep\").arg(\"97531\").spawn().ok();\n{CONNECTED}"
    );
    let copy = copy_with("02", LIBRARY, &[(CONNECTED, &child)]);
    run("02", &copy);
    assert_eq!(running("97531"), 0);

    // A build that never ends, until Ctrl-C stops it.
    let work = copy.path().join("work");
    fs::write(
        work.join("build.rs"),
        "fn main() { std::process::Command::new(\"sleep\").arg(\"86420\").status().unwrap(); }",
    )
    .unwrap();
    let folders = server_folders();
    let mut checking = check("02", &["--work", &work.to_string_lossy()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while running("86420") == 0 {
        assert!(begun.elapsed() < PATIENCE, "the build script never ran");
        // There's no event for a process that starts.
        std::thread::sleep(Duration::from_millis(50));
    }
    let interrupted = Command::new("kill")
        .args(["-INT", &checking.id().to_string()])
        .status();
    assert!(interrupted.unwrap().success());
    assert_eq!(checking.wait().unwrap().code(), Some(130));
    while running("86420") > 0 {
        assert!(begun.elapsed() < PATIENCE, "the build script still runs");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(server_folders(), folders);
}

/// The number of processes with this argument.
#[cfg(unix)]
fn running(argument: &str) -> usize {
    let output = Command::new("pgrep")
        .args(["-fx", &format!("sleep {argument}")])
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).lines().count()
}

/// The folders of running programs, and of those that weren't cleaned up.
#[cfg(unix)]
fn server_folders() -> usize {
    let entries = fs::read_dir(programs::target()).unwrap().flatten();
    entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("server-"))
        .count()
}

/// There's one document in every case.
#[test]
fn json_says_how_far_a_check_got() {
    let state = |lesson: &str, work: &Path| {
        let output = check(lesson, &["--json", "--work", &work.to_string_lossy()])
            .output()
            .unwrap();
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let state = document["state"].as_str().unwrap().to_owned();
        (state, output.status.code().unwrap())
    };
    let nowhere = tempfile::tempdir().unwrap();
    let expected = |state: &str, code| (state.to_owned(), code);
    assert_eq!(
        state("01", &nowhere.path().join("work")),
        expected("cannot-check", 2)
    );
    assert_eq!(state("99", nowhere.path()), expected("cannot-check", 2));

    let copy = copy_with("01", LIBRARY, &[("Router::new()", "Router::nonsense()")]);
    let work = copy.path().join("work");
    assert_eq!(state("01", &work), expected("does-not-compile", 1));
    fs::write(work.join("src/main.rs"), "fn main() {}").unwrap();
    fs::copy(
        lessons::find("01").unwrap().folder().join(LIBRARY),
        work.join(LIBRARY),
    )
    .unwrap();
    assert_eq!(state("01", &work), expected("does-not-start", 1));

    let output = check("01", &["--json", "--url", "http://127.0.0.1:1"])
        .output()
        .unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (document["state"].as_str(), output.status.code()),
        (Some("unreachable"), Some(2))
    );
}
