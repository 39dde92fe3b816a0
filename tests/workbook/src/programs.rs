//! Programs of the workspace, built when they are needed.

use std::{
    env, fs, io, iter,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::LazyLock,
    time::Duration,
};

use anyhow::{Context, Result};
use course::{
    exercises::{self, Exercise},
    lessons::{self, Lesson, root},
};
use tokio::time::timeout;

/// The program of a lesson, built as the lesson is now.
///
/// It's a copy that belongs to the running test binary: building a student's copy removes the program of the same lesson
/// from the build folder.
///
/// # Panics
/// The lessons don't compile; the compiler has said why.
pub fn program(lesson: &Lesson) -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let lessons = lessons::all().unwrap_or_default();
        let programs = lessons.iter().flat_map(|lesson| ["--bin", &lesson.name]);
        let built = build(programs).join("debug");
        let this = env::current_exe().unwrap_or_default();
        let folder = target()
            .join("tmp/programs")
            .join(this.file_name().unwrap_or_default());
        for lesson in &lessons {
            let copy = executable(&folder, &lesson.name);
            take(&executable(&built, &lesson.name), &copy)
                .unwrap_or_else(|error| panic!("cannot copy {}: {error}", lesson.name));
        }
        folder
    });
    executable(&FOLDER, &lesson.name)
}

/// Copies a program, also in the place of one that still runs.
fn take(program: &Path, copy: &Path) -> io::Result<()> {
    fs::create_dir_all(copy.parent().unwrap_or(copy))?;
    if copy.exists() {
        fs::remove_file(copy)?;
    }
    fs::copy(program, copy).map(drop)
}

/// The same as a platform would run it: built for release, and this lesson alone.
///
/// # Panics
/// The lesson doesn't compile; the compiler has said why.
pub fn release(lesson: &Lesson) -> PathBuf {
    let arguments = ["--release", "--package", lesson.package()];
    executable(&cargo_build(arguments).join("release"), &lesson.name)
}

/// The solution of an exercise.
///
/// # Panics
/// The solutions don't compile; the compiler has said why.
pub fn solution(exercise: &Exercise) -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let exercises = exercises::all();
        let programs = exercises
            .iter()
            .flat_map(|exercise| ["--example", exercise.name]);
        build(programs).join("debug/examples")
    });
    executable(&FOLDER, exercise.name)
}

/// The `workbook` program.
///
/// # Panics
/// It doesn't compile; the compiler has said why.
pub fn workbook() -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| build(["--bin", "workbook"]).join("debug"));
    executable(&FOLDER, "workbook")
}

/// The same with a build folder of its own: building a copy of a lesson removes what was built of the lesson, which tests
/// that run at the same time may need.
///
/// # Panics
/// It doesn't compile; the compiler has said why.
pub fn workbook_apart() -> PathBuf {
    let program = executable(&target().join("tmp/apart/debug"), "workbook");
    take(&workbook(), &program).unwrap_or_else(|error| panic!("cannot copy workbook: {error}"));
    program
}

/// Runs a program that should end by itself, and soon.
pub async fn run_to_end(mut command: tokio::process::Command) -> Result<Output> {
    // Nothing takes this long except on a very busy machine.
    const LIMIT: Duration = Duration::from_secs(30);
    let ended = timeout(LIMIT, command.kill_on_drop(true).output()).await;
    ended
        .with_context(|| format!("{command:?} hasn't ended after {LIMIT:?}"))?
        .with_context(|| format!("{command:?}"))
}

fn executable(folder: &Path, name: &str) -> PathBuf {
    folder.join(name).with_extension(env::consts::EXE_EXTENSION)
}

/// Builds programs with the features that the tests use, which saves building their dependencies once more.
fn build<'a>(programs: impl IntoIterator<Item = &'a str>) -> PathBuf {
    cargo_build(iter::once("--workspace").chain(programs))
}

/// Builds beside the running program, and returns the build folder.
fn cargo_build<'a>(arguments: impl IntoIterator<Item = &'a str>) -> PathBuf {
    let target = target();
    let mut cargo = cargo();
    cargo
        .args(["build", "--quiet", "--target-dir"])
        .arg(&target)
        .args(arguments);
    let built = cargo.current_dir(root()).status();
    assert!(
        built.is_ok_and(|status| status.success()),
        "{cargo:?} failed"
    );
    target
}

/// Cargo, which builds nothing again that it has built for a person's command.
pub fn cargo() -> Command {
    outside_of_cargo(Command::new("cargo"))
}

/// A command that doesn't see how the cargo that started this program describes its package. The build of ring depends
/// on some of these variables: it and all that builds on it would be built again whenever they differ.
#[must_use]
pub fn outside_of_cargo(mut command: Command) -> Command {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name);
        }
    }
    command
}

/// The build folder that the running program lies in, as `target/debug/deps/contract-...` does.
pub fn target() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    let is_profile = |folder: &&Path| folder.ends_with("debug") || folder.ends_with("release");
    let profile = program.ancestors().find(is_profile).and_then(Path::parent);
    profile.map_or_else(|| root().join("target"), Path::to_owned)
}
