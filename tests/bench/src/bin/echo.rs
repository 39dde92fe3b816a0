//! axum's WebSocket and nothing else: it returns every message unchanged. The rest of a lesson's cost is Socket.IO's.

use std::env;

use anyhow::Result;
use axum::{
    Router,
    extract::{WebSocketUpgrade, ws::WebSocket},
    routing::any,
    serve::ListenerExt,
};
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let port: u16 = env::var("PORT")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let listener = listener.tap_io(|connection| {
        connection.set_nodelay(true).ok();
    });
    let upgrade = async |upgrade: WebSocketUpgrade| upgrade.on_upgrade(echo);
    let app = Router::new().route("/socket.io/", any(upgrade));
    axum::serve(listener, app).await?;
    Ok(())
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if socket.send(message).await.is_err() {
            return;
        }
    }
}
