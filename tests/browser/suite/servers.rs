//! The servers that the pages come from.

use std::path::PathBuf;

use axum::Router;
use browser::Result;
use course::lessons::{Lesson, root};
use tokio::net::TcpListener;
use wire::server::Server;
use workbook::programs::program;

/// The folder of a lesson's page.
pub fn page(lesson: &Lesson) -> PathBuf {
    root().join("public").join(&lesson.name)
}

/// Starts the program of a lesson.
pub async fn serve(lesson: &Lesson) -> Result<Server> {
    start(lesson, "0").await
}

/// Starts the program of a lesson on this port.
pub async fn start(lesson: &Lesson, port: &str) -> Result<Server> {
    Server::start(&program(lesson), root(), &[("PORT", port)]).await
}

/// Serves a router in this process, and returns the base URL.
pub async fn serve_router(router: Router) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(base)
}
