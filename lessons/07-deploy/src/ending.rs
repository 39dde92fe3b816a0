//! The end of the server, a step at a time: what it has answered, it delivers first.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    time::Duration,
};

use socketioxide::{SocketIo, TransportType};
use tokio::time::sleep;

/// How far the end has come.
#[derive(Default)]
pub struct Ending {
    /// The platform should send new clients elsewhere. Who comes all the same is served.
    pub draining: AtomicBool,
    /// No session and no event is taken any more.
    pub closing: AtomicBool,
    /// How many polls wait for something to say.
    polls: AtomicUsize,
}

/// A poll that waits.
pub struct Poll<'a>(&'a Ending);

impl Ending {
    /// Counts a poll until the value is dropped.
    pub fn poll(&self) -> Poll<'_> {
        self.polls.fetch_add(1, Relaxed);
        Poll(self)
    }

    /// Waits until every polling client has fetched what is for it: its next poll finds nothing, and waits.
    ///
    /// A WebSocket takes what is for its client before it closes. What still waits for a poll then is lost.
    pub async fn fetched(&self, io: &SocketIo) {
        loop {
            let sockets = io.sockets().into_iter();
            let polling =
                sockets.filter(|socket| socket.transport_type() == TransportType::Polling);
            if self.polls.load(Relaxed) >= polling.count() {
                return;
            }
            // Nobody tells when a client polls.
            sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Poll<'_> {
    fn drop(&mut self) {
        self.0.polls.fetch_sub(1, Relaxed);
    }
}
