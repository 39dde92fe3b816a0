//! Makes a copy of a lesson, with a patch applied to it.

use std::{
    fs,
    path::{self, Path},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use course::{exercises::Exercise, patch::Patch};

use super::{Begin, create, use_page_of};

/// Makes a copy of an exercise's lesson in a folder that doesn't exist yet, with our solution and the exercise's page.
pub fn solve(exercise: &Exercise, folder: &Path) -> Result<()> {
    let solution = exercise.solution()?;
    apply(&solution, folder)?;
    use_page_of(exercise.name, &solution.lesson, folder)
}

/// Makes a copy of the patch's lesson in a folder that doesn't exist yet, and applies the patch to it.
pub fn apply(patch: &Patch, folder: &Path) -> Result<()> {
    create(&patch.lesson, Begin::AsTheLesson, folder)?;
    let before = changed_files(patch, folder);
    git_apply(patch, folder)?;
    for ((path, before), (_, after)) in before.iter().zip(changed_files(patch, folder)) {
        ensure!(
            *before != after,
            "{}: {path} stayed as it was",
            patch.file.display()
        );
    }
    Ok(())
}

fn git_apply(patch: &Patch, folder: &Path) -> Result<()> {
    let folder = path::absolute(folder)?;
    let output = Command::new("git")
        .args(["apply", "--whitespace=nowarn"])
        .arg(&patch.file)
        .current_dir(&folder)
        // Inside a repository, git would resolve the paths from its top folder, and skip ignored files.
        .env(
            "GIT_CEILING_DIRECTORIES",
            folder.parent().unwrap_or(&folder),
        )
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .output()
        .context("cannot run git")?;
    ensure!(
        output.status.success(),
        "{} no longer applies to {}:\n{}",
        patch.file.display(),
        patch.lesson.name,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// The files that the patch changes, as they are: their paths and texts.
fn changed_files<'a>(patch: &'a Patch, folder: &Path) -> Vec<(&'a str, Option<String>)> {
    let lines = patch.diff.lines();
    let paths = lines.filter_map(|line| line.strip_prefix("+++ b/"));
    paths
        .map(|path| (path, fs::read_to_string(folder.join(path)).ok()))
        .collect()
}
