//! What holds for every request and answer.

use std::time::Duration;

use axum::{
    extract::{Request, State},
    http::{
        HeaderValue, Method, StatusCode,
        header::{
            CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::timeout;
use tower_http::request_id::RequestId;
use tracing::{Span, info_span};

/// Scripts and styles come from files of this server, so what a message smuggles into a page does not run.
/// Bootstrap's styles hold small pictures as `data:`. Only our own pages may frame a page.
const CONTENT_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
);

/// A year, in seconds.
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What the log says of a request.
pub fn request_span(request: &Request) -> Span {
    let id = request.extensions().get::<RequestId>();
    let id = id.and_then(|id| id.header_value().to_str().ok());
    info_span!("request", id, method = %request.method(), path = request.uri().path())
}

/// Tells browsers what a page of ours must not do.
pub async fn security_headers(request: Request, next: Next) -> Response {
    // Only the platform's router knows whether the client's side is encrypted.
    let scheme = request.headers().get("x-forwarded-proto");
    let encrypted = scheme.is_some_and(|scheme| scheme == "https");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, CONTENT_POLICY);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if encrypted {
        headers.insert(STRICT_TRANSPORT_SECURITY, TLS_ONLY);
    }
    response
}

/// Ends a request whose body does not arrive in time. A `GET` has none, and a long poll is meant to be long.
pub async fn body_limit(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    if request.method() == Method::GET {
        return next.run(request).await;
    }
    let response = timeout(limit, next.run(request)).await;
    response.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response())
}
