//! Exercise `bare_number`: the acknowledgement is a number.
//!
//! Run it with `cargo run --package callbacks --example bare_number`.

use std::{env, error::Error};

use axum::Router;
use socketioxide::{
    SocketIo,
    extract::{AckSender, SocketRef},
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

async fn on_message(ack: AckSender) {
    if let Err(error) = ack.send(&12345) {
        warn!(%error, "the answer did not reach the sender");
    }
}
