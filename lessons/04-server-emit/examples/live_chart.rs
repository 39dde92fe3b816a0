//! Exercise `live_chart`: the server pushes numbers that nobody asked for, and a page draws them.
//!
//! Run it with `cargo run --package server-emit --example live_chart`.

use std::{
    env,
    error::Error,
    num::NonZeroU64,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, routing::get};
use socketioxide::SocketIo;
use tokio::{net::TcpListener, time::interval};
use tower_http::services::ServeDir;
use tracing::warn;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let (socket_layer, io) = SocketIo::new_layer();
    io.ns("/", async || {});

    let period = env::var("PERIOD_MS").map_or(Ok(500), |period| {
        period.parse::<NonZeroU64>().map(NonZeroU64::get)
    })?;
    let newest = Arc::new(AtomicU64::new(0));
    tokio::spawn(push(io, Duration::from_millis(period), Arc::clone(&newest)));

    let app = Router::new()
        .route(
            "/dato",
            get(async move || newest.load(Ordering::Relaxed).to_string()),
        )
        .nest_service("/shared", ServeDir::new("public/shared"))
        .nest_service("/vendor", ServeDir::new("public/vendor"))
        .fallback_service(ServeDir::new("public/exercises/live-chart"))
        .layer(socket_layer)
        .route_service("/socket.io/{file}", ServeDir::new("public/vendor"));
    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

/// Counts for ever, a number each period, and tells everyone.
async fn push(io: SocketIo, period: Duration, newest: Arc<AtomicU64>) {
    let mut ticks = interval(period);
    loop {
        ticks.tick().await;
        let number = newest.fetch_add(1, Ordering::Relaxed) + 1;
        if let Err(error) = io.emit("dato", &number).await {
            warn!(%error, "the number did not reach everyone");
        }
    }
}
