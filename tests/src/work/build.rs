//! Builds the crate.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, Write},
    path::{self, Path, PathBuf},
    process::{Command, Stdio},
    time::SystemTime,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::programs::target;

/// A program that was built, in a place of its own as long as this value lives.
///
/// The build folder is shared: what lies there may be replaced by the next build, of another copy as well, and
/// on Windows could not be replaced while it runs.
pub struct Built {
    /// The executable file.
    pub path: PathBuf,
    _folder: TempDir,
}

/// Builds the crate in a folder into the workbook's build folder, where its dependencies lie ready, and gives
/// its program.
///
/// # Errors
/// It does not compile, with what the compiler says; or cargo cannot be run.
pub fn build(folder: &Path) -> Result<Built, String> {
    let turn = take_turn(folder);
    let _turn = turn.map_err(|error| format!("{} cannot be built: {error}", folder.display()))?;
    let messages = if console::colors_enabled() {
        "--message-format=json-diagnostic-rendered-ansi"
    } else {
        "--message-format=json"
    };
    let output = Command::new("cargo")
        .args(["build", messages, "--target-dir"])
        .arg(target())
        .current_dir(folder)
        // Cargo's progress, for whoever waits.
        .stderr(Stdio::inherit())
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    let output_text = String::from_utf8_lossy(&output.stdout);
    let messages: Vec<Value> = output_text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    if !output.status.success() {
        let errors = messages
            .iter()
            .filter(|message| message["message"]["level"] == "error");
        let rendered = errors.filter_map(|message| message["message"]["rendered"].as_str());
        return Err(rendered.collect());
    }
    let mut programs = messages
        .iter()
        .filter_map(|message| message["executable"].as_str());
    let program = programs.next_back().map(Path::new);
    let program = program.ok_or_else(|| {
        format!(
            "{} has no program: its Cargo.toml should have a [[bin]].",
            folder.display()
        )
    })?;
    take(program).map_err(|error| format!("{} cannot be copied: {error}", program.display()))
}

/// Waits until no other copy is being built, and makes sure that cargo builds this one.
///
/// Cargo tells crates of one name apart by their versions, not by their folders: in a shared build folder it
/// would take the program of another copy for this one's, unless this one's sources are newer.
fn take_turn(folder: &Path) -> io::Result<File> {
    fs::create_dir_all(target())?;
    let file = target().join("copy");
    let mut turn = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(file)?;
    turn.lock()?;
    let mut last = String::new();
    turn.read_to_string(&mut last)?;
    let this = path::absolute(folder)?.display().to_string();
    if last != this {
        for source in fs::read_dir(folder.join("src"))? {
            let source = source?;
            if source.file_type()?.is_file() {
                let source = File::options().append(true).open(source.path())?;
                source.set_modified(SystemTime::now())?;
            }
        }
        turn.set_len(0)?;
        turn.rewind()?;
        turn.write_all(this.as_bytes())?;
    }
    Ok(turn)
}

fn take(program: &Path) -> io::Result<Built> {
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
