//! Lesson 02: connect and disconnect.
//!
//! Socket.IO runs beside the page, and the server logs each client that connects or leaves.
//!
//! Run it with `just run 02`.
//!
//! New here: a Socket.IO layer, a connect handler, a disconnect handler, the client's script.

use std::path::Path;

use axum::Router;
use socketioxide::{SocketIo, extract::SocketRef, socket::DisconnectReason};
use tower_http::{cors::CorsLayer, services::ServeDir};
use tracing::info;

/// Serves the files in `page`, and those in `public/` that all pages share.
pub fn app(page: &Path) -> Router {
    let (socket_layer, io) = SocketIo::new_layer();
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
    socket.on_disconnect(on_disconnect);
}

async fn on_disconnect(socket: SocketRef, reason: DisconnectReason) {
    info!(id = %socket.id, ?reason, "client disconnected");
}
