//! A real browser with the lessons' pages in it, driven by its debugging protocol.

#![allow(
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    reason = "nobody outside of this workspace calls this"
)]

mod axe;
mod chromium;
mod tab;

pub use axe::expect_no_serious_fault;
pub use chromium::{Chromium, Guest};
pub use tab::Tab;

/// The result of driving a browser: anything may go wrong on the way to it.
pub type Result<T = ()> = anyhow::Result<T>;
