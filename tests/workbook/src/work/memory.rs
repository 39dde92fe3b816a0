//! Remembers what has passed: a few lines in the copy, easy to read and to delete.

use std::{fs, path::Path};

use anyhow::{Context, Result};

/// The file, in the copy.
const FILE: &str = "progress.txt";

/// The file's first line.
const HEAD: &str = "# Lessons and exercises that have passed in this copy. Delete a line, or this file, to forget it.\n";

/// The lessons that have passed, such as `03-emit`, and the exercises, such as `03-emit bienvenida`.
pub fn remembered(folder: &Path) -> Vec<String> {
    // Without the file, nothing has passed yet.
    let text = fs::read_to_string(folder.join(FILE)).unwrap_or_default();
    let lines = text.lines().map(str::trim);
    let entries = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    entries.map(str::to_owned).collect()
}

/// Adds a line, unless it's already there.
pub fn remember(folder: &Path, entry: &str) -> Result<()> {
    if remembered(folder).iter().any(|other| other == entry) {
        return Ok(());
    }
    let file = folder.join(FILE);
    let mut text = fs::read_to_string(&file).unwrap_or_else(|_| HEAD.to_owned());
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(entry);
    text.push('\n');
    fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
}

/// Copies what one copy remembers to another.
pub fn take_along(from: &Path, to: &Path) -> Result<()> {
    for entry in remembered(from) {
        remember(to, &entry)?;
    }
    Ok(())
}
