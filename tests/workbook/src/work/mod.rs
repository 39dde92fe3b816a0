//! A separate crate outside of the workspace: a student's copy, or one to break something in.

mod build;
mod create;
mod go_on;
mod manifest;
mod memory;
mod patch;

use std::path::PathBuf;

use course::lessons::root;

pub use build::{Building, Built, build};
pub use create::{Begin, EMPTY, copy, create, duplicate, rename_crate, use_page_of};
pub use go_on::{Changes, go_on, lesson_of, use_libraries_of};
pub use memory::{remember, remembered, take_along};
pub use patch::{apply, solve};

/// The folder of the student's copy, unless another is named.
pub fn folder() -> PathBuf {
    root().join("work")
}
