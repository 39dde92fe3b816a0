//! What a server in the open must stand: attacks, clients that stall, the end of its process.

#![allow(
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "a metric counts, so it's a whole number, and small"
)]

mod bodies;
mod floods;
mod forwarded;
mod headers;
mod log;
mod origins;
mod properties;
mod raw;
mod sessions;
mod settings;
mod shutdown;
mod slow;
mod stalled;

use std::path::PathBuf;

use course::{lessons, production::Production};
use workbook::programs::program;

/// The program of lesson 07.
fn deploy() -> PathBuf {
    program(&lessons::find("deploy").unwrap())
}

/// Lesson 07 with these settings.
async fn start(environment: &[(&str, &str)]) -> Production {
    Production::start(&deploy(), environment).await.unwrap()
}
