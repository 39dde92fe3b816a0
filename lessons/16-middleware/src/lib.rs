//! Lesson 16: who may come in.
//!
//! The chat of lesson 15. Clients bring a name and a secret, and hear why they aren't let in.
//!
//! Run it with `just run 16`.
//!
//! New here: middlewares, which decide before a client is connected; an extractor of our own.

mod admission;
mod controller;
pub mod settings;

use std::path::Path;

use axum::{Router, routing::get};
use socketioxide::{SocketIo, handler::ConnectHandler};
use tower_http::{cors::CorsLayer, services::ServeDir};

use crate::{
    admission::{admit, log},
    controller::on_connect,
    settings::Settings,
};

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
    // The last one runs first: `log`, `admit`, `on_connect`.
    io.ns("/", on_connect.with(admit).with(log));

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
