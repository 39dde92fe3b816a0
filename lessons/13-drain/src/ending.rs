//! The steps of the shutdown.

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

/// How far the shutdown has got.
#[derive(Default)]
pub struct Ending {
    /// Whether the platform should send new clients elsewhere. The ones that still come here are served as usual.
    pub draining: AtomicBool,
    /// Whether new sessions and new events are refused. Messages that were accepted before are still delivered.
    begun: watch::Sender<bool>,
    /// The sessions that have fetched everything.
    up_to_date: Mutex<HashSet<Sid>>,
}

impl Ending {
    /// Refuses new sessions and new events from now on.
    pub fn begin(&self) {
        self.begun.send_replace(true);
    }

    /// Whether new sessions and new events are refused.
    pub fn has_begun(&self) -> bool {
        *self.begun.borrow()
    }

    /// Waits until every client that polls has fetched everything.
    ///
    /// Messages to a WebSocket are already on their way. Messages that wait for a poll would be lost.
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

/// Refuses new sessions once the shutdown has begun, and notes which sessions have fetched everything.
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
        // The order matters: nothing new arrives during the shutdown, so a poll without an answer has nothing to fetch.
        biased;
        answer = &mut answer => return answer,
        _ = begun.wait_for(|begun| *begun) => ending.up_to_date().insert(session),
    };
    answer.await
}

/// The session that a request polls for, if it's a poll.
fn polls(request: &Request) -> Option<Sid> {
    let mut query = request.uri().query()?.split('&');
    let session = query.find_map(|pair| pair.strip_prefix("sid="))?;
    session
        .parse()
        .ok()
        .filter(|_| request.method() == Method::GET)
}

/// Answers `/readyz`: whether the platform should send clients here.
pub async fn readiness(State(ending): State<Arc<Ending>>) -> (StatusCode, &'static str) {
    if ending.draining.load(Relaxed) {
        (StatusCode::SERVICE_UNAVAILABLE, "shutting down")
    } else {
        (StatusCode::OK, "ready")
    }
}
