//! `workbook run`: one lesson, from the top of the workbook.

use std::process::Command;

use anyhow::Result;
use course::lessons;

use super::setup;

/// Runs a lesson until it ends, installing what its page loads when that is missing.
pub fn run(lesson: &str) -> Result<()> {
    let lesson = lessons::find(lesson)?;
    setup::ensure_client();
    let mut cargo = Command::new("cargo");
    cargo
        .args(["run", "--package", lesson.package(), "--bin", &lesson.name])
        .current_dir(lessons::root());
    become_process(&mut cargo)
}

/// Puts the command in this process's place: Ctrl-C then reaches the lesson alone.
#[cfg(unix)]
fn become_process(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(anyhow::Error::from(command.exec()).context("cannot run cargo"))
}

#[cfg(not(unix))]
fn become_process(command: &mut Command) -> Result<()> {
    let status = anyhow::Context::context(command.status(), "cannot run cargo")?;
    std::process::exit(status.code().unwrap_or(1))
}
