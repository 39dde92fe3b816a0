//! What is wrong with the book, and where.

use std::fmt;

/// Something that keeps the book from being built.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, as a person would open it from the top of the workbook.
    pub file: String,
    /// The line in it, from 1 on; 0 where the fault is in no line.
    pub line: usize,
    /// What is wrong and what to do.
    pub words: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.file)?;
        if self.line > 0 {
            write!(formatter, ":{}", self.line)?;
        }
        write!(formatter, ": {}", self.words)
    }
}
