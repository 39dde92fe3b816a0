//! Exercise `farewell`: everyone is told that the server will close.
//!
//! Run it with `cargo run --package drain --example farewell`.

use std::{
    env,
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use axum::{
    Router,
    http::StatusCode,
    routing::{get, post},
};
use serde_json::{Value, json};
use socketioxide::{
    SocketIo,
    extract::{AckSender, Data, SocketRef, State},
};
use tokio::net::TcpListener;
use tracing::warn;

/// Whether the server is about to close.
type Closing = Arc<AtomicBool>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let closing = Closing::default();
    let (socket_layer, io) = SocketIo::builder()
        .with_state(Arc::clone(&closing))
        .build_layer();
    io.ns("/", on_connect);
    let ready = Arc::clone(&closing);
    let app = Router::new()
        .route("/readyz", get(async move || readiness(&ready)))
        // A real server asks for a password here, or has this route on a port that the public doesn't reach.
        .route("/cerrar", post(async move || close(&io, &closing).await))
        .layer(socket_layer);

    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

fn readiness(closing: &AtomicBool) -> StatusCode {
    if closing.load(Relaxed) {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    }
}

async fn close(io: &SocketIo, closing: &AtomicBool) -> StatusCode {
    // First this, then the notice: nobody's message comes after it.
    closing.store(true, Relaxed);
    if let Err(error) = io.emit("aviso", "el servidor se cierra").await {
        warn!(%error, "the notice did not reach everyone");
    }
    StatusCode::NO_CONTENT
}

async fn on_connect(socket: SocketRef) {
    socket.on("enviar-mensaje", on_message);
}

async fn on_message(
    socket: SocketRef,
    ack: AckSender,
    State(closing): State<Closing>,
    Data(message): Data<Value>,
) {
    if closing.load(Relaxed) {
        let error = json!({ "error": "the server is shutting down" });
        // Nobody may have asked for an answer, or have left since.
        ack.send(&error).ok();
        return;
    }
    if let Err(error) = socket.broadcast().emit("enviar-mensaje", &message).await {
        warn!(%error, "the message did not reach everyone");
    }
}
