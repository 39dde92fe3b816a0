//! What a scenario gives up with.

use std::{fmt, time::Duration};

/// What should have happened and did not, in words.
#[derive(Debug)]
pub struct Failure(pub(super) String);

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<String> for Failure {
    fn from(words: String) -> Self {
        Self(words)
    }
}

/// What an action of a scenario gives.
pub type Result<T = ()> = std::result::Result<T, Failure>;

/// A client heard something else.
pub(super) fn unexpected(who: &str, expected: &str, frame: &str) -> Failure {
    let shown: String = frame.chars().take(200).collect();
    Failure(format!(
        "{who} should have heard {expected}, but heard {shown}"
    ))
}

/// A duration as a person writes it, `1 s` or `0.05 s`.
pub(super) fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f32())
}
