//! Exercise `server_asks`: the server asks back, and the client's answer becomes its own.
//!
//! Run it with `cargo run --package callbacks --example server_asks`.

use std::{env, error::Error};

use axum::Router;
use serde_json::{Value, json};
use socketioxide::{
    SocketIo,
    extract::{AckSender, Data, SocketRef},
};
use tokio::net::TcpListener;
use tracing::warn;

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

async fn on_message(socket: SocketRef, ack: AckSender, Data(payload): Data<Value>) {
    let answer = confirm(&socket, &payload).await;
    let answer = answer.unwrap_or_else(|error| json!({ "error": error.to_string() }));
    if let Err(error) = ack.send(&answer) {
        warn!(%error, "the answer did not reach the sender");
    }
}

/// Asks the client. It fails if the question cannot be sent, and if no answer comes in five seconds: the
/// `ack_timeout` of the builder.
async fn confirm(socket: &SocketRef, payload: &Value) -> Result<Value, Box<dyn Error>> {
    let question = socket.emit_with_ack("confirmar", payload)?;
    Ok(question.await?)
}
