//! A crate of its own outside of the workspace: a student's copy, or a copy to break something in.

mod build;
mod create;
mod experiment;
mod go_on;
mod manifest;
mod memory;

use std::path::PathBuf;

use course::lessons::root;

pub use build::{Built, build};
pub use create::{Begin, copy, create, duplicate, rename_crate, use_page_of};
pub use experiment::apply;
pub use go_on::{Changes, go_on, lesson_of};
pub use memory::{remember, remembered, take_along};

/// The folder of the student's copy, unless another is named.
pub fn folder() -> PathBuf {
    root().join("work")
}
