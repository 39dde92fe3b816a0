//! The look of the book: `theme/`, and what it shares with the pages of the lessons.

use std::{fs, path::Path};

use crate::site::Site;

/// Writes the theme for mdBook to `target/book-theme`.
///
/// # Errors
/// A file of it cannot be read or written.
pub fn write(site: &Site) -> Result<(), String> {
    let (from, to) = (
        site.root.join("book/theme"),
        site.root.join("target/book-theme"),
    );
    copy(&from, &to)?;
    let shared = site.root.join("public/shared");
    put(&to.join("favicon.svg"), &read(&shared.join("icon.svg"))?)
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", from.display());
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            put(&to, &read(&entry.path())?)?;
        }
    }
    Ok(())
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

fn put(file: &Path, text: &str) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", file.display());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(file, text).map_err(failed)
}
