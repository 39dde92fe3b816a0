//! `workbook diff` and `workbook solution`: what a lesson adds to its base, or to a student's copy.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, bail};
use course::lessons::{self, root};

use workbook::work;

use super::copies;

/// Prints the difference between a lesson and its base: the server, then the page.
pub fn diff(lesson: &str) -> Result<()> {
    let lesson = lessons::find(lesson)?;
    let Some(base) = lesson.base() else {
        bail!("{0} is the first lesson: read lessons/{0}.", lesson.name);
    };
    for folder in ["lessons", "public"] {
        let folder = root().join(folder);
        print_diff(root(), &folder.join(base), &folder.join(&lesson.name))?;
    }
    Ok(())
}

/// Prints the difference between a student's copy and the lesson: what is left to write, and what is written
/// in another way.
pub fn solution(lesson: &str, work: &Path) -> Result<()> {
    let lesson = lessons::find(lesson)?;
    copies::expect(work, &lesson)?;
    // Side by side in a folder of their own, so that the lesson can have the name of the student's crate.
    let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
    let name = work.file_name().unwrap_or_default();
    let (yours, ours) = (
        folder.path().join(name),
        folder.path().join("lessons").join(&lesson.name),
    );
    work::copy(&work.join("src"), &yours.join("src"))?;
    work::copy(&lesson.folder().join("src"), &ours.join("src"))?;
    work::rename_crate(&ours.join("src/main.rs"), &lesson, work)?;
    print_diff(folder.path(), &yours.join("src"), &ours.join("src"))?;
    let page = work.join("public").join(&lesson.name);
    if page.is_dir() {
        let (yours, ours) = (
            yours.join("page"),
            folder.path().join("public").join(&lesson.name),
        );
        work::copy(&page, &yours)?;
        work::copy(&root().join("public").join(&lesson.name), &ours)?;
        print_diff(folder.path(), &yours, &ours)?;
    }
    Ok(())
}

/// Prints the difference between two folders, whose names are shown as they are below a third.
fn print_diff(top: &Path, from: &Path, to: &Path) -> Result<()> {
    let below = |path: &Path| path.strip_prefix(top).unwrap_or(path).to_owned();
    let status = Command::new("git")
        .args(["--no-pager", "diff", "--no-index", "--"])
        .args([below(from), below(to)])
        .current_dir(top)
        .status()
        .context("cannot run git")?;
    // 0: no difference, 1: a difference, none: the reader has seen enough and closed the pipe.
    if !matches!(status.code(), Some(0 | 1) | None) {
        bail!("git ended with {status}");
    }
    Ok(())
}
