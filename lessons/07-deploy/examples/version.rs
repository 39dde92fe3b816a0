//! Exercise `version`: the server says which version of it is running.
//!
//! Run it with `cargo run --package deploy --example version`.

use std::{env, error::Error};

use axum::{
    Router,
    http::{HeaderName, header::CONTENT_TYPE},
    routing::get,
};
use serde_json::json;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new().route("/version", get(version));

    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

/// Cargo sets these variables while it compiles the package, and `env!` puts their values into the program.
async fn version() -> ([(HeaderName, &'static str); 1], String) {
    let version = json!({ "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") });
    ([(CONTENT_TYPE, "application/json")], version.to_string())
}
