//! The shutdown, one step at a time.

use std::{
    collections::HashSet,
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use socketioxide::{SocketIo, TransportType, extract::SocketRef, socket::Sid};
use tokio::{sync::watch, time::sleep};

use crate::client::opens_a_session;

/// How far the shutdown has come.
#[derive(Default)]
pub struct Ending {
    /// Whether the platform should send new clients elsewhere. For those that still come here nothing has changed.
    pub draining: AtomicBool,
    /// Whether nothing new is accepted any more: no session, no event. What was accepted before is still delivered.
    begun: watch::Sender<bool>,
    /// The sessions for which nothing waits.
    up_to_date: Mutex<HashSet<Sid>>,
}

impl Ending {
    /// From now on nothing new is accepted.
    pub fn begin(&self) {
        self.begun.send_replace(true);
    }

    /// Whether nothing new is accepted any more.
    pub fn has_begun(&self) -> bool {
        *self.begun.borrow()
    }

    /// Waits until every client that polls has fetched everything.
    ///
    /// What was written to a WebSocket is on its way. What waits for a poll would be lost.
    pub async fn everything_is_fetched(&self, io: &SocketIo) {
        let has_to_poll = |socket: &SocketRef| {
            socket.transport_type() == TransportType::Polling
                && !self.up_to_date().contains(&socket.id)
        };
        while io.sockets().iter().any(has_to_poll) {
            sleep(Duration::from_millis(10)).await;
        }
    }

    fn up_to_date(&self) -> MutexGuard<'_, HashSet<Sid>> {
        let sessions = self.up_to_date.lock();
        sessions.expect("nothing panics while it holds the lock")
    }
}

/// Lets requests through to Socket.IO until the shutdown begins, and notes then for whom nothing waits.
pub async fn guard(State(ending): State<Arc<Ending>>, request: Request, next: Next) -> Response {
    if ending.has_begun() && opens_a_session(request.uri()) {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "the server is shutting down",
        )
            .into_response();
    }
    let Some(session) = polls(&request) else {
        return next.run(request).await;
    };
    let mut begun = ending.begun.subscribe();
    let mut answer = pin!(next.run(request));
    tokio::select! {
        // In this order. Nothing new comes once the shutdown has begun, so if the poll has no answer then, nothing waits.
        biased;
        answer = &mut answer => return answer,
        _ = begun.wait_for(|begun| *begun) => ending.up_to_date().insert(session),
    };
    answer.await
}

/// The session that a request polls for, if it does.
fn polls(request: &Request) -> Option<Sid> {
    let mut query = request.uri().query()?.split('&');
    let session = query.find_map(|pair| pair.strip_prefix("sid="))?;
    session
        .parse()
        .ok()
        .filter(|_| request.method() == Method::GET)
}

/// What `/readyz` says: whether a platform should send clients here.
pub async fn readiness(State(ending): State<Arc<Ending>>) -> (StatusCode, &'static str) {
    if ending.draining.load(Relaxed) {
        (StatusCode::SERVICE_UNAVAILABLE, "shutting down")
    } else {
        (StatusCode::OK, "ready")
    }
}
