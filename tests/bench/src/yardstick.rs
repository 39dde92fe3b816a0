//! Shared by the yardsticks: servers with axum's WebSocket, and without Socket.IO.

use std::env;

use anyhow::Result;
use axum::{Router, routing::MethodRouter, serve::ListenerExt};
use tokio::net::TcpListener;

/// Serves this WebSocket at Socket.IO's path, on the port that `PORT` says.
pub async fn serve(websocket: MethodRouter) -> Result<()> {
    let port: u16 = env::var("PORT")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let listener = listener.tap_io(|connection| {
        connection.set_nodelay(true).ok();
    });
    let app = Router::new().route("/socket.io/", websocket);
    axum::serve(listener, app).await?;
    Ok(())
}
