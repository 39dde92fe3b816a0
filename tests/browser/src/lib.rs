//! Drives a real browser with the lessons' pages, over its debugging protocol.

#![allow(
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    reason = "only this workspace calls this"
)]

mod axe;
mod chromium;
mod tab;

pub use axe::expect_no_serious_fault;
pub use chromium::{Chromium, Guest};
pub use tab::Tab;

/// The result of driving a browser, where anything can fail.
pub type Result<T = ()> = anyhow::Result<T>;
