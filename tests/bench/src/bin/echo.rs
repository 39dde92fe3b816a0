//! axum's WebSocket and nothing else: it returns every message unchanged. The rest of a lesson's cost is Socket.IO's.

use anyhow::Result;
use axum::{
    extract::{WebSocketUpgrade, ws::WebSocket},
    routing::any,
};
use bench::yardstick;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    yardstick::serve(any(async |upgrade: WebSocketUpgrade| {
        upgrade.on_upgrade(echo)
    }))
    .await
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if socket.send(message).await.is_err() {
            return;
        }
    }
}
