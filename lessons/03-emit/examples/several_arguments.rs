//! Exercise `several_arguments`: an event with three arguments.
//!
//! Run it with `cargo run --package emit --example several_arguments`.

use std::{env, error::Error};

use axum::Router;
use socketioxide::{
    SocketIo,
    extract::{Data, SocketRef},
};
use tokio::net::TcpListener;
use tracing::info;

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
    socket.on("mover", on_move);
}

/// Runs only for an event with exactly these arguments.
async fn on_move(Data((name, x, y)): Data<(String, i64, i64)>) {
    info!("{name} está en {x}, {y}");
}
