//! A crate of its own outside of the workspace: a student's copy, or a copy to break something in.

mod build;
mod create;

use std::path::PathBuf;

use crate::lessons::root;

pub use build::{Built, build};
pub use create::{Begin, create};

/// The folder of the student's copy, unless another is named.
#[must_use]
pub fn folder() -> PathBuf {
    root().join("work")
}
