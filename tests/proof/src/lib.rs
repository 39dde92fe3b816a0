//! Clients whose connections break at random send and hear thousands of messages, while their server is killed and started
//! again. Then each client has heard every message that was acknowledged: exactly once, in order. Or it hasn't.

#![allow(
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "only this workspace calls this"
)]

mod client;
mod dialect;
pub mod outages;
pub mod run;
pub mod server;
pub mod stalled;

/// Whether the clients of a run share a transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transports {
    /// All of them use WebSocket.
    WebSocket,
    /// All of them use long-polling.
    Polling,
    /// Every other one uses long-polling.
    Mixed,
}

impl Transports {
    /// The three of them.
    pub const ALL: [Self; 3] = [Self::WebSocket, Self::Polling, Self::Mixed];

    /// The transport of a client.
    pub fn of(self, client: usize) -> wire::connection::Transport {
        use wire::connection::Transport::{Polling, WebSocket};
        match self {
            Self::WebSocket => WebSocket,
            Self::Mixed if client.is_multiple_of(2) => WebSocket,
            Self::Polling | Self::Mixed => Polling,
        }
    }

    /// Its name in a table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WebSocket => "WebSocket",
            Self::Polling => "long-polling",
            Self::Mixed => "both",
        }
    }
}
