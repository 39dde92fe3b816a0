//! Lesson 15: rooms and private messages.
//!
//! The chat of lesson 14. A message goes to everyone, to a room, or to one person.
//!
//! Run it with `just run 15`.
//!
//! New here: rooms, which sockets join and leave; a room for each person.

mod controller;
pub mod settings;

use std::path::Path;

use axum::{Router, routing::get};
use socketioxide::SocketIo;
use tower_http::{cors::CorsLayer, services::ServeDir};

use crate::settings::Settings;

/// Serves the files in `page`, and those in `public/` that all pages share. The `SocketIo` closes the connections.
pub fn app(page: &Path, settings: &Settings) -> (Router, SocketIo) {
    let (socket_layer, io) = SocketIo::builder()
        // An emit never waits: it fails for a client that still has this many packets to read.
        // The default of 128 loses part of a burst. The buffer takes memory only as it fills.
        .max_buffer_size(4096)
        // Long-polling has one limit, WebSocket two: for a frame, and for a message of many frames.
        .max_payload(settings.max_message.into())
        .ws_max_frame_size(settings.max_message as usize)
        .ws_max_message_size(settings.max_message as usize)
        .build_layer();
    io.ns("/", controller::on_connect);

    let router = Router::new()
        .route("/healthz", get(async || "ok"))
        .nest_service("/shared", ServeDir::new("public/shared"))
        .nest_service("/vendor", ServeDir::new("public/vendor"))
        .fallback_service(ServeDir::new(page))
        .layer(socket_layer)
        // After the Socket.IO layer, which would answer every path below `/socket.io` itself.
        .route_service("/socket.io/{file}", ServeDir::new("public/vendor"))
        .layer(CorsLayer::permissive());
    (router, io)
}
