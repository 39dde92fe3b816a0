//! Exercise `respuesta`: the server answers the sender alone, with an event of its own.
//!
//! Run it with `cargo run --package server-emit --example respuesta`.

use std::{env, error::Error};

use axum::Router;
use socketioxide::{
    SocketIo,
    extract::{Data, SocketRef},
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
    socket.on("mensaje", on_text);
}

async fn on_text(socket: SocketRef, Data(text): Data<String>) {
    let answer = format!("Hola, recibí tu mensaje: {text}");
    if let Err(error) = socket.emit("respuesta", &answer) {
        warn!(%error, "the answer did not reach the sender");
    }
}
