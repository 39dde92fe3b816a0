//! axum's WebSocket and nothing else: every message goes back as it came. What a lesson adds is Socket.IO.

use std::{env, error::Error};

use axum::{
    Router,
    extract::{WebSocketUpgrade, ws::WebSocket},
    routing::any,
    serve::ListenerExt,
};
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
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
