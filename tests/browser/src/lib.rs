//! A real browser with the lessons' pages in it, driven by its debugging protocol.

mod axe;
mod chromium;
mod tab;

use std::error::Error;

pub use axe::expect_no_serious_fault;
pub use chromium::{Chromium, Guest};
pub use tab::Tab;

/// What driving a browser gives: anything may go wrong on the way to it.
pub type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;
