//! Exercise `client_limit`: two clients at most, the next is refused.
//!
//! Run it with `cargo run --package places --example client_limit`.

use std::{env, error::Error};

use axum::Router;
use socketioxide::{SocketIo, extract::SocketRef, handler::ConnectHandler};
use tokio::net::TcpListener;
use tracing::info;

const MAX_CLIENTS: usize = 2;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let (socket_layer, io) = SocketIo::new_layer();
    io.ns("/", on_connect.with(has_place));

    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, Router::new().layer(socket_layer)).await?;
    Ok(())
}

/// Runs before a client is connected, so the client is not counted yet. On one thread, without an await,
/// nobody else comes in between.
async fn has_place(io: SocketIo) -> Result<(), &'static str> {
    if io.sockets().len() < MAX_CLIENTS {
        Ok(())
    } else {
        Err("lleno")
    }
}

async fn on_connect(socket: SocketRef) {
    info!(id = %socket.id, "client connected");
}
