//! Exercise `nuevo_mensaje`: a chat, where everyone hears every text.
//!
//! Run it with `cargo run --package server-emit --example nuevo_mensaje`.

use std::{env, error::Error};

use axum::Router;
use socketioxide::{
    SocketIo,
    extract::{Data, SocketRef},
};
use tokio::net::TcpListener;
use tracing::{info, warn};

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
    socket.on("nuevo mensaje", on_text);
}

async fn on_text(io: SocketIo, Data(text): Data<String>) {
    info!(text, "nuevo mensaje");
    if let Err(error) = io.emit("nuevo mensaje", &text).await {
        warn!(%error, "the text did not reach everyone");
    }
}
