//! Exercise `robots`: an answer of its own that caches may keep.
//!
//! Run it with `cargo run --package headers --example robots`.

use std::{env, error::Error};

use axum::{
    Router,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::IntoResponse,
    routing::get,
};
use tokio::net::TcpListener;

/// For every robot: nothing here belongs into an index.
const ROBOTS: &str = "User-agent: *\nDisallow: /\n";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let app = Router::new().route("/robots.txt", get(robots));

    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

async fn robots() -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        // The lesson's own layer leaves this as it is: it only adds what's missing.
        (CACHE_CONTROL, "max-age=3600"),
    ];
    (headers, ROBOTS)
}
