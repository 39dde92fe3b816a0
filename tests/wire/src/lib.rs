//! The wire: a Socket.IO client that shows every frame, the process of a server, and transcripts of what crossed.
//!
//! It knows nothing about lessons.

#![allow(
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "only this workspace calls this"
)]

pub mod connection;
pub mod group;
pub mod port;
pub mod process;
pub mod redis;
pub mod server;
pub mod transcript;
