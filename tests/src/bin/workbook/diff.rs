//! `workbook diff`: what a lesson adds to the one before it.

use std::process::Command;

use contract::lessons;

/// Prints the difference between a lesson and the one before: the server, then the page.
///
/// # Errors
/// There is no such lesson, or none before it, or git is not there.
pub fn diff(lesson: &str) -> Result<(), String> {
    let lesson = lessons::find(lesson)?;
    let lessons = lessons::all().map_err(|error| format!("the lessons cannot be read: {error}"))?;
    let mut before = lessons.iter().rev();
    let before = before
        .find(|other| other.number < lesson.number)
        .ok_or_else(|| format!("{} is the first lesson: read lessons/{0}.", lesson.name))?;
    for folder in ["lessons", "public"] {
        let status = Command::new("git")
            .args(["--no-pager", "diff", "--no-index", "--"])
            .arg(format!("{folder}/{}", before.name))
            .arg(format!("{folder}/{}", lesson.name))
            .current_dir(lessons::root())
            .status()
            .map_err(|error| format!("git cannot be run: {error}"))?;
        // 0: no difference, 1: a difference, none: the reader has seen enough and closed the pipe.
        if !matches!(status.code(), Some(0 | 1) | None) {
            return Err(format!("git ended with {status}"));
        }
    }
    Ok(())
}
