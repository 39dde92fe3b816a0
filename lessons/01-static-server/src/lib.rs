//! Lesson 01: a static server.
//!
//! The page in `public/01-static-server/` travels over HTTP, and a page from anywhere may ask for it.
//!
//! Run it with `just run 01`.
//!
//! New here: a router, a folder of files, CORS.

use std::path::Path;

use axum::Router;
use tower_http::{cors::CorsLayer, services::ServeDir};

/// Serves the files in `page`, and from `public/` what all pages share.
pub fn app(page: &Path) -> Router {
    Router::new()
        .nest_service("/shared", ServeDir::new("public/shared"))
        .nest_service("/vendor", ServeDir::new("public/vendor"))
        .fallback_service(ServeDir::new(page))
        .layer(CorsLayer::permissive())
}
