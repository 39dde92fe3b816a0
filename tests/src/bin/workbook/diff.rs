//! `workbook diff` and `workbook solution`: what a lesson adds to the one before, or to a student's copy.

use std::{path::Path, process::Command};

use contract::lessons::{self, root};

use crate::check::shown;

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
        let folder = root().join(folder);
        print_diff(&folder.join(&before.name), &folder.join(&lesson.name))?;
    }
    Ok(())
}

/// Prints the difference between a student's copy and the lesson: what is left to write, and what is written
/// in another way.
///
/// # Errors
/// There is no such lesson or no copy, or git is not there.
pub fn solution(lesson: &str, work: &Path) -> Result<(), String> {
    let lesson = lessons::find(lesson)?;
    if !work.join("src").is_dir() {
        return Err(format!(
            "there is no {}: `just start {:02}` makes it.",
            shown(work),
            lesson.number
        ));
    }
    print_diff(&work.join("src"), &lesson.folder().join("src"))?;
    let page = |public: &Path| public.join("public").join(&lesson.name);
    if page(work).is_dir() {
        print_diff(&page(work), &page(root()))?;
    }
    Ok(())
}

fn print_diff(from: &Path, to: &Path) -> Result<(), String> {
    let status = Command::new("git")
        .args(["--no-pager", "diff", "--no-index", "--"])
        .args([shown(from), shown(to)])
        .current_dir(root())
        .status()
        .map_err(|error| format!("git cannot be run: {error}"))?;
    // 0: no difference, 1: a difference, none: the reader has seen enough and closed the pipe.
    if matches!(status.code(), Some(0 | 1) | None) {
        Ok(())
    } else {
        Err(format!("git ended with {status}"))
    }
}
