//! Lesson 05: callbacks.
//!
//! Only the sender gets an answer, the acknowledgement of its event. The others hear nothing.
//!
//! Run it with `just run 05`.
//!
//! New here: a payload with a type, an acknowledgement, an answer to a payload that doesn't fit.

use std::{
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::Router;
use serde::Deserialize;
use serde_json::{Value, json};
use socketioxide::{
    SocketIo,
    extract::{AckSender, SocketRef, TryData},
    socket::DisconnectReason,
};
use tower_http::{cors::CorsLayer, services::ServeDir};
use tracing::{info, warn};

/// The payload of `enviar-mensaje`.
#[derive(Deserialize)]
struct Message {
    #[serde(rename = "mensaje")]
    text: String,
    id: String,
    /// When it was sent, in Unix milliseconds.
    #[serde(rename = "fecha")]
    date: u64,
}

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

async fn on_message(ack: AckSender, TryData(payload): TryData<Message>) {
    let message = match payload {
        Ok(message) => message,
        Err(error) => {
            warn!(%error, "enviar-mensaje: the payload does not fit");
            return answer(ack, &json!({ "error": error.to_string() }));
        }
    };
    info!(message.text, message.id, message.date, "enviar-mensaje");
    answer(
        ack,
        &json!({ "id": message.id, "processID": 999, "date": unix_millis() }),
    );
}

/// Answers the sender, if it asked for an answer.
fn answer(ack: AckSender, answer: &Value) {
    if let Err(error) = ack.send(answer) {
        warn!(%error, "the answer did not reach the sender");
    }
}

/// The current time in Unix milliseconds, like `Date.now()` in JavaScript.
fn unix_millis() -> u64 {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    // `as_millis` returns a `u128`; a `u64` holds the milliseconds of 500 million years.
    u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX)
}

async fn on_disconnect(socket: SocketRef, reason: DisconnectReason) {
    info!(id = %socket.id, ?reason, "client disconnected");
}
