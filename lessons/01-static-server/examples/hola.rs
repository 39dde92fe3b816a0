//! Exercise `hola`: a route of its own beside the page.
//!
//! Run it with `cargo run --package static-server --example hola`.

use std::{env, error::Error};

use axum::{Router, routing::get};
use tokio::net::TcpListener;
use tower_http::services::ServeDir;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // A route goes before the fallback, wherever it is written.
    let app = Router::new()
        .route("/hola", get(async || "hola"))
        .nest_service("/shared", ServeDir::new("public/shared"))
        .nest_service("/vendor", ServeDir::new("public/vendor"))
        .fallback_service(ServeDir::new("public/01-static-server"));

    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
