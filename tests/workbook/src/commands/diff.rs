//! `workbook diff` and `workbook solution`: what a lesson adds to its base, or to a student's copy.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, bail};
use course::lessons::{self, root};

use super::check::{self, shown};

/// Prints the difference between a lesson and its base: the server, then the page.
pub fn diff(lesson: &str) -> Result<()> {
    let lesson = lessons::find(lesson)?;
    let Some(base) = lesson.base() else {
        bail!("{0} is the first lesson: read lessons/{0}.", lesson.name);
    };
    for folder in ["lessons", "public"] {
        let folder = root().join(folder);
        print_diff(&folder.join(base), &folder.join(&lesson.name))?;
    }
    Ok(())
}

/// Prints the difference between a student's copy and the lesson: what is left to write, and what is written
/// in another way.
pub fn solution(lesson: &str, work: &Path) -> Result<()> {
    let lesson = lessons::find(lesson)?;
    check::expect_copy(work, &lesson)?;
    print_diff(&work.join("src"), &lesson.folder().join("src"))?;
    let page = |public: &Path| public.join("public").join(&lesson.name);
    if page(work).is_dir() {
        print_diff(&page(work), &page(root()))?;
    }
    Ok(())
}

fn print_diff(from: &Path, to: &Path) -> Result<()> {
    let status = Command::new("git")
        .args(["--no-pager", "diff", "--no-index", "--"])
        .args([shown(from), shown(to)])
        .current_dir(root())
        .status()
        .context("cannot run git")?;
    // 0: no difference, 1: a difference, none: the reader has seen enough and closed the pipe.
    if !matches!(status.code(), Some(0 | 1) | None) {
        bail!("git ended with {status}");
    }
    Ok(())
}
