//! A client, and the limit for its events.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed},
};

use axum::{
    extract::{Request, State},
    http::Uri,
    middleware::Next,
    response::Response,
};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use crate::settings::Settings;

/// The server keeps this for a client during its session.
pub struct Client {
    /// Its name in the log. Not `socket.id`: that's the session's key, and anyone who knows it can act as the client.
    pub id: u64,
    quota: Quota,
    limiter: DefaultDirectRateLimiter,
    /// How many more events were refused than allowed recently.
    refused: AtomicU32,
    /// Whether the client has been told that it sends too much.
    warned: AtomicBool,
}

/// How to treat an event.
pub enum Verdict {
    /// Handle it.
    Allowed,
    /// Refuse it, since it's over the limit. The client has to be told about the first one.
    Refused { first: bool },
    /// Disconnect the client: too many of its events were over the limit.
    Disconnect,
}

impl Client {
    fn new(quota: Quota) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self {
            id: NEXT.fetch_add(1, Relaxed),
            quota,
            limiter: RateLimiter::direct(quota),
            refused: AtomicU32::new(0),
            warned: AtomicBool::new(false),
        }
    }

    /// Counts an event against the limit.
    pub fn count_event(&self) -> Verdict {
        if self.limiter.check().is_ok() {
            // Makes up for a refused event. A client that never pauses has more events refused than allowed.
            self.refused
                .update(Relaxed, Relaxed, |refused| refused.saturating_sub(1));
            return Verdict::Allowed;
        }
        if self.refused.fetch_add(1, Relaxed) == self.quota.burst_size().get() {
            self.refused.store(0, Relaxed);
            return Verdict::Disconnect;
        }
        Verdict::Refused {
            first: !self.warned.swap(true, Relaxed),
        }
    }

    /// The limit, in words for the client.
    pub fn limit(&self) -> String {
        let at_once = self.quota.burst_size();
        let pause = self.quota.replenish_interval();
        format!("too many events: at most {at_once} at once, then one every {pause:?}")
    }
}

/// Gives each new session a [`Client`].
///
/// Socket.IO keeps the request that opens a session as long as the session lasts, and handlers find the client in it.
/// If the socket held it, a client could reset its limit by leaving the namespace and coming back.
pub async fn identify(
    State(settings): State<Settings>,
    mut request: Request,
    next: Next,
) -> Response {
    if opens_a_session(request.uri()) {
        let quota =
            Quota::per_second(settings.events_per_second).allow_burst(settings.events_at_once);
        request
            .extensions_mut()
            .insert(Arc::new(Client::new(quota)));
    }
    next.run(request).await
}

/// Whether the request is for Socket.IO and doesn't belong to a session yet.
pub fn opens_a_session(uri: &Uri) -> bool {
    let mut query = uri.query().unwrap_or_default().split('&');
    is_for_socket_io(uri) && !query.any(|pair| pair.starts_with("sid="))
}

pub fn is_for_socket_io(uri: &Uri) -> bool {
    uri.path() == "/socket.io" || uri.path().starts_with("/socket.io/")
}
