//! Builds the crate.

use std::{
    fs::{self, File},
    io::{Read, Seek, Write},
    path::{self, Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use super::manifest;
use crate::programs::{cargo, target};

/// A program that was built, in a place of its own as long as this value lives.
///
/// The build folder is shared: what lies there may be replaced by the next build, of another copy as well, and
/// on Windows could not be replaced while it runs.
pub struct Built {
    /// The executable file.
    pub path: PathBuf,
    _folder: TempDir,
}

/// Builds the crate in a folder into the workbook's build folder, where its dependencies are built already. An error
/// holds what the compiler says.
pub fn build(folder: &Path) -> Result<Built> {
    let _turn = take_turn(folder).with_context(|| format!("cannot build {}", folder.display()))?;
    let messages = if console::colors_enabled() {
        "--message-format=json-diagnostic-rendered-ansi"
    } else {
        "--message-format=json"
    };
    let output = cargo()
        .args(["build", messages, "--target-dir"])
        .arg(target())
        .current_dir(folder)
        // Cargo's progress, for whoever waits.
        .stderr(Stdio::inherit())
        .stdin(Stdio::null())
        .output()
        .context("cannot run cargo")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let messages = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let messages: Vec<_> = messages.collect();
    if !output.status.success() {
        let errors = messages
            .iter()
            .filter(|message| message["message"]["level"] == "error");
        let rendered = errors.filter_map(|message| message["message"]["rendered"].as_str());
        bail!("{}", rendered.collect::<String>());
    }
    let mut programs = messages
        .iter()
        .filter_map(|message| message["executable"].as_str());
    let program = programs.next_back().with_context(|| {
        let folder = folder.display();
        format!("{folder} has no program: its Cargo.toml should have a [[bin]].")
    })?;
    take(Path::new(program)).with_context(|| format!("cannot copy {program}"))
}

/// Waits until no other copy is being built, and makes sure that cargo builds this one.
///
/// Cargo doesn't tell two copies of a crate apart by their folders: in a shared build folder it would take the program of
/// the other copy for this one's. So what was built last is removed when the copy changes.
fn take_turn(folder: &Path) -> Result<File> {
    fs::create_dir_all(target())?;
    let mut options = File::options();
    let options = options.create(true).truncate(false).read(true).write(true);
    let mut turn = options.open(target().join("copy"))?;
    turn.lock()?;
    let mut last = String::new();
    turn.read_to_string(&mut last)?;
    let this = path::absolute(folder)?.display().to_string();
    if last != this {
        let manifest = manifest::read(&folder.join("Cargo.toml"))?;
        let package = manifest["package"]["name"].as_str();
        let cleaned = cargo()
            .args(["clean", "--quiet", "--target-dir"])
            .arg(target())
            .arg("--package")
            .arg(package.context("its Cargo.toml names no package")?)
            .current_dir(folder)
            .status()
            .context("cannot run cargo")?;
        if !cleaned.success() {
            bail!("cargo clean ended with {cleaned}");
        }
        turn.set_len(0)?;
        turn.rewind()?;
        turn.write_all(this.as_bytes())?;
    }
    Ok(turn)
}

fn take(program: &Path) -> Result<Built> {
    let folder = tempfile::Builder::new()
        .prefix("server-")
        .tempdir_in(target())?;
    let path = folder.path().join(program.file_name().unwrap_or_default());
    fs::copy(program, &path)?;
    Ok(Built {
        path,
        _folder: folder,
    })
}
