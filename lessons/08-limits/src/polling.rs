//! Limits for the bodies of long-polling requests: their size, their duration, and the names of namespaces in them.

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{Method, StatusCode, header::CONTENT_LENGTH},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::timeout;

use crate::settings::Settings;

/// The longest name of a namespace, in bytes. A refusal repeats the name, and waits in memory until the client polls.
const MAX_NAMESPACE: usize = 64;

/// Reads the whole body of a request, within the limits, before Socket.IO gets it. A `GET` has no body.
pub async fn check_body(
    State(settings): State<Settings>,
    request: Request,
    next: Next,
) -> Response {
    if request.method() == Method::GET {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, settings.max_message as usize);
    let (status, reason) = match timeout(settings.request_seconds, body).await {
        Ok(Ok(body)) if body.split(|byte| *byte == SEPARATOR).any(is_long_connect) => {
            (StatusCode::BAD_REQUEST, "the namespace's name is too long")
        }
        Ok(Ok(body)) => return next.run(Request::from_parts(parts, Body::from(body))).await,
        Ok(Err(_)) => (StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"),
        Err(_) => (StatusCode::REQUEST_TIMEOUT, "the body took too long"),
    };
    // Socket.IO gets a body that ends the session: the Engine.IO packet "close".
    parts.headers.remove(CONTENT_LENGTH);
    next.run(Request::from_parts(parts, Body::from("1"))).await;
    (status, reason).into_response()
}

/// The byte between two packets in a body.
const SEPARATOR: u8 = 0x1e;

/// Whether an Engine.IO packet (`40/name,`) asks for a namespace whose name is too long.
fn is_long_connect(packet: &[u8]) -> bool {
    let name = packet.strip_prefix(b"40/").unwrap_or_default();
    name.iter().take_while(|byte| **byte != b',').count() > MAX_NAMESPACE
}
