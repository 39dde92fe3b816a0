//! Patches to a lesson: an experiment breaks the lesson with one, and the solution of an exercise is one.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use crate::lessons::Lesson;

/// Changes to a lesson's files.
#[derive(Clone, Debug)]
pub struct Patch {
    /// The lesson that it changes.
    pub lesson: Lesson,
    /// The file that it was read from.
    pub file: PathBuf,
    /// The words before the changes. `git apply` skips them.
    pub words: String,
    /// The changes as `git diff` writes them, with paths from the lesson's folder (`src/lib.rs`).
    pub diff: String,
}

impl Patch {
    /// Reads the patch in a file.
    pub fn read(lesson: &Lesson, file: &Path) -> Result<Self> {
        Self::parse(lesson, file).with_context(|| file.display().to_string())
    }

    fn parse(lesson: &Lesson, file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file)?;
        let lines = text.split_inclusive('\n');
        let words = lines.take_while(|line| !line.starts_with("diff --git "));
        let (words, diff) = text.split_at(words.map(str::len).sum());
        ensure!(!diff.is_empty(), "there is no patch in it");
        Ok(Self {
            lesson: lesson.clone(),
            file: file.to_owned(),
            words: words.to_owned(),
            diff: diff.to_owned(),
        })
    }
}
