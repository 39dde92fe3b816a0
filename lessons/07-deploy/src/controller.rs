//! What the server does for each client: the handlers of its events.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use socketioxide::{
    extract::{AckSender, HttpExtension, MaybeHttpExtension, SocketRef, State, TryData},
    socket::DisconnectReason,
};
use tower_http::request_id::RequestId;
use tracing::{info, warn};

use crate::{
    client::{Client, Verdict},
    ending::Ending,
    metrics::Metrics,
};

/// What the page sends with `enviar-mensaje`.
#[derive(Deserialize, Serialize)]
struct Message {
    #[serde(rename = "mensaje")]
    text: String,
    id: String,
    /// When it was sent, in Unix milliseconds.
    #[serde(rename = "fecha")]
    date: u64,
}

/// How long a message's id may be, in bytes. The answer repeats it, and waits in memory until the client takes it.
const MAX_ID: usize = 64;

/// Registers the handlers of one client.
pub async fn on_connect(
    socket: SocketRef,
    client: HttpExtension<Arc<Client>>,
    request: MaybeHttpExtension<RequestId>,
) {
    // Who has left before this began is not told of: there would be no word of its going.
    if !socket.connected() {
        return;
    }
    // To come back is an event too: each time is a line in the log.
    if !matches!(client.judge_event(), Verdict::Taken) {
        let error = json!({ "error": client.limit() });
        socket.emit("demasiados-eventos", &error).ok();
        socket.disconnect().ok();
        return;
    }
    info!(client.id, request = ?*request, "client connected");
    socket.on("enviar-mensaje", on_message);
    socket.on_disconnect(on_disconnect);
}

async fn on_message(
    socket: SocketRef,
    ack: AckSender,
    client: HttpExtension<Arc<Client>>,
    metrics: State<Metrics>,
    ending: State<Arc<Ending>>,
    TryData(payload): TryData<Message>,
) {
    let arrived = Instant::now();
    metrics.events.inc();
    if ending.closing.load(Relaxed) {
        // The usual answer would be a promise that the others hear it.
        let error = json!({ "error": "the server is shutting down" });
        return answer(ack, &error, &metrics);
    }
    let verdict = client.judge_event();
    if !matches!(verdict, Verdict::Taken) {
        metrics.refused_events.inc();
        return refuse(socket, ack, &client, &verdict);
    }

    let message = match payload {
        Ok(message) if message.id.len() > MAX_ID => {
            let error = format!("the id is longer than {MAX_ID} bytes");
            return answer(ack, &json!({ "error": error }), &metrics);
        }
        Ok(message) => message,
        Err(error) => {
            // The error quotes the payload, which is nobody's business here, and may be long.
            warn!(client.id, "enviar-mensaje: the payload does not fit");
            let error: String = error.to_string().chars().take(200).collect();
            return answer(ack, &json!({ "error": error }), &metrics);
        }
    };
    answer(
        ack,
        &json!({ "id": message.id, "processID": 999, "date": unix_millis() }),
        &metrics,
    );
    let heard = socket.broadcast().emit("enviar-mensaje", &message).await;
    if heard.is_err() {
        metrics.failed_emits.inc();
        // Without the error, which has a word for each client that is not reached.
        warn!("the message did not reach everyone");
    }
    metrics.handling.observe(arrived.elapsed().as_secs_f64());
}

/// Tells a client that it sends too much: with each answer it waits for, and once by an event. One that goes on all
/// the same has to leave. What it does not take of this is its own loss.
fn refuse(socket: SocketRef, ack: AckSender, client: &Client, verdict: &Verdict) {
    let error = json!({ "error": client.limit() });
    ack.send(&error).ok();
    match verdict {
        Verdict::Refused { first: true } => {
            warn!(client.id, "too many events");
            socket.emit("demasiados-eventos", &error).ok();
        }
        Verdict::Unbearable => {
            warn!(client.id, "too many events for too long");
            socket.disconnect().ok();
        }
        _ => {}
    }
}

/// Answers the sender, if it asked for an answer.
fn answer(ack: AckSender, answer: &Value, metrics: &Metrics) {
    if let Err(error) = ack.send(answer) {
        metrics.failed_emits.inc();
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

async fn on_disconnect(client: HttpExtension<Arc<Client>>, reason: DisconnectReason) {
    info!(client.id, ?reason, "client disconnected");
}
