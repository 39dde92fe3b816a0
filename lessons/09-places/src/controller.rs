//! The handlers of each client's events.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use socketioxide::{
    extract::{AckSender, HttpExtension, SocketRef, TryData},
    socket::DisconnectReason,
};
use tracing::{info, warn};

use crate::client::{Client, Verdict};

/// The payload of `enviar-mensaje`.
#[derive(Deserialize, Serialize)]
struct Message {
    #[serde(rename = "mensaje")]
    text: String,
    id: String,
    /// When it was sent, in Unix milliseconds.
    #[serde(rename = "fecha")]
    date: u64,
}

/// The longest id of a message, in bytes. The answer repeats it, and waits in memory until the client reads it.
const MAX_ID: usize = 64;

/// The longest error that's sent to a client, in characters. Errors quote the payload.
const MAX_ERROR: usize = 200;

/// Registers a client's handlers.
pub async fn on_connect(socket: SocketRef, client: HttpExtension<Arc<Client>>) {
    // Leaving the namespace and coming back counts as an event, since each time adds a line to the log.
    let verdict = client.count_event();
    if !matches!(verdict, Verdict::Allowed) {
        let error = json!({ "error": client.limit() });
        socket.emit("demasiados-eventos", &error).ok();
        socket.disconnect().ok();
        return;
    }
    info!(id = %socket.id, "client connected");
    socket.on("enviar-mensaje", on_message);
    socket.on_fallback(on_unknown);
    socket.on_disconnect(on_disconnect);
}

async fn on_message(
    socket: SocketRef,
    ack: AckSender,
    client: HttpExtension<Arc<Client>>,
    TryData(payload): TryData<Message>,
) {
    let verdict = client.count_event();
    if !matches!(verdict, Verdict::Allowed) {
        return refuse(&socket, ack, &client, &verdict);
    }
    let message = match payload {
        Ok(message) if message.id.len() > MAX_ID => {
            let error = format!("the id is longer than {MAX_ID} bytes");
            return answer(ack, &json!({ "error": error }));
        }
        Ok(message) => message,
        Err(error) => {
            let error: String = error.to_string().chars().take(MAX_ERROR).collect();
            warn!(error, "enviar-mensaje: the payload does not fit");
            return answer(ack, &json!({ "error": error }));
        }
    };
    info!(message.text, message.id, message.date, "enviar-mensaje");
    answer(
        ack,
        &json!({ "id": message.id, "processID": 999, "date": unix_millis() }),
    );
    if let Err(error) = socket.broadcast().emit("enviar-mensaje", &message).await {
        warn!(%error, "the message did not reach everyone");
    }
}

/// Handles events that have no other handler. They take time, too, so they count.
async fn on_unknown(socket: SocketRef, ack: AckSender, client: HttpExtension<Arc<Client>>) {
    let verdict = client.count_event();
    if !matches!(verdict, Verdict::Allowed) {
        refuse(&socket, ack, &client, &verdict);
    }
}

/// Tells a client that it sends too much: in the answer to each refused event, and once in an event of our own. If it
/// goes on anyway, it's disconnected. These emits may fail: a client that doesn't read has only itself to blame.
fn refuse(socket: &SocketRef, ack: AckSender, client: &Client, verdict: &Verdict) {
    let error = json!({ "error": client.limit() });
    ack.send(&error).ok();
    match verdict {
        Verdict::Refused { first: true } => {
            warn!(id = %socket.id, "too many events");
            socket.emit("demasiados-eventos", &error).ok();
        }
        Verdict::Disconnect => {
            warn!(id = %socket.id, "too many events for too long");
            socket.clone().disconnect().ok();
        }
        _ => {}
    }
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
