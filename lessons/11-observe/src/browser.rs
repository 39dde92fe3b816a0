//! The headers that browsers need, and the files that nobody gets.

use axum::{
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{
            CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::settings::Settings;

/// A year, in seconds.
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Tells browsers what our pages must not do.
pub async fn protect(State(settings): State<Settings>, request: Request, next: Next) -> Response {
    // Only the platform's router knows whether the client's side is encrypted.
    let scheme = request.headers().get("x-forwarded-proto");
    let encrypted = scheme.is_some_and(|scheme| scheme == "https");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, settings.content_security_policy);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if encrypted {
        headers.insert(STRICT_TRANSPORT_SECURITY, TLS_ONLY);
    }
    response
}

/// Refuses hidden files, such as `.env`, and names the charset of text files.
pub async fn check_file(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_ascii_lowercase();
    // An encoded dot or slash could hide one, and no file here needs them.
    if ["/.", "%2e", "%2f"].iter().any(|odd| path.contains(odd)) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mut response = next.run(request).await;
    let kind = response.headers().get(CONTENT_TYPE);
    let text = kind.and_then(|kind| kind.to_str().ok()?.strip_prefix("text/"));
    if let Some(kind) = text.filter(|kind| !kind.contains(';'))
        && let Ok(kind) = HeaderValue::try_from(format!("text/{kind}; charset=utf-8"))
    {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
}
