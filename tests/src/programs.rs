//! The lessons' programs.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::LazyLock,
    time::Duration,
};

use tokio::time::timeout;

use crate::{
    exercises::Exercise,
    lessons::{self, Lesson, root},
};

/// The program of a lesson, built as the lesson is now.
///
/// # Panics
/// The lessons do not compile; the compiler has said why.
#[must_use]
pub fn program(lesson: &Lesson) -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| build_all(&["--bins"]).join("debug"));
    executable(&FOLDER, &lesson.name)
}

/// The same as a platform would run it: built for release, and this lesson alone.
///
/// # Panics
/// The lesson does not compile; the compiler has said why.
#[must_use]
pub fn release(lesson: &Lesson) -> PathBuf {
    let target = build(&["--bins", "--release"], &[lesson.package()]);
    executable(&target.join("release"), &lesson.name)
}

/// The solution of an exercise.
///
/// # Panics
/// The solutions do not compile; the compiler has said why.
#[must_use]
pub fn solution(exercise: &Exercise) -> PathBuf {
    static FOLDER: LazyLock<PathBuf> =
        LazyLock::new(|| build_all(&["--examples"]).join("debug/examples"));
    executable(&FOLDER, exercise.name)
}

/// Runs a program that should end by itself, and soon.
///
/// # Errors
/// It cannot be started, or it runs on and on.
pub async fn run_to_end(mut command: tokio::process::Command) -> Result<Output, String> {
    // Nothing takes this long but on a machine that is very busy.
    const LIMIT: Duration = Duration::from_secs(30);
    let ended = timeout(LIMIT, command.kill_on_drop(true).output()).await;
    match ended {
        Ok(output) => output.map_err(|error| format!("{command:?}: {error}")),
        Err(_) => Err(format!("{command:?} has not ended after {LIMIT:?}")),
    }
}

fn executable(folder: &Path, name: &str) -> PathBuf {
    folder.join(name).with_extension(env::consts::EXE_EXTENSION)
}

/// Builds programs of all lessons, and gives the build folder.
fn build_all(which: &[&str]) -> PathBuf {
    let lessons = lessons::all().unwrap_or_default();
    let packages: Vec<_> = lessons.iter().map(Lesson::package).collect();
    build(which, &packages)
}

/// Builds programs of some packages beside the running program, and gives the build folder.
fn build(which: &[&str], packages: &[&str]) -> PathBuf {
    let target = target();
    let built = Command::new("cargo")
        .args(["build", "--quiet", "--target-dir"])
        .arg(&target)
        .args(which)
        .args(packages.iter().flat_map(|package| ["--package", package]))
        .current_dir(root())
        .status();
    assert!(
        built.is_ok_and(|status| status.success()),
        "{} do not compile",
        packages.join(", ")
    );
    target
}

/// The build folder that the running program lies in, as `target/debug/deps/contract-...` does.
pub(crate) fn target() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    let is_profile = |folder: &&Path| folder.ends_with("debug") || folder.ends_with("release");
    let profile = program.ancestors().find(is_profile).and_then(Path::parent);
    profile.map_or_else(|| root().join("target"), Path::to_owned)
}
