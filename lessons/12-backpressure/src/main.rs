//! Reads the settings and serves the lesson until it's asked to stop. One thread runs one event loop, as in Node.

mod signals;

use std::{
    fs,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    process,
};

use anyhow::{Context, Result, bail};
use backpressure::{log::start_log, metrics::Metrics, server, settings::Settings};
use clap::Parser;
use tokio::{net::TcpListener, sync::oneshot, time::timeout};
use tracing::{info, warn};

use crate::signals::shutdown_signal;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let Err(error) = serve().await else { return };
    eprintln!("{error:#}");
    process::exit(1);
}

async fn serve() -> Result<()> {
    if fs::exists(".env")? {
        let settings = fs::read_to_string(".env").context("cannot read .env")?;
        for (number, line) in (1..).zip(settings.lines()) {
            // dotenvy's own error would quote the line, which may hold a password.
            let set = dotenvy::from_read(line.trim().as_bytes()).ok();
            set.with_context(|| format!(".env, line {number}: expected NAME=value or NAME='a b'"))?;
        }
    }
    let settings = Settings::parse();
    let _log = start_log(settings.log_format);
    // Each client takes a file descriptor, and the soft limit is usually far below the hard one.
    #[cfg(unix)]
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        warn!(%error, "the number of open connections stays limited");
    }
    let page = concat!("public/", env!("CARGO_BIN_NAME"));
    let page = settings.public_dir.clone().unwrap_or(PathBuf::from(page));
    if !page.is_dir() {
        let page = page.display();
        bail!("there is no folder {page}: start from the top of the workbook, or set PUBLIC_DIR.");
    }
    let listener = listen(settings.host, settings.port, "PORT").await?;
    let metrics = Metrics::default();
    if let Some(port) = settings.metrics_port {
        let listener = listen(settings.host, port, "METRICS_PORT").await?;
        info!(address = %listener.local_addr()?, "metrics");
        tokio::spawn(axum::serve(listener, metrics.router()).into_future());
    }
    let shutdown = shutdown_signal()?;
    println!("http://{}", listener.local_addr()?);
    let (router, io) = backpressure::app(&page, &settings, &metrics);
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(server::serve(listener, router, settings.clone(), stopped));

    shutdown.await;
    info!("shutting down");
    // Stop accepting connections first: a client that reconnects must find the next process, not this one.
    drop(stop);
    let end = async {
        io.close().await;
        server.await
    };
    // Without a time limit, a client that has stopped reading would keep the server here forever.
    if timeout(settings.shutdown_seconds, end).await.is_err() {
        warn!("some clients were cut off");
    }
    Ok(())
}

async fn listen(host: IpAddr, port: u16, setting: &str) -> Result<TcpListener> {
    let address = SocketAddr::from((host, port));
    let failure = format!("cannot listen on {address} (HOST and {setting} say where to listen)");
    TcpListener::bind(address).await.context(failure)
}
