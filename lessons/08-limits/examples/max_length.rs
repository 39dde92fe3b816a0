//! Exercise `max_length`: a text may have 280 characters, whatever their bytes.
//!
//! Run it with `cargo run --package limits --example max_length`.

use std::{
    env,
    error::Error,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::Router;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use socketioxide::{
    SocketIo,
    extract::{AckSender, SocketRef, TryData},
};
use tokio::net::TcpListener;
use tracing::warn;

/// How long a message's text may be, in characters.
const MAX_TEXT: usize = 280;

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

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let (socket_layer, io) = SocketIo::new_layer();
    io.ns("/", on_connect);

    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, Router::new().layer(socket_layer)).await?;
    Ok(())
}

async fn on_connect(socket: SocketRef) {
    socket.on("enviar-mensaje", on_message);
}

async fn on_message(socket: SocketRef, ack: AckSender, TryData(payload): TryData<Message>) {
    let message = match payload {
        // `len` would count bytes.
        Ok(message) if message.text.chars().count() > MAX_TEXT => {
            let error = format!("the text is longer than {MAX_TEXT} characters");
            return answer(ack, &json!({ "error": error }));
        }
        Ok(message) => message,
        Err(error) => return answer(ack, &json!({ "error": error.to_string() })),
    };
    answer(
        ack,
        &json!({ "id": message.id, "processID": 999, "date": unix_millis() }),
    );
    if let Err(error) = socket.broadcast().emit("enviar-mensaje", &message).await {
        warn!(%error, "the message did not reach everyone");
    }
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
    // `as_millis` gives a `u128`, and an emit of a struct with one in it fails.
    u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX)
}
