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

/// Serves the files in `page`, and what all pages share from `shared/` and `vendor/` beside it.
pub fn app(page: &Path) -> Router {
    Router::new()
        .nest_service("/shared", ServeDir::new(page.join("../shared")))
        .nest_service("/vendor", ServeDir::new(page.join("../vendor")))
        .fallback_service(ServeDir::new(page))
        .layer(CorsLayer::permissive())
}
