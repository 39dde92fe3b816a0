//! After `just prepare`, students can work offline: each command runs in a network namespace without a network, and no
//! library is rebuilt.

#![cfg(target_os = "linux")]

use std::{path::Path, process::Command};

use course::lessons::{self, root};
use wire::server::Server;
use workbook::programs::outside_of_cargo;

/// A command in the workbook's top folder, without a network. The processes that it starts are stopped with it.
fn without_network(command: &[&str]) -> Command {
    let mut unshare = Command::new("unshare");
    // In its own user namespace, this needs no root rights outside.
    unshare
        .args([
            "--map-root-user",
            "--net",
            "--pid",
            "--fork",
            "--kill-child",
        ])
        .args(["sh", "-c", "ip link set lo up && exec \"$@\"", "sh"])
        .args(command);
    at_the_top(unshare)
}

fn at_the_top(mut command: Command) -> Command {
    command
        .current_dir(root())
        .env("NO_COLOR", "1")
        .env("PORT", "0");
    outside_of_cargo(command)
}

/// Runs it to its end, and returns its output from both streams, and whether it succeeded.
fn run(mut command: Command) -> (String, bool) {
    let output = command.output().unwrap();
    let said = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    (said.concat(), output.status.success())
}

/// Runs a recipe without a network.
fn just(arguments: &[&str]) -> (String, bool) {
    let (said, done) = run(without_network(&[&["just"], arguments].concat()));
    expect_libraries(arguments, &said);
    (said, done)
}

/// Makes sure that cargo has only compiled this workbook's crates and copies, whose folders it shows.
fn expect_libraries(command: &[&str], said: &str) {
    let mut compiled = said.lines().map(str::trim_start);
    let library = compiled.find(|line| line.starts_with("Compiling ") && !line.ends_with(')'));
    assert_eq!(library, None, "{command:?} builds a library:\n{said}");
}

/// Starts a recipe that serves until it's stopped, waits for its address, and stops it.
async fn serves(arguments: &[&str]) {
    let command = without_network(&[&["just"], arguments].concat());
    let server = Server::start_command(command.into(), root(), &[]).await;
    let server = server.unwrap_or_else(|words| panic!("{arguments:?}: {words}"));
    expect_libraries(arguments, &server.log.text());
}

#[tokio::test]
async fn after_prepare_no_command_needs_a_network_or_builds_a_library() {
    let mut prepare = Command::new("just");
    prepare.arg("prepare");
    let (said, done) = run(at_the_top(prepare));
    assert!(done && said.contains("\nReady: "), "{said}");
    let (links, _) = run(without_network(&["ip", "-oneline", "link"]));
    assert_eq!(links.lines().count(), 1, "not only loopback:\n{links}");

    for command in [&["setup"][..], &["diff", "03"], &["book-build"]] {
        let (said, done) = just(command);
        assert!(done, "{command:?}: {said}");
    }
    serves(&["book", "--port", "0"]).await;
    // This may build libraries, with the tests' features.
    let (said, done) = run(without_network(&["just", "test", "--no-run"]));
    assert!(done, "{said}");

    let folder = tempfile::tempdir().unwrap();
    for lesson in lessons::all().unwrap() {
        serves(&["run", &lesson.name]).await;
        let work = folder.path().join(&lesson.name);
        let work = ["--work", work.to_str().unwrap()];
        for command in ["start", "check"] {
            let (said, _) = just(&[&[command, &lesson.name], &work[..]].concat());
            assert!(
                said.contains("just check") || said.contains(" pass."),
                "{said}"
            );
        }
    }
    a_day_with(&folder.path().join("03-emit")).await;
}

/// The commands that do more with a copy of lesson 03.
async fn a_day_with(work: &Path) {
    let broken = work.with_file_name("03-emit-the-event-is-misspelt");
    let package = work.with_file_name("package");
    let work = ["--work", work.to_str().unwrap()];
    for command in [
        &["hint", "03"][..],
        &["progress"],
        &["solution", "03"],
        &["break", "03", "the-event-is-misspelt"],
    ] {
        let (said, done) = just(&[command, &work].concat());
        assert!(done, "{command:?}: {said}");
    }
    let (said, done) = just(&["package", "03", package.to_str().unwrap()]);
    assert!(done, "{said}");
    let (said, _) = just(&["check", "03", "--work", broken.to_str().unwrap()]);
    assert!(said.contains(" pass."), "{said}");
    serves(&[&["watch", "work", "03"], &work[..]].concat()).await;
}
