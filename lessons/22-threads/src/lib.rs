//! Lesson 22: threads.
//!
//! The server of lesson 07 on all of the machine's cores, with the messages still in their order.
//!
//! Run it with `just run 22`.
//!
//! New here: a runtime with many threads, a queue that keeps the order, handlers that are there before the first message.

mod controller;
pub mod settings;

use std::{convert::Infallible, path::Path};

use axum::{Router, routing::get};
use socketioxide::{SocketIo, extract::SocketRef, handler::ConnectHandler};
use tokio::sync::mpsc;
use tower_http::{cors::CorsLayer, services::ServeDir};

use crate::settings::Settings;

/// How many messages may wait for their turn. Without a limit, clients that send faster than one task can pass on would
/// fill the memory.
const QUEUE: usize = 4096;

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
    let (queue, messages) = mpsc::channel(QUEUE);
    tokio::spawn(controller::take_turns(messages));
    // A middleware runs before the client hears that it's connected. A connect handler runs after that, and with many
    // threads the client's first message may be faster.
    let register = async move |socket: SocketRef| {
        controller::register(&socket, queue);
        Ok::<(), Infallible>(())
    };
    io.ns("/", controller::on_connect.with(register));

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
