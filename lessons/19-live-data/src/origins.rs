//! Which pages may use the server.

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::ORIGIN},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Refuses the requests of pages from other origins. CORS only keeps such a page from reading the answers, and a
/// WebSocket isn't subject to CORS at all.
pub async fn check_origin(
    State(origins): State<Vec<HeaderValue>>,
    request: Request,
    next: Next,
) -> Response {
    // A browser adds the origin to every WebSocket and `POST` of a page. Without one, it's a link, an image, or a program
    // that has no user's cookies.
    if let Some(origin) = request.headers().get(ORIGIN)
        && !origins.contains(origin)
    {
        let reason = "this page's origin isn't in ALLOWED_ORIGINS";
        return (StatusCode::FORBIDDEN, reason).into_response();
    }
    next.run(request).await
}
