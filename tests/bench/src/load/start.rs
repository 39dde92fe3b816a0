//! The time from the start of a server's process to its first answer.

use super::Figures;
use crate::server::Server;

/// What it took.
#[must_use]
pub fn figures(server: &Server) -> Figures {
    Figures::from([
        ("start_ms", server.start.as_secs_f64() * 1e3),
        ("lost", 0.0),
    ])
}
