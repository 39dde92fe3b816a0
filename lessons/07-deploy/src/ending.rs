//! The end of the server, a step at a time.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
    time::Duration,
};

use socketioxide::{SocketIo, TransportType, socket::Sid};
use tokio::time::sleep;

/// How far the end has come.
#[derive(Default)]
pub struct Ending {
    /// The platform should send new clients elsewhere. For those who come all the same, nothing has changed.
    pub draining: AtomicBool,
    /// Nothing new is taken: no session, no event. What was taken is still delivered.
    pub closing: AtomicBool,
    /// The sessions that poll, and wait for something to come.
    polling: Mutex<HashSet<Sid>>,
}

/// A session's poll, for as long as it waits.
pub struct Poll<'a> {
    ending: &'a Ending,
    session: Sid,
}

impl Ending {
    /// Notes a poll until the value is dropped.
    pub fn poll(&self, session: Sid) -> Poll<'_> {
        self.polling().insert(session);
        Poll {
            ending: self,
            session,
        }
    }

    /// Waits until every client has fetched what it polls for: its next poll then waits.
    ///
    /// What is written to a WebSocket is on its way. What waits for a poll would be lost.
    pub async fn everything_is_fetched(&self, io: &SocketIo) {
        loop {
            // A poll that has just got something is noted until its turn. A new task's turn is later.
            tokio::spawn(async {}).await.ok();
            let somebody_fetches = io.sockets().iter().any(|socket| {
                socket.transport_type() == TransportType::Polling
                    && !self.polling().contains(&socket.id)
            });
            if !somebody_fetches {
                return;
            }
            sleep(Duration::from_millis(10)).await;
        }
    }

    fn polling(&self) -> MutexGuard<'_, HashSet<Sid>> {
        // Nobody leaves the set half changed, so it is good after a panic too.
        self.polling.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Poll<'_> {
    fn drop(&mut self) {
        self.ending.polling().remove(&self.session);
    }
}
