//! Lesson 23: several processes.
//!
//! The chat of lesson 21, in several processes that share a database. Each of them sends its own clients everything that
//! appears there, whoever stored it.
//!
//! Run three of them behind nginx with `just run 23`.
//!
//! New here: the table is the queue.

mod admission;
mod controller;
pub mod messages;
pub mod settings;

use std::{path::Path, sync::mpsc};

use anyhow::Result;
use axum::{Router, routing::get};
use rusqlite::Connection;
use socketioxide::{SocketIo, handler::ConnectHandler};
use tower_http::{cors::CorsLayer, services::ServeDir};

use crate::{
    admission::{admit, log},
    controller::on_connect,
    messages::Jobs,
    settings::Settings,
};

/// Serves the files in `page`, and those in `public/` that all pages share. The `SocketIo` closes the connections.
///
/// # Errors
/// The database can't be read.
pub fn app(page: &Path, settings: &Settings, database: Connection) -> Result<(Router, SocketIo)> {
    let (sender, jobs) = mpsc::channel();
    let (socket_layer, io) = SocketIo::builder()
        .with_state(Jobs(sender))
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
    messages::run(jobs, database, io.clone())?;

    let router = Router::new()
        .route("/healthz", get(async || "ok"))
        .nest_service("/shared", ServeDir::new("public/shared"))
        .nest_service("/vendor", ServeDir::new("public/vendor"))
        .fallback_service(ServeDir::new(page))
        .layer(socket_layer)
        // After the Socket.IO layer, which would answer every path below `/socket.io` itself.
        .route_service("/socket.io/{file}", ServeDir::new("public/vendor"))
        .layer(CorsLayer::permissive());
    Ok((router, io))
}
