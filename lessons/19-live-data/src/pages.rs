//! The page's server. It only serves files, so any other server for files could take its place.

use std::path::Path;

use axum::{Json, Router, routing::get};
use serde_json::json;
use tower_http::services::ServeDir;

/// Serves the files in `page`, and those in `public/` that all pages share. `port` is the one of the chat's server.
pub fn pages(page: &Path, port: u16) -> Router {
    Router::new()
        .route(
            "/config.json",
            get(async move || Json(json!({ "puerto": port }))),
        )
        .nest_service("/shared", ServeDir::new("public/shared"))
        .nest_service("/vendor", ServeDir::new("public/vendor"))
        .fallback_service(ServeDir::new(page))
}
