//! The contents of the workbook, as data: lessons, the scenarios that hold for them, exercises, experiments.

#![allow(
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "nobody outside of this workspace calls this"
)]

pub mod differences;
pub mod exercises;
pub mod experiments;
pub mod lessons;
pub mod patch;
pub mod production;
pub mod scenario;
pub mod scenarios;
pub mod scene;
