//! Lesson 07: ready to deploy.
//!
//! The conversation of lesson 06, in a server that a hosting platform can start, watch and stop.
//!
//! Run it with `just run 07`.
//!
//! New here: an address from the environment, a health check, limits for messages, a graceful end.

mod controller;

use std::path::Path;

use axum::{Router, routing::get};
use socketioxide::SocketIo;
use tower_http::{
    cors::CorsLayer,
    services::{ServeDir, ServeFile},
};

/// The largest message that a client may send, in bytes, whatever carries it.
const MAX_MESSAGE: usize = 100_000;

/// Serves the files in `page`, and what all pages share from `shared/` and `vendor/` beside it.
///
/// The [`SocketIo`] beside the router is what closes the conversations when the server ends.
pub fn app(page: &Path) -> (Router, SocketIo) {
    let (socket_layer, io) = SocketIo::builder()
        // An emit never waits: it fails for a client that has this many packets still to read.
        // The default of 128 loses part of a burst; the memory is taken only as it fills.
        .max_buffer_size(4096)
        // Long-polling has one limit, WebSocket two: for a frame, and for a message of many frames.
        .max_payload(MAX_MESSAGE as u64)
        .ws_max_frame_size(MAX_MESSAGE)
        .ws_max_message_size(MAX_MESSAGE)
        .build_layer();
    io.ns("/", controller::on_connect);

    let router = Router::new()
        .route("/healthz", get(async || "ok"))
        .nest_service("/shared", ServeDir::new(page.join("../shared")))
        .nest_service("/vendor", ServeDir::new(page.join("../vendor")))
        .fallback_service(ServeDir::new(page))
        .layer(socket_layer)
        // After the Socket.IO layer, which answers every path below `/socket.io` that it wraps.
        .route_service(
            "/socket.io/socket.io.js",
            ServeFile::new(page.join("../vendor/socket.io.js")),
        )
        .layer(CorsLayer::permissive());
    (router, io)
}
