//! Builds the crate.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{Read, Seek, Write},
    path::{self, Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{io::AsyncReadExt, process::Command, task::spawn_blocking, time::timeout};
use toml_edit::Item;
use wire::group::Group;

use super::manifest;
use crate::{
    launch::Launch,
    programs::{self, target},
    unfit::{State, unfit},
};

/// How long a build may take. The first build of the last lesson takes a minute or two; a build script may never end.
const LIMIT: Duration = Duration::from_mins(10);

/// How much of what cargo reports about a crate is read, in bytes. A macro can make it report without end.
const OUTPUT_LIMIT: u64 = 16 << 20;

/// How crates are built.
pub struct Building {
    /// The build folder.
    pub target: PathBuf,
    /// How long a build may take.
    pub limit: Duration,
    /// How cargo is started.
    pub launch: Launch,
    /// Options for cargo, such as `--offline`.
    pub options: Vec<String>,
    /// Whether cargo's progress is shown.
    pub is_shown: bool,
}

/// Into the workbook's build folder, where the dependencies are already built.
impl Default for Building {
    fn default() -> Self {
        Self {
            target: target(),
            limit: LIMIT,
            launch: Launch::default(),
            options: Vec::new(),
            is_shown: true,
        }
    }
}

/// A built program. It has a place of its own for as long as this value lives.
///
/// The build folder is shared: the next build may replace what's in it, even when it builds another copy, and on
/// Windows a running program can't be replaced.
pub struct Built {
    /// The executable file.
    pub path: PathBuf,
    /// The compiler's warnings, one per line, each with its place.
    pub warnings: Vec<String>,
    _folder: TempDir,
}

/// Builds the crate in a folder as usual. The error is the compiler's output.
pub async fn build(folder: &Path) -> Result<Built> {
    Building::default().build(folder).await
}

impl Building {
    /// Builds the crate in a folder. The error is the compiler's output.
    pub async fn build(&self, folder: &Path) -> Result<Built> {
        let _turn = self.take_turn(folder).await?;
        let built = timeout(self.limit, self.run(folder)).await;
        let (succeeded, text) = built.map_err(|_| {
            let words = match self.limit.as_secs() {
                seconds @ 0..=120 => format!("the build was stopped after {seconds} seconds"),
                seconds => format!("the build was stopped after {} minutes", seconds / 60),
            };
            unfit(State::BuildTimedOut, words)
        })??;
        let messages = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let messages: Vec<_> = messages.collect();
        let rendered = |level: &str| {
            let messages = messages.iter().map(|message| &message["message"]);
            let messages = messages.filter(|message| message["level"] == level);
            let rendered = messages.filter_map(|message| message["rendered"].as_str());
            rendered.collect::<String>()
        };
        if !succeeded {
            let mut errors = rendered("error");
            if errors.is_empty() {
                errors = self.cargo_fault(folder).await?;
            }
            return Err(unfit(State::DoesNotCompile, errors));
        }
        let mut programs = messages
            .iter()
            .filter_map(|message| message["executable"].as_str());
        let program = programs.next_back().ok_or_else(|| {
            let folder = folder.display();
            let words = format!("{folder} has no program: its Cargo.toml should have a [[bin]].");
            unfit(State::DoesNotCompile, words)
        })?;
        let warnings = messages
            .iter()
            .filter_map(|message| warning(&message["message"]));
        let warnings = warnings.collect();
        self.take(Path::new(program), warnings)
            .with_context(|| format!("cannot copy {program}"))
    }

    /// Runs cargo, and returns whether it succeeded, and its messages.
    async fn run(&self, folder: &Path) -> Result<(bool, String)> {
        let messages = if console::colors_enabled() {
            "--message-format=json-diagnostic-rendered-ansi"
        } else {
            "--message-format=json"
        };
        let mut cargo = self.cargo(folder, "build");
        cargo
            .args([messages, "--target-dir"])
            .arg(&self.target)
            // Cargo's progress, while you wait.
            .stderr(if self.is_shown {
                Stdio::inherit()
            } else {
                Stdio::null()
            })
            .stdout(Stdio::piped());
        // When cargo is stopped, its build scripts stop, too.
        let (mut child, _group) = Group::spawn(&mut cargo).context("cannot run cargo")?;
        let mut messages = Vec::new();
        if let Some(output) = child.stdout.take() {
            output
                .take(OUTPUT_LIMIT)
                .read_to_end(&mut messages)
                .await
                .context("cannot read what cargo says")?;
        }
        let status = child.wait().await.context("cannot run cargo")?;
        Ok((
            status.success(),
            String::from_utf8_lossy(&messages).into_owned(),
        ))
    }

    /// A cargo command in a folder. It's stopped when nobody waits for it any longer.
    fn cargo(&self, folder: &Path, command: &str) -> Command {
        let mut cargo = Command::from(self.launch.command("cargo"));
        cargo
            .arg(command)
            .args(&self.options)
            .current_dir(folder)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        cargo
    }

    /// Cargo's complaint about a crate that never reaches the compiler: about its manifest or its dependencies.
    async fn cargo_fault(&self, folder: &Path) -> Result<String> {
        let mut cargo = self.cargo(folder, "metadata");
        cargo.args(["--format-version", "1", "--quiet"]);
        let output = cargo.output().await.context("cannot run cargo")?;
        if output.status.success() {
            return Ok("cargo can't build it, for the reason above.".to_owned());
        }
        Ok(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }

    /// Waits until no other copy is being built, and makes sure that cargo really builds this one.
    ///
    /// Cargo doesn't tell two copies of a crate apart by their folders: in a shared build folder it would reuse the other
    /// copy's program. So a crate's last build is removed when a different copy of it is built.
    async fn take_turn(&self, folder: &Path) -> Result<File> {
        let turn = spawn_blocking({
            let target = self.target.clone();
            move || programs::turn_in(&target)
        })
        .await?;
        let mut turn = turn.context("cannot write to the build folder")?;
        // Each crate, and the folder of the copy that was built last.
        let mut text = String::new();
        turn.read_to_string(&mut text)?;
        let last = text.lines().filter_map(|line| line.split_once(' '));
        let mut last: BTreeMap<_, _> = last.collect();
        let package = package(folder)?;
        let this = path::absolute(folder)?.display().to_string();
        if last.insert(&package, &this) != Some(&this) {
            self.clean(folder).await?;
            let lines = last
                .iter()
                .map(|(name, folder)| format!("{name} {folder}\n"));
            let text: String = lines.collect();
            turn.set_len(0)?;
            turn.rewind()?;
            turn.write_all(text.as_bytes())?;
        }
        Ok(turn)
    }

    /// Removes what was built of the crate itself from the build folder. Its dependencies stay.
    pub async fn clean(&self, folder: &Path) -> Result<()> {
        let mut cargo = self.cargo(folder, "clean");
        cargo
            .args(["--quiet", "--package", &package(folder)?, "--target-dir"])
            .arg(&self.target);
        let cleaned = cargo.output().await.context("cannot run cargo")?;
        if !cleaned.status.success() {
            return Err(unfit(
                State::DoesNotCompile,
                self.cargo_fault(folder).await?,
            ));
        }
        Ok(())
    }

    fn take(&self, program: &Path, warnings: Vec<String>) -> Result<Built> {
        let folder = tempfile::Builder::new()
            .prefix("server-")
            .tempdir_in(&self.target)?;
        let path = folder.path().join(program.file_name().unwrap_or_default());
        fs::copy(program, &path)?;
        Ok(Built {
            path,
            warnings,
            _folder: folder,
        })
    }
}

/// A warning with its place, `src/lib.rs:7: unused variable`.
fn warning(message: &Value) -> Option<String> {
    let mut span = message["spans"].as_array()?.first()?;
    // For a macro's code, the place where the student calls the macro.
    while span["expansion"]["span"].is_object() {
        span = &span["expansion"]["span"];
    }
    let (file, line) = (span["file_name"].as_str()?, span["line_start"].as_u64()?);
    let words = message["message"].as_str()?;
    (message["level"] == "warning").then(|| format!("{file}:{line}: {words}"))
}

/// The name of the crate in a folder.
fn package(folder: &Path) -> Result<String> {
    let not_read = |words| unfit(State::DoesNotCompile, words);
    let manifest = manifest::read(&folder.join("Cargo.toml"));
    let manifest = manifest.map_err(|error| not_read(format!("{error:#}")))?;
    let package = manifest
        .get("package")
        .and_then(|package| package.get("name"));
    let package = package.and_then(Item::as_str);
    let package = package.ok_or_else(|| not_read("Cargo.toml names no package".to_owned()))?;
    Ok(package.to_owned())
}
