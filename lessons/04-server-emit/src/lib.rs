//! Lesson 04: messages from the server to the clients.
//!
//! The server passes each payload on, unchanged, to every client, including the sender.
//!
//! Run it with `just run 04`.
//!
//! New here: an emit to everyone, the buffer that it fills, the result that it returns.

use std::path::Path;

use axum::Router;
use serde_json::Value;
use socketioxide::{
    SocketIo,
    extract::{Data, SocketRef},
    socket::DisconnectReason,
};
use tower_http::{cors::CorsLayer, services::ServeDir};
use tracing::{info, warn};

/// Serves the files in `page`, and those in `public/` that all pages share.
pub fn app(page: &Path) -> Router {
    let (socket_layer, io) = SocketIo::builder()
        // An emit never waits: it fails for a client that still has this many packets to read.
        // The default of 128 loses part of a burst. The buffer takes memory only as it fills.
        .max_buffer_size(4096)
        .build_layer();
    io.ns("/", on_connect);

    Router::new()
        .nest_service("/shared", ServeDir::new("public/shared"))
        .nest_service("/vendor", ServeDir::new("public/vendor"))
        .fallback_service(ServeDir::new(page))
        .layer(socket_layer)
        // After the Socket.IO layer, which would answer every path below `/socket.io` itself.
        .route_service("/socket.io/{file}", ServeDir::new("public/vendor"))
        .layer(CorsLayer::permissive())
}

async fn on_connect(socket: SocketRef) {
    info!(id = %socket.id, "client connected");
    socket.on("enviar-mensaje", on_message);
    socket.on_disconnect(on_disconnect);
}

async fn on_message(io: SocketIo, Data(payload): Data<Value>) {
    info!(%payload, "enviar-mensaje");
    if let Err(error) = io.emit("enviar-mensaje", &payload).await {
        warn!(%error, "the message did not reach everyone");
    }
}

async fn on_disconnect(socket: SocketRef, reason: DisconnectReason) {
    info!(id = %socket.id, ?reason, "client disconnected");
}
