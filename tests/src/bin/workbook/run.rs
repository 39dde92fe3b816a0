//! `workbook run`: one lesson, from the top of the workbook.

use std::process::Command;

use contract::lessons;

use crate::setup;

/// Runs a lesson until it ends, installing what its page loads when that is missing.
///
/// # Errors
/// There is no such lesson, or it cannot be run. A page without its client is no error: the server says so.
pub fn run(lesson: &str) -> Result<(), String> {
    let lesson = lessons::find(lesson)?;
    if !setup::is_up_to_date() {
        setup::setup().unwrap_or_else(|words| eprintln!("{words}"));
    }
    let mut cargo = Command::new("cargo");
    cargo
        .args(["run", "--package", lesson.package(), "--bin", &lesson.name])
        .current_dir(lessons::root());
    become_process(&mut cargo)
}

/// Puts the command in this process's place: Ctrl-C then reaches the lesson alone.
#[cfg(unix)]
fn become_process(command: &mut Command) -> Result<(), String> {
    use std::os::unix::process::CommandExt;
    Err(format!("cargo cannot be run: {}", command.exec()))
}

#[cfg(not(unix))]
fn become_process(command: &mut Command) -> Result<(), String> {
    let status = command.status();
    let status = status.map_err(|error| format!("cargo cannot be run: {error}"))?;
    std::process::exit(status.code().unwrap_or(1))
}
