//! Why a server can't be checked.

use std::fmt::{self, Display, Formatter};

use anyhow::Error;

/// Where it went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its code or its manifest.
    DoesNotCompile,
    /// The build, which took too long.
    BuildTimedOut,
    /// The program: it ends, prints no address, or doesn't answer there.
    DoesNotStart,
    /// The server at a URL doesn't answer, or the scenarios can't be played on it.
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

/// The reason why a server can't be checked.
#[derive(Debug)]
pub struct Unfit {
    /// Where it went wrong.
    pub state: State,
    words: String,
}

impl Display for Unfit {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.words)
    }
}

impl std::error::Error for Unfit {}

/// The error for a server that can't be checked, written for the server's author.
pub fn unfit(state: State, words: impl Into<String>) -> Error {
    Error::new(Unfit {
        state,
        words: words.into(),
    })
}
