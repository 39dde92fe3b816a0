//! Why a server can't be checked.

use std::fmt::{self, Display, Formatter};

use anyhow::Error;

/// At which point it went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its code or its manifest.
    DoesNotCompile,
    /// The build, which took too long.
    BuildTimedOut,
    /// The program: it ends, prints no address, or doesn't answer there.
    DoesNotStart,
    /// The server at a URL doesn't answer, or isn't a server that the scenarios could be played on.
    Unreachable,
}

impl State {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::DoesNotCompile => "does-not-compile",
            Self::BuildTimedOut => "build-timed-out",
            Self::DoesNotStart => "does-not-start",
            Self::Unreachable => "unreachable",
        }
    }
}

/// A server that can't be checked, for a reason of its own.
#[derive(Debug)]
pub struct Unfit {
    /// At which point it went wrong.
    pub state: State,
    words: String,
}

impl Display for Unfit {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.words)
    }
}

impl std::error::Error for Unfit {}

/// The error for a server that can't be checked, in words for the person who wrote it.
pub fn unfit(state: State, words: impl Into<String>) -> Error {
    Error::new(Unfit {
        state,
        words: words.into(),
    })
}
