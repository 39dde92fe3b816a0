//! Builds the workspace's programs when they're needed.

use std::{
    env,
    fs::{self, File},
    io, iter,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::LazyLock,
    time::Duration,
};

use anyhow::{Context, Result};
use course::lessons::{self, Lesson, root};
use tokio::time::timeout;

/// A lesson's program, built from its current code.
///
/// It's a copy that belongs to the running test binary: building a student's copy removes the same lesson's program from
/// the build folder. No copy of a lesson is built until the programs are copied, too.
///
/// # Panics
/// If the lessons don't compile. The compiler has said why.
pub fn program(lesson: &Lesson) -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let lessons = lessons::all().unwrap_or_default();
        let _turn = turn().unwrap_or_else(|error| panic!("cannot wait for another build: {error}"));
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

/// Waits until no copy of a lesson is being built. None will be, as long as the file is open.
///
/// # Errors
/// If the build folder can't be written to.
pub fn turn() -> io::Result<File> {
    turn_in(&target())
}

/// The same for another build folder.
pub(crate) fn turn_in(target: &Path) -> io::Result<File> {
    fs::create_dir_all(target)?;
    let mut options = File::options();
    let options = options.create(true).truncate(false).read(true).write(true);
    let turn = options.open(target.join("copy"))?;
    turn.lock()?;
    Ok(turn)
}

/// Copies a program, even over one that's still running.
fn take(program: &Path, copy: &Path) -> io::Result<()> {
    fs::create_dir_all(copy.parent().unwrap_or(copy))?;
    if copy.exists() {
        fs::remove_file(copy)?;
    }
    fs::copy(program, copy).map(drop)
}

/// The `workbook` program.
///
/// # Panics
/// If it doesn't compile. The compiler has said why.
pub fn workbook() -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| build(["--bin", "workbook"]).join("debug"));
    executable(&FOLDER, "workbook")
}

/// The instructor's program.
///
/// # Panics
/// If it doesn't compile. The compiler has said why.
pub fn class() -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| build(["--bin", "class"]).join("debug"));
    executable(&FOLDER, "class")
}

/// The program that writes into the database of lesson 19.
///
/// # Panics
/// If it doesn't compile. The compiler has said why.
pub fn sensor() -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| build(["--bin", "sensor"]).join("debug"));
    executable(&FOLDER, "sensor")
}

/// Runs a program that should exit by itself, and soon.
pub async fn run_to_end(mut command: tokio::process::Command) -> Result<Output> {
    // It only takes this long on a very busy machine.
    const LIMIT: Duration = Duration::from_secs(30);
    let ended = timeout(LIMIT, command.kill_on_drop(true).output()).await;
    ended
        .with_context(|| format!("{command:?} hasn't exited after {LIMIT:?}"))?
        .with_context(|| format!("{command:?}"))
}

fn executable(folder: &Path, name: &str) -> PathBuf {
    folder.join(name).with_extension(env::consts::EXE_EXTENSION)
}

/// Builds programs with the features that the tests use, so that their dependencies aren't built again.
fn build<'a>(programs: impl IntoIterator<Item = &'a str>) -> PathBuf {
    cargo_build(iter::once("--workspace").chain(programs))
}

/// Builds into the running program's build folder, and returns that folder.
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

/// Cargo, set up to reuse what it has built when a person ran it.
pub fn cargo() -> Command {
    outside_of_cargo(Command::new("cargo"))
}

/// A command without the variables in which cargo described its package to this program. The build of ring depends on
/// some of them: ring, and everything that depends on it, would be rebuilt whenever they differ.
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

/// The build folder of the running program, for example `target` for `target/debug/deps/contract-...`.
pub fn target() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    let is_profile = |folder: &&Path| folder.ends_with("debug") || folder.ends_with("release");
    let profile = program.ancestors().find(is_profile).and_then(Path::parent);
    profile.map_or_else(|| root().join("target"), Path::to_owned)
}
