//! Exercise `bienvenida`: a greeting to the newcomer alone.
//!
//! Run it with `cargo run --package connect --example bienvenida`.

use std::{env, error::Error};

use axum::Router;
use socketioxide::{SocketIo, extract::SocketRef};
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
    if let Err(error) = socket.emit("bienvenida", "¡Hola!") {
        warn!(%error, "the greeting did not reach the newcomer");
    }
}
