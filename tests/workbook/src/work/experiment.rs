//! Makes a copy of a lesson that an experiment breaks.

use std::{
    fs,
    path::{self, Path},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use course::experiments::Experiment;

use super::{Begin, create};

/// Makes a copy of the experiment's lesson in a folder that does not exist yet, and applies the patch to it.
pub fn apply(experiment: &Experiment, folder: &Path) -> Result<()> {
    create(&experiment.lesson, Begin::AsTheLesson, folder)?;
    let before = changed_files(experiment, folder);
    git_apply(experiment, folder)?;
    for ((path, before), (_, after)) in before.iter().zip(changed_files(experiment, folder)) {
        ensure!(
            *before != after,
            "{}: {path} stayed as it was",
            experiment.file.display()
        );
    }
    Ok(())
}

fn git_apply(experiment: &Experiment, folder: &Path) -> Result<()> {
    let folder = path::absolute(folder)?;
    let output = Command::new("git")
        .args(["apply", "--whitespace=nowarn"])
        .arg(&experiment.file)
        .current_dir(&folder)
        // In a repository git would take the paths from its top, and skip files that it ignores.
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
        experiment.file.display(),
        experiment.lesson.name,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// The files that the patch changes, as they are: their paths and texts.
fn changed_files<'a>(experiment: &'a Experiment, folder: &Path) -> Vec<(&'a str, Option<String>)> {
    let lines = experiment.diff.lines();
    let paths = lines.filter_map(|line| line.strip_prefix("+++ b/"));
    paths
        .map(|path| (path, fs::read_to_string(folder.join(path)).ok()))
        .collect()
}
