//! Lesson 06: broadcast.
//!
//! The sender gets its acknowledgement, and everyone else gets the message.
//!
//! Run it with `just run 06`.
//!
//! New here: a module for the handlers, an emit to everyone but the sender.

mod controller;

use std::path::Path;

use axum::Router;
use socketioxide::SocketIo;
use tower_http::{cors::CorsLayer, services::ServeDir};

/// Serves the files in `page`, and those in `public/` that all pages share.
pub fn app(page: &Path) -> Router {
    let (socket_layer, io) = SocketIo::builder()
        // An emit never waits: it fails for a client that still has this many packets to read.
        // The default of 128 loses part of a burst. The buffer takes memory only as it fills.
        .max_buffer_size(4096)
        .build_layer();
    io.ns("/", controller::on_connect);

    Router::new()
        .nest_service("/shared", ServeDir::new("public/shared"))
        .nest_service("/vendor", ServeDir::new("public/vendor"))
        .fallback_service(ServeDir::new(page))
        .layer(socket_layer)
        // After the Socket.IO layer, which would answer every path below `/socket.io` itself.
        .route_service("/socket.io/{file}", ServeDir::new("public/vendor"))
        .layer(CorsLayer::permissive())
}
