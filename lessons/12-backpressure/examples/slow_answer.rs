//! Exercise `slow_answer`: a report that never comes is given up after a second.
//!
//! Run it with `cargo run --package backpressure --example slow_answer`.

use std::{env, error::Error, future::pending, time::Duration};

use axum::{Router, http::StatusCode, routing::get};
use tokio::{net::TcpListener, time::timeout};

/// How long somebody waits for a report.
const LIMIT: Duration = Duration::from_secs(1);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let app = Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/informe", get(report_or_timeout));

    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

/// The report, or 504 if it takes too long. Then `timeout` drops the future, and with it what it was doing.
async fn report_or_timeout() -> Result<String, StatusCode> {
    let report = timeout(LIMIT, report()).await;
    report.map_err(|_| StatusCode::GATEWAY_TIMEOUT)
}

/// What another service should deliver, and never does.
async fn report() -> String {
    pending().await
}
