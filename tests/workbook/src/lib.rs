//! The student's program as a library: it builds copies, plays scenarios on servers, and judges them.

#![allow(
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "only this workspace calls this"
)]

pub mod check;
pub mod diagnosis;
pub mod launch;
mod probe;
pub mod programs;
pub mod unfit;
pub mod watching;
pub mod work;
