//! The last lesson of production as it's deployed: built as a platform does it. And the lesson of several processes, behind
//! nginx, and that of several machines, with Redis.

#![cfg(unix)]

mod machines;
mod platform;
mod processes;
mod url;

use course::lessons::{self, Lesson};

/// The lesson that is deployed.
fn lesson() -> Lesson {
    lessons::find("drain").unwrap()
}
