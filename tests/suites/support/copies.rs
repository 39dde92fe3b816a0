//! Copies of lessons with a fault in them.

use std::fs;

use course::lessons;
use tempfile::TempDir;
use workbook::work::{Begin, create};

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
