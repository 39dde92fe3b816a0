//! Lesson 03: messages from the client to the server.
//!
//! The page sends the event `enviar-mensaje`. The server logs its payload and sends nothing back.
//!
//! Run it with `just run 03`.
//!
//! New here: an event handler, a payload that may be any JSON.

use std::path::Path;

use axum::Router;
use serde_json::Value;
use socketioxide::{
    SocketIo,
    extract::{Data, SocketRef},
    socket::DisconnectReason,
};
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
    socket.on("enviar-mensaje", on_message);
    socket.on_disconnect(on_disconnect);
}

async fn on_message(Data(payload): Data<Value>) {
    info!(%payload, "enviar-mensaje");
}

async fn on_disconnect(socket: SocketRef, reason: DisconnectReason) {
    info!(id = %socket.id, ?reason, "client disconnected");
}
