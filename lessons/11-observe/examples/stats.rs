//! Exercise `stats`: how many clients there are, and how many events have arrived.
//!
//! Run it with `cargo run --package observe --example stats`.

use std::{
    env,
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use axum::{Router, http::header::CONTENT_TYPE, routing::get};
use serde_json::{Value, json};
use socketioxide::{
    SocketIo,
    extract::{Data, SocketRef, State},
};
use tokio::net::TcpListener;
use tracing::warn;

/// How many events have arrived. A clone counts on the same number.
#[derive(Clone, Default)]
struct Events(Arc<AtomicU64>);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let events = Events::default();
    let (socket_layer, io) = SocketIo::builder().with_state(events.clone()).build_layer();
    io.ns("/", on_connect);
    let stats = async move || {
        let clients = io.sockets().len();
        let figures = json!({ "clients": clients, "events": events.0.load(Relaxed) });
        ([(CONTENT_TYPE, "application/json")], figures.to_string())
    };
    let app = Router::new()
        .route("/stats", get(stats))
        .layer(socket_layer);

    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_connect(socket: SocketRef) {
    socket.on("enviar-mensaje", on_message);
    // Runs for the events that no other handler takes.
    socket.on_fallback(count);
}

async fn on_message(socket: SocketRef, events: State<Events>, Data(message): Data<Value>) {
    count(events).await;
    if let Err(error) = socket.broadcast().emit("enviar-mensaje", &message).await {
        warn!(%error, "the message did not reach everyone");
    }
}

async fn count(State(events): State<Events>) {
    events.0.fetch_add(1, Relaxed);
}
