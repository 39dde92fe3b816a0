//! The end of the server, a step at a time.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    time::Duration,
};

use socketioxide::{SocketIo, TransportType};
use tokio::time::sleep;

/// How far the end has come.
#[derive(Default)]
pub struct Ending {
    /// The platform should send new clients elsewhere. For those who come all the same, nothing has changed.
    pub draining: AtomicBool,
    /// Nothing new is taken: no session, no event. What was taken is still delivered.
    pub closing: AtomicBool,
    /// How many polls wait for something to say.
    polls: AtomicUsize,
}

/// A poll, for as long as it waits.
pub struct Poll<'a>(&'a Ending);

impl Ending {
    /// Counts a poll until the value is dropped.
    pub fn poll(&self) -> Poll<'_> {
        self.polls.fetch_add(1, Relaxed);
        Poll(self)
    }

    /// Waits until every client has fetched what it polls for: its next poll then finds nothing and waits.
    ///
    /// What is written to a WebSocket leaves even after its end. What waits for a poll would be lost.
    pub async fn everything_is_fetched(&self, io: &SocketIo) {
        loop {
            let sockets = io.sockets();
            let polling = sockets
                .iter()
                .filter(|socket| socket.transport_type() == TransportType::Polling);
            if self.polls.load(Relaxed) >= polling.count() {
                return;
            }
            // Nobody tells when a poll begins to wait.
            sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Poll<'_> {
    fn drop(&mut self) {
        self.0.polls.fetch_sub(1, Relaxed);
    }
}
