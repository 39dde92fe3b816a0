//! Builds the crate.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::programs::target;

/// Builds the crate in a folder into the workbook's build folder, where its dependencies lie ready, and gives
/// its program.
///
/// # Errors
/// It does not compile, with what the compiler says; or cargo cannot be run.
pub fn build(folder: &Path) -> Result<PathBuf, String> {
    let output = Command::new("cargo")
        .args([
            "build",
            "--message-format=json-diagnostic-rendered-ansi",
            "--target-dir",
        ])
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
    let program = programs.next_back().map(PathBuf::from);
    program.ok_or_else(|| {
        format!(
            "{} has no program: its Cargo.toml should have a [[bin]].",
            folder.display()
        )
    })
}
