//! Exercise `second_event`: two events, each with its handler.
//!
//! Run it with `cargo run --package emit --example second_event`.

use std::{env, error::Error};

use axum::Router;
use serde_json::Value;
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
    socket.on("enviar-mensaje", on_message);
    socket.on("escribiendo", on_typing);
}

async fn on_message(Data(payload): Data<Value>) {
    info!(%payload, "enviar-mensaje");
}

async fn on_typing(Data(name): Data<String>) {
    info!("{name} está escribiendo");
}
