//! A crate of its own outside of the workspace: a student's copy, or a copy to break something in.

mod build;
mod create;
mod experiment;
mod manifest;

use std::path::PathBuf;

use course::lessons::root;

pub use build::{Built, build};
pub use create::{Begin, create};
pub use experiment::apply;

/// The folder of the student's copy, unless another is named.
pub fn folder() -> PathBuf {
    root().join("work")
}
