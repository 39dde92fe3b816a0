//! The lessons' programs.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use crate::{
    exercises::Exercise,
    lessons::{Lesson, root},
};

/// The program of a lesson, built as the lesson is now.
///
/// # Panics
/// The lessons do not compile; the compiler has said why.
#[must_use]
pub fn program(lesson: &Lesson) -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| build("--bins"));
    FOLDER
        .join(&lesson.name)
        .with_extension(env::consts::EXE_EXTENSION)
}

/// Builds programs of the lessons beside the running program, and gives their folder.
fn build(which: &str) -> PathBuf {
    let target = target();
    let built = Command::new("cargo")
        .args(["build", "--quiet", "--workspace", which, "--target-dir"])
        .arg(&target)
        .current_dir(root())
        .status();
    assert!(
        built.is_ok_and(|status| status.success()),
        "the lessons or their examples do not compile"
    );
    target.join("debug")
}

/// Builds the solutions of all exercises, and gives the program of one.
///
/// # Panics
/// The solutions do not compile; the compiler has said why.
#[must_use]
pub fn solution(exercise: &Exercise) -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| build("--examples").join("examples"));
    FOLDER
        .join(exercise.name)
        .with_extension(env::consts::EXE_EXTENSION)
}

/// The build folder that the running program lies in, as `target/debug/deps/contract-...` does.
pub(crate) fn target() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    let is_profile = |folder: &&Path| folder.ends_with("debug") || folder.ends_with("release");
    let profile = program.ancestors().find(is_profile).and_then(Path::parent);
    profile.map_or_else(|| root().join("target"), Path::to_owned)
}
