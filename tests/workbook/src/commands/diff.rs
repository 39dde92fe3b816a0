//! `workbook diff` and `workbook solution`: what a lesson adds to its base, and it or an exercise to a student's copy.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail, ensure};
use course::lessons::{self, CAPSTONE, root};

use workbook::work::{self, Begin};

use super::{check, copies};

/// Prints the difference between a lesson and its base: the server, then the page.
pub fn diff(lesson: &str) -> Result<()> {
    let lesson = lessons::find(lesson)?;
    let Some(base) = lesson.base() else {
        bail!(
            "{0} is the first lesson, so it has no base: read lessons/{0}.",
            lesson.name
        );
    };
    // Without the patches, which are no part of the server and give solutions away.
    let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
    let lessons = folder.path().join("lessons");
    for name in [base, &lesson.name] {
        work::copy(&root().join("lessons").join(name), &lessons.join(name))?;
        for patches in ["experiments", "solutions"] {
            let patches = lessons.join(name).join(patches);
            if patches.is_dir() {
                fs::remove_dir_all(patches)?;
            }
        }
    }
    print_diff(
        folder.path(),
        &lessons.join(base),
        &lessons.join(&lesson.name),
    )?;
    let pages = root().join("public");
    print_diff(root(), &pages.join(base), &pages.join(&lesson.name))
}

/// Prints the difference between a student's copy and the lesson, or our solution of an exercise: what is left to write,
/// and what is written in another way.
pub fn solution(lesson: &str, exercise: Option<&str>, work: &Path) -> Result<()> {
    ensure!(
        lesson != CAPSTONE,
        "There's no solution to the capstone, on purpose: it's yours. `just check capstone` says whether it works."
    );
    let lesson = lessons::find(lesson)?;
    let exercise = exercise.map(|name| check::exercise(&lesson, name));
    let exercise = exercise.transpose()?;
    let work = copies::of(exercise.as_ref(), work);
    copies::expect(&work, &lesson)?;
    // Side by side in a folder of their own, so that the lesson can have the name of the student's crate.
    let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
    let name = work.file_name().unwrap_or_default();
    let (yours, ours) = (folder.path().join(name), folder.path().join("ours"));
    match &exercise {
        Some(exercise) => work::solve(exercise, &ours)?,
        None => work::create(&lesson, Begin::AsTheLesson, &ours)?,
    }
    work::rename_crate(&ours.join("src/main.rs"), &lesson, &work)?;
    work::copy(&work.join("src"), &yours.join("src"))?;
    let path = Path::new("lessons").join(&lesson.name).join("src");
    print_as(folder.path(), &yours.join("src"), &ours.join("src"), &path)?;
    let page = Path::new("public").join(&lesson.name);
    if work.join(&page).is_dir() {
        let yours = yours.join("page");
        work::copy(&work.join(&page), &yours)?;
        print_as(folder.path(), &yours, &ours.join(&page), &page)?;
    }
    Ok(())
}

/// Prints the difference between two folders, the second under another path below the top.
fn print_as(top: &Path, from: &Path, to: &Path, path: &Path) -> Result<()> {
    let path = top.join(path);
    let parent = path.parent().unwrap_or(top);
    let moved = fs::create_dir_all(parent).and_then(|()| fs::rename(to, &path));
    moved.context("cannot write to a temporary folder")?;
    print_diff(top, from, &path)
}

/// Prints the difference between two folders, with paths relative to `top`.
fn print_diff(top: &Path, from: &Path, to: &Path) -> Result<()> {
    let below = |path: &Path| path.strip_prefix(top).unwrap_or(path).to_owned();
    let status = Command::new("git")
        .args(["--no-pager", "diff", "--no-index", "--"])
        .args([below(from), below(to)])
        .current_dir(top)
        .status()
        .context("cannot run git")?;
    // 0: no difference, 1: a difference, no code: the reader closed the pipe.
    if !matches!(status.code(), Some(0 | 1) | None) {
        bail!("git ended with {status}");
    }
    Ok(())
}
