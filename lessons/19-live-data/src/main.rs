//! Reads the settings and serves the lesson until it's asked to stop. One thread runs one event loop, as in Node.

mod signals;

use std::{
    fs,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    process,
};

use anyhow::{Context, Result, bail};
use axum::serve::ListenerExt;
use clap::Parser;
use live_data::{app, pages, readings::Readings, settings::Settings};
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
    let listener = listen(settings.host, settings.port, "PORT").await?;
    let page_listener = listen(settings.host, settings.page_port, "PAGE_PORT").await?;
    let database = settings.database.display();
    let failure = format!("cannot use the database {database} (DATABASE names another)");
    let readings = Readings::open(&settings.database, settings.alarm_above).context(failure)?;
    let shutdown = shutdown_signal()?;
    let (address, page_address) = (listener.local_addr()?, page_listener.local_addr()?);
    println!("The server listens on http://{address}, and the page is on\nhttp://{page_address}");
    let mut origins = settings.allowed_origins.clone();
    for host in ["127.0.0.1", "localhost"] {
        origins.push(format!("http://{host}:{}", page_address.port()).parse()?);
    }
    tokio::spawn(axum::serve(page_listener, pages(&page, address.port())).into_future());
    // Sends messages immediately, without waiting to fill a packet. If this fails, they're only slower.
    let listener = listener.tap_io(|stream| _ = stream.set_nodelay(true));
    let (router, io) = app(&settings, origins);
    readings.watch(io.clone());
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

async fn listen(host: IpAddr, port: u16, setting: &str) -> Result<TcpListener> {
    let address = SocketAddr::from((host, port));
    let failure = format!("cannot listen on {address} (HOST and {setting} say where to listen)");
    TcpListener::bind(address).await.context(failure)
}
