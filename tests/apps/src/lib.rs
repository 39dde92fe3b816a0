//! The lessons' servers by the names of their packages, to be run in the process of a test.

use std::{io, path::Path};

use axum::{Router, serve::ListenerExt};
use tokio::net::TcpListener;

/// The `app()` of a lesson's package, with the page in this folder.
///
/// # Panics
/// The package is missing here. Cargo wants each crate by its name, so a new lesson must be added.
pub fn app(package: &str, page: &Path) -> Router {
    match package {
        "static-server" => static_server::app(page),
        "connect" => connect::app(page),
        "emit" => emit::app(page),
        "server-emit" => server_emit::app(page),
        "callbacks" => callbacks::app(page),
        "broadcast" => broadcast::app(page),
        "deploy" => deploy::app(page).0,
        other => panic!("add {other} to tests/apps: to Cargo.toml and to src/lib.rs"),
    }
}

/// Serves on a port that the system chooses until the runtime ends, and gives the base URL.
///
/// # Errors
/// No port is free.
pub async fn serve(app: Router) -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    let listener = listener.tap_io(|connection| {
        // As in the lessons: without it, messages are only slower.
        connection.set_nodelay(true).ok();
    });
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(base)
}
