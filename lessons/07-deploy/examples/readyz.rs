//! Exercise `readyz`: the server says whether it has room for more clients.
//!
//! Run it with `cargo run --package deploy --example readyz`.

use std::{env, error::Error};

use axum::{Router, http::StatusCode, routing::get};
use socketioxide::SocketIo;
use tokio::net::TcpListener;

/// From this many clients on, the server wants no more.
const MAX_CLIENTS: usize = 2;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let (socket_layer, io) = SocketIo::new_layer();
    io.ns("/", async || {});
    let app = Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(async move || readiness(&io)))
        .layer(socket_layer);

    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

fn readiness(io: &SocketIo) -> (StatusCode, &'static str) {
    if io.sockets().len() < MAX_CLIENTS {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "full")
    }
}
