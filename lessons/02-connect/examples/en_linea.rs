//! Exercise `en_linea`: everyone knows how many are there.
//!
//! Run it with `cargo run --package connect --example en_linea`.

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

async fn on_connect(io: SocketIo, socket: SocketRef) {
    // Before the first await: who leaves during it must be noticed, too.
    socket.on_disconnect(on_disconnect);
    if let Err(error) = io.emit("en-linea", &online(&io)).await {
        warn!(%error, "the count did not reach everyone");
    }
}

async fn on_disconnect(io: SocketIo, socket: SocketRef) {
    if let Err(error) = socket.broadcast().emit("en-linea", &online(&io)).await {
        warn!(%error, "the count did not reach everyone");
    }
}

/// How many are there. Who has gone stays on the list until its disconnect handler has run.
fn online(io: &SocketIo) -> usize {
    let sockets = io.sockets();
    sockets.iter().filter(|socket| socket.connected()).count()
}
