//! The lessons' programs.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use crate::lessons::{Lesson, root};

/// The program of a lesson, built as the lesson is now.
///
/// # Panics
/// The lessons do not compile; the compiler has said why.
#[must_use]
pub fn program(lesson: &Lesson) -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(build);
    FOLDER
        .join(&lesson.name)
        .with_extension(env::consts::EXE_EXTENSION)
}

/// Builds all lessons beside the running program, and gives the folder of their programs.
fn build() -> PathBuf {
    let target = target();
    let built = Command::new("cargo")
        .args(["build", "--quiet", "--workspace", "--bins", "--target-dir"])
        .arg(&target)
        .current_dir(root())
        .status();
    assert!(
        built.is_ok_and(|status| status.success()),
        "the lessons do not compile"
    );
    target.join("debug")
}

/// The build folder that the running program lies in, as `target/debug/deps/contract-...` does.
fn target() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    let is_profile = |folder: &&Path| folder.ends_with("debug") || folder.ends_with("release");
    let profile = program.ancestors().find(is_profile).and_then(Path::parent);
    profile.map_or_else(|| root().join("target"), Path::to_owned)
}
