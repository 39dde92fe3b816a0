//! Lesson 05: callbacks.
//!
//! The sender alone gets an answer: the acknowledgement of its event. Nothing goes to the others.
//!
//! Run it with `just run 05`.
//!
//! New here: a payload with a type, an acknowledgement, an answer to a payload that does not fit.

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

/// What the page sends with `enviar-mensaje`.
#[derive(Deserialize)]
struct Message {
    #[serde(rename = "mensaje")]
    text: String,
    id: String,
    /// When it was sent, in Unix milliseconds.
    #[serde(rename = "fecha")]
    date: u64,
}

/// Serves the files in `page`, and from `public/` what all pages share.
pub fn app(page: &Path) -> Router {
    let (socket_layer, io) = SocketIo::builder()
        // An emit never waits: it fails for a client that has this many packets still to read.
        // The default of 128 loses part of a burst; the memory is taken only as it fills.
        .max_buffer_size(4096)
        .build_layer();
    io.ns("/", on_connect);

    Router::new()
        .nest_service("/shared", ServeDir::new("public/shared"))
        .nest_service("/vendor", ServeDir::new("public/vendor"))
        .fallback_service(ServeDir::new(page))
        .layer(socket_layer)
        // After the Socket.IO layer, which answers every path below `/socket.io` that it wraps.
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

/// The time now, in Unix milliseconds, as `Date.now()` gives it in JavaScript.
fn unix_millis() -> u64 {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    // `as_millis` gives a `u128`, and a struct with one in it cannot be sent.
    u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX)
}

async fn on_disconnect(socket: SocketRef, reason: DisconnectReason) {
    info!(id = %socket.id, ?reason, "client disconnected");
}
