//! Reads the settings and serves the lesson until it's asked to stop. One thread runs one event loop, as in Node.

mod signals;

use std::{fs, net::SocketAddr, path::PathBuf, process};

use anyhow::{Context, Result, bail};
use axum::serve::ListenerExt;
use clap::Parser;
use processes::{messages, settings::Settings};
use tokio::{net::TcpListener, sync::oneshot, time::timeout};
use tracing::{info, warn};

use crate::signals::shutdown_signal;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    tracing_subscriber::fmt().init();
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
    let page = concat!("public/", env!("CARGO_BIN_NAME"));
    let page = settings.public_dir.clone().unwrap_or(PathBuf::from(page));
    if !page.is_dir() {
        let page = page.display();
        bail!("there is no folder {page}: start from the top of the workbook, or set PUBLIC_DIR.");
    }
    let address = SocketAddr::from((settings.host, settings.port));
    let failure = format!("cannot listen on {address} (HOST and PORT say where to listen)");
    let listener = TcpListener::bind(address).await.context(failure)?;
    let database = settings.database.display();
    let failure = format!("cannot use the database {database} (DATABASE names another)");
    let database = messages::open(&settings.database).context(failure)?;
    let shutdown = shutdown_signal()?;
    println!("http://{}", listener.local_addr()?);
    // Sends messages immediately, without waiting to fill a packet. If this fails, they're only slower.
    let listener = listener.tap_io(|stream| _ = stream.set_nodelay(true));
    let (router, io) = processes::app(&page, &settings, database)?;
    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, router).with_graceful_shutdown(async {
        stopped.await.ok();
    });
    let server = tokio::spawn(server.into_future());

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
