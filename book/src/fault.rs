//! Faults of the book, and where they are.

use std::fmt;

/// Something that keeps the book from being built.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file's path from the top of the workbook.
    pub file: String,
    /// The line, counted from 1; 0 for the whole file.
    pub line: usize,
    /// The problem, and what to do.
    pub words: String,
}

impl Fault {
    /// A fault in a file.
    pub fn new(file: impl Into<String>, line: usize, words: impl fmt::Display) -> Self {
        Self {
            file: file.into(),
            line,
            words: format!("{words:#}"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(formatter, "{}: {}", self.file, self.words),
            line => write!(formatter, "{}:{line}: {}", self.file, self.words),
        }
    }
}
