//! Lesson 17: a second namespace.
//!
//! The chat of lesson 16, and live figures for those who look after it.
//!
//! Run it with `just run 17`.
//!
//! New here: the namespace `/admin` on the same connection; state that all handlers share; a task that emits by itself.

mod admin;
mod admission;
mod controller;
pub mod settings;

use std::path::Path;

use axum::{Router, routing::get};
use socketioxide::{SocketIo, handler::ConnectHandler};
use tower_http::{cors::CorsLayer, services::ServeDir};

use crate::{
    admin::{Messages, Token, authenticate, on_admin, send_figures},
    admission::{admit, log},
    controller::on_connect,
    settings::Settings,
};

/// Serves the files in `page`, and those in `public/` that all pages share. The `SocketIo` closes the connections.
pub fn app(page: &Path, settings: &Settings) -> (Router, SocketIo) {
    let messages = Messages::default();
    let (socket_layer, io) = SocketIo::builder()
        .with_state(Token(settings.admin_token.clone()))
        .with_state(messages.clone())
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
    io.ns("/admin", on_admin.with(authenticate));
    tokio::spawn(send_figures(io.clone(), messages));

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
