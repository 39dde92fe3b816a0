//! What is wrong with the book, and where.

use std::fmt;

/// Something that keeps the book from being built.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, as a person would open it from the top of the workbook.
    pub file: String,
    /// The line in it, from 1 on; 0 for the whole file.
    pub line: usize,
    /// What is wrong and what to do.
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
