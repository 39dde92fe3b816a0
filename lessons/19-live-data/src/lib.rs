//! Lesson 19: live data.
//!
//! The chat of lesson 18, and the readings that other processes write into a database.
//!
//! Run it with `just run 19`.
//!
//! New here: a table that the server watches; a thread beside the event loop.

mod admin;
mod admission;
mod controller;
mod origins;
mod pages;
pub mod readings;
mod session;
pub mod settings;

use axum::{
    Router,
    http::HeaderValue,
    middleware::from_fn_with_state,
    routing::{get, post},
};
use axum_extra::extract::cookie::Key;
use socketioxide::{SocketIo, handler::ConnectHandler};
use tower_http::cors::CorsLayer;

use crate::{
    admin::{Messages, Token, authenticate, on_admin, send_figures},
    admission::{admit, log},
    controller::on_connect,
    origins::check_origin,
    session::log_in,
    settings::Settings,
};

pub use pages::pages;

/// The chat's server, for pages of these origins. The `SocketIo` closes the connections.
pub fn app(settings: &Settings, origins: Vec<HeaderValue>) -> (Router, SocketIo) {
    let messages = Messages::default();
    let token = Token(settings.admin_token.clone());
    // Signs the cookies. A new one at each start ends all sessions.
    let key = Key::generate();
    let (socket_layer, io) = SocketIo::builder()
        .with_state(token.clone())
        .with_state(key.clone())
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
        .route("/admin/login", post(log_in))
        .with_state((token, key))
        .layer(socket_layer)
        .layer(from_fn_with_state(origins.clone(), check_origin))
        // Lets these pages read the answers, and send their cookies.
        .layer(
            CorsLayer::new()
                .allow_origin(origins)
                .allow_credentials(true),
        );
    (router, io)
}
