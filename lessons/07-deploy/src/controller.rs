//! What the server does for each client: the handlers of its events.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use socketioxide::{
    extract::{AckSender, Extension, MaybeHttpExtension, SocketRef, State, TryData},
    socket::DisconnectReason,
};
use tower_http::request_id::RequestId;
use tracing::{info, warn};

use crate::metrics::Metrics;

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

/// What the server knows of a client.
struct Client {
    /// Its name for people. `socket.id` is no such name: whoever knows it can speak for the client.
    id: u64,
    limiter: DefaultDirectRateLimiter,
    /// How many events were refused since the last that was taken.
    refused: AtomicU32,
}

static NEXT_CLIENT: AtomicU64 = AtomicU64::new(1);

/// Registers the handlers of one client.
pub async fn on_connect(
    socket: SocketRef,
    events: State<Quota>,
    metrics: State<Metrics>,
    request: MaybeHttpExtension<RequestId>,
) {
    // Who has left before this began is not counted: there would be no word of its going.
    if !socket.connected() {
        return;
    }
    let client = Client {
        id: NEXT_CLIENT.fetch_add(1, Relaxed),
        limiter: RateLimiter::direct(*events),
        refused: AtomicU32::new(0),
    };
    info!(client.id, request = ?*request, "client connected");
    metrics.clients.inc();
    socket.extensions.insert(Arc::new(client));
    socket.on("enviar-mensaje", on_message);
    socket.on_disconnect(on_disconnect);
}

async fn on_message(
    socket: SocketRef,
    ack: AckSender,
    client: Extension<Arc<Client>>,
    events: State<Quota>,
    metrics: State<Metrics>,
    TryData(payload): TryData<Message>,
) {
    let arrived = Instant::now();
    metrics.events.inc();
    if client.limiter.check().is_err() {
        metrics.refused_events.inc();
        return refuse(&socket, ack, &client, *events);
    }
    client.refused.store(0, Relaxed);

    let message = match payload {
        Ok(message) => message,
        Err(error) => {
            // The error quotes the payload, which is nobody's business here.
            warn!(client.id, "enviar-mensaje: the payload does not fit");
            return answer(ack, &json!({ "error": error.to_string() }), &metrics);
        }
    };
    answer(
        ack,
        &json!({ "id": message.id, "processID": 999, "date": unix_millis() }),
        &metrics,
    );
    if let Err(error) = socket.broadcast().emit("enviar-mensaje", &message).await {
        metrics.failed_emits.inc();
        warn!(%error, "the message did not reach everyone");
    }
    metrics.handling.observe(arrived.elapsed().as_secs_f64());
}

/// Tells a client that it sends too much: with each answer it waits for, and once by an event. One that goes on all
/// the same has to leave.
fn refuse(socket: &SocketRef, ack: AckSender, client: &Client, events: Quota) {
    let (at_once, pause) = (events.burst_size(), events.replenish_interval().as_millis());
    let error = json!({
        "error": format!("too many events: at most {at_once} at once, then one every {pause} ms"),
    });
    ack.send(&error).ok();
    let refused = client.refused.fetch_add(1, Relaxed);
    if refused == 0 {
        warn!(client.id, "too many events");
        socket.emit("demasiados-eventos", &error).ok();
    }
    if refused == events.burst_size().get() {
        warn!(client.id, "too many events for too long");
        socket.clone().disconnect().ok();
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
    // `as_millis` gives a `u128`, and an emit of a struct with one in it fails.
    u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX)
}

async fn on_disconnect(
    client: Extension<Arc<Client>>,
    metrics: State<Metrics>,
    reason: DisconnectReason,
) {
    info!(client.id, ?reason, "client disconnected");
    metrics.clients.dec();
}
