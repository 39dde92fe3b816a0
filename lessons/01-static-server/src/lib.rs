//! Lesson 01: a static server.
//!
//! The server sends the page in `public/01-static-server/` over HTTP, and pages of any site may read it.
//!
//! Run it with `just run 01`.
//!
//! New here: a router, a folder of files, CORS.

use std::path::Path;

use axum::Router;
use tower_http::{cors::CorsLayer, services::ServeDir};

/// Serves the files in `page`, and those in `public/` that all pages share.
pub fn app(page: &Path) -> Router {
    Router::new()
        .nest_service("/shared", ServeDir::new("public/shared"))
        .nest_service("/vendor", ServeDir::new("public/vendor"))
        .fallback_service(ServeDir::new(page))
        .layer(CorsLayer::permissive())
}
