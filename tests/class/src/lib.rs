//! The instructor's program as a library: it finds submissions, checks each in a place of its own, and reports.

#![allow(
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    reason = "only this workspace calls this"
)]

pub mod confine;
mod foreign;
pub mod grade;
mod place;
pub mod report;
pub mod results;
pub mod roster;
mod submission;
pub mod worker;
