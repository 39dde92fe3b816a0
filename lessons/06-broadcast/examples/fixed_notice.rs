//! Exercise `fixed_notice`: the others hear that there is something new, not what.
//!
//! Run it with `cargo run --package broadcast --example fixed_notice`.

use std::{
    env,
    error::Error,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::Router;
use serde::Deserialize;
use serde_json::json;
use socketioxide::{
    SocketIo,
    extract::{AckSender, SocketRef, TryData},
};
use tokio::net::TcpListener;
use tracing::warn;

/// All that the server reads of a message.
#[derive(Deserialize)]
struct Message {
    id: String,
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
    let answer = match &payload {
        Ok(message) => json!({ "id": message.id, "processID": 999, "date": unix_millis() }),
        Err(error) => json!({ "error": error.to_string() }),
    };
    if let Err(error) = ack.send(&answer) {
        warn!(%error, "the answer did not reach the sender");
    }
    if payload.is_ok() {
        let notice = "Se ha enviado un nuevo archivo!";
        if let Err(error) = socket.broadcast().emit("enviar-mensaje", notice).await {
            warn!(%error, "the notice did not reach everyone");
        }
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
