//! A page and Socket.IO on one port, built by hand.

use std::path::Path;

use axum::Router;
use socketioxide::{SocketIo, extract::SocketRef, socket::DisconnectReason};
use tower_http::{
    cors::CorsLayer,
    services::{ServeDir, ServeFile},
};
use tracing::info;

/// The client's script, as npm installs it.
const CLIENT: &str = "node_modules/socket.io-client/dist/socket.io.js";

/// Serves the files in `page`, and Socket.IO.
pub fn app(page: &Path) -> Router {
    let (socket_layer, io) = SocketIo::new_layer();
    io.ns("/", on_connect);

    Router::new()
        .fallback_service(ServeDir::new(page))
        .layer(socket_layer)
        .route_service("/socket.io/socket.io.js", ServeFile::new(CLIENT))
        .layer(CorsLayer::permissive())
}

async fn on_connect(socket: SocketRef) {
    info!(id = %socket.id, "client connected");
    socket.on_disconnect(on_disconnect);
}

async fn on_disconnect(socket: SocketRef, reason: DisconnectReason) {
    info!(id = %socket.id, ?reason, "client disconnected");
}
