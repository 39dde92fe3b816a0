//! The handlers of each client's events.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use socketioxide::{
    extract::{AckSender, SocketRef, TryData},
    socket::DisconnectReason,
};
use tokio::sync::mpsc::{Receiver, Sender};
use tracing::{info, warn};

/// The payload of `enviar-mensaje`.
#[derive(Deserialize, Serialize)]
pub struct Message {
    #[serde(rename = "mensaje")]
    text: String,
    id: String,
    /// When it was sent, in Unix milliseconds.
    #[serde(rename = "fecha")]
    date: u64,
}

/// An event `enviar-mensaje` that waits for its turn.
pub type Turn = (SocketRef, AckSender, TryData<Message>);

/// Registers a client's handlers.
pub fn register(socket: &SocketRef, queue: Sender<Turn>) {
    // The closure runs at once, where the client's messages are read one after the other, so they join the queue in this
    // order. Only the future that it returns is a task, which runs at any time and on any thread.
    let enqueue = move |socket: SocketRef, ack: AckSender, payload: TryData<Message>| {
        match queue.try_reserve() {
            Ok(place) => place.send((socket, ack, payload)),
            // A closure that isn't `async` can't wait for a place.
            Err(error) => {
                warn!(%error, "enviar-mensaje: no place in the queue");
                answer(ack, &json!({ "error": "the server is busy" }));
            }
        }
        async {}
    };
    socket.on("enviar-mensaje", enqueue);
    socket.on_disconnect(on_disconnect);
}

/// Logs a client that has connected.
pub async fn on_connect(socket: SocketRef) {
    info!(id = %socket.id, "client connected");
}

/// Handles the messages of all clients, one after the other, as long as the server runs. Because there's only one such
/// task, there's only one order.
pub async fn take_turns(mut messages: Receiver<Turn>) {
    while let Some((socket, ack, payload)) = messages.recv().await {
        on_message(socket, ack, payload).await;
    }
}

async fn on_message(socket: SocketRef, ack: AckSender, TryData(payload): TryData<Message>) {
    let message = match payload {
        Ok(message) => message,
        Err(error) => {
            warn!(%error, "enviar-mensaje: the payload does not fit");
            return answer(ack, &json!({ "error": error.to_string() }));
        }
    };
    info!(message.text, message.id, message.date, "enviar-mensaje");
    if let Err(error) = socket.broadcast().emit("enviar-mensaje", &message).await {
        warn!(%error, "the message did not reach everyone");
    }
    // Last, so that a client that connects after the answer doesn't get the message.
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
