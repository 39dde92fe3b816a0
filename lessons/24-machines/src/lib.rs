//! Lesson 24: several machines.
//!
//! The chat of lesson 23. Names, rooms and private messages cross from one node to another, through Redis.
//!
//! Run it with `just run 24`. With `SECOND_PORT=3001`, the process is two nodes; with `REDIS_URL`, nodes may be anywhere.
//!
//! New here: an adapter; presence by rooms.

mod admission;
pub mod bus;
mod controller;
pub mod messages;
pub mod settings;

use std::{path::Path, sync::mpsc};

use anyhow::Result;
use axum::{Router, routing::get};
use rusqlite::Connection;
use socketioxide::handler::ConnectHandler;
use socketioxide_redis::{RedisAdapterConfig, RedisAdapterCtr};
use tower_http::{cors::CorsLayer, services::ServeDir};

use crate::{
    admission::{admit, log},
    bus::{Bus, Net, SocketIo},
    controller::on_connect,
    messages::Jobs,
    settings::Settings,
};

/// Serves the files in `page`, and those in `public/` that all pages share. The `SocketIo` closes the connections.
///
/// # Errors
/// The database can't be read, or the bus doesn't take subscriptions.
pub async fn app(
    page: &Path,
    settings: &Settings,
    database: Connection,
    bus: Bus,
) -> Result<(Router, SocketIo)> {
    let (sender, jobs) = mpsc::channel();
    // How many packets of other nodes may wait here. The default of 1024 loses part of a burst.
    let config = RedisAdapterConfig::new().with_stream_buffer(65_536);
    let (socket_layer, io) = socketioxide::SocketIo::builder()
        .with_state(Jobs(sender))
        .with_adapter::<Net>(RedisAdapterCtr::new_with_driver(bus, config))
        // An emit never waits: it fails for a client that still has this many packets to read.
        // The default of 128 loses part of a burst. The buffer takes memory only as it fills.
        .max_buffer_size(4096)
        // Long-polling has one limit, WebSocket two: for a frame, and for a message of many frames.
        .max_payload(settings.max_message.into())
        .ws_max_frame_size(settings.max_message as usize)
        .ws_max_message_size(settings.max_message as usize)
        .build_layer();
    // The last one runs first: `log`, `admit`, `on_connect`.
    io.ns("/", on_connect.with(admit).with(log)).await?;
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
