//! The routes below `/auth`.

use axum::{
    Router,
    http::StatusCode,
    routing::{get, post},
};

pub fn routes() -> Router {
    Router::new()
        .route("/login", post(log_in))
        .route("/me", get(async || "nobody"))
}

async fn log_in() -> StatusCode {
    StatusCode::NO_CONTENT
}
