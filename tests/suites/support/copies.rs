//! Copies of lessons, with a fault or a patch.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;
use course::lessons;
use tempfile::TempDir;
use workbook::{
    programs::target,
    work::{self, Begin, Built, create},
};

/// A folder with a copy of a lesson, `work/`, in which one file is changed in these places.
pub fn copy_with(lesson: &str, file: &str, changes: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let lesson = lessons::find(lesson).unwrap();
    create(&lesson, Begin::AsTheLesson, &folder.path().join("work")).unwrap();
    let file = folder.path().join("work").join(file);
    let mut text = fs::read_to_string(&file).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{} has no {from}", file.display());
        text = text.replace(from, to);
    }
    fs::write(file, text).unwrap();
    folder
}

/// A folder that doesn't exist yet. It's the same on every run, so that cargo replaces what it built the last time.
pub fn fresh_folder(name: &str) -> PathBuf {
    let folder = target().join("tmp/copies").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    folder
}

/// Puts something in the client's place, so that a copy needs no installed files.
pub fn install_client(folder: &Path) {
    let vendor = folder.join("public/vendor/socket.io");
    fs::create_dir_all(&vendor).unwrap();
    fs::write(vendor.join("socket.io.js"), "// the client").unwrap();
}

/// Builds a copy, for tests without a runtime.
#[tokio::main(flavor = "current_thread")]
pub async fn build(folder: &Path) -> Result<Built> {
    work::build(folder).await
}
