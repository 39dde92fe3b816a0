//! Exercise `private_message`: a message that one person hears.
//!
//! Run it with `cargo run --package broadcast --example private_message`.

use std::{env, error::Error};

use axum::Router;
use serde::Deserialize;
use serde_json::json;
use socketioxide::{
    SocketIo,
    extract::{AckSender, Data, SocketRef},
};
use tokio::net::TcpListener;
use tracing::warn;

#[derive(Deserialize)]
struct Letter {
    #[serde(rename = "para")]
    to: String,
    #[serde(rename = "mensaje")]
    text: String,
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
    socket.on("entrar", on_enter);
    socket.on("mensaje-privado", on_letter);
}

/// The client's room has its name: one name at a time. Whoever claims a name has it, for want of a password.
async fn on_enter(socket: SocketRef, Data(name): Data<String>) {
    socket.leave_all();
    socket.join(name);
}

async fn on_letter(io: SocketIo, socket: SocketRef, ack: AckSender, Data(letter): Data<Letter>) {
    let mut is_there = false;
    if let Some(from) = socket.rooms().first() {
        let letter_from = json!({ "de": from, "mensaje": letter.text });
        // Somebody may be there twice, in two tabs, and reads it in both.
        for person in io.within(letter.to).sockets() {
            is_there |= person.emit("mensaje-privado", &letter_from).is_ok();
        }
    }
    if let Err(error) = ack.send(&is_there) {
        warn!(%error, "the answer did not reach the sender");
    }
}
