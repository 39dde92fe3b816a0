//! Copies of lessons with a fault in them.

use std::{fs, path::Path};

use anyhow::Result;
use course::lessons;
use tempfile::TempDir;
use workbook::work::{self, Begin, Built, create};

/// A folder with a copy of a lesson, `work/`, in which one of its files is changed in these places.
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

/// Builds a copy, where no runtime is at hand.
#[tokio::main(flavor = "current_thread")]
pub async fn build(folder: &Path) -> Result<Built> {
    work::build(folder).await
}
