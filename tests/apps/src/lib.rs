//! The lessons' servers by the names of their packages, to be run in the process of a test.

use std::{env::VarError, io, net::SocketAddr, path::Path};

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
        "deploy" => deploy::app(&settings(page)).router,
        other => panic!("add {other} to tests/apps: to Cargo.toml and to src/lib.rs"),
    }
}

/// The last lesson's settings, all as they are by default but for the page.
fn settings(page: &Path) -> deploy::settings::Settings {
    let page = page.to_str();
    let only_the_page = |name| match page {
        Some(page) if name == "PUBLIC_DIR" => Ok(page.to_owned()),
        _ => Err(VarError::NotPresent),
    };
    deploy::settings::Settings::read(only_the_page).unwrap_or_else(|faults| panic!("{faults}"))
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
    // Lesson 07 asks where a connection comes from.
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(base)
}
