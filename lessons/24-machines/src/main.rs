//! Reads the settings and serves the lesson until it's asked to stop. One thread runs one event loop, as in Node.

mod signals;

use std::{
    fs, io, iter,
    net::SocketAddr,
    path::{Path, PathBuf},
    process,
};

use anyhow::{Context, Result, bail};
use axum::serve::ListenerExt;
use clap::Parser;
use machines::{
    bus::{Bus, SocketIo},
    messages,
    settings::Settings,
};
use tokio::{
    net::TcpListener,
    sync::oneshot,
    task::{JoinHandle, JoinSet},
    time::timeout,
};
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
    let shutdown = shutdown_signal()?;
    let memory = Bus::default();
    let mut nodes = Vec::new();
    for port in iter::once(settings.port).chain(settings.second_port) {
        nodes.push(start(&page, &settings, port, &memory).await?);
    }

    shutdown.await;
    info!("shutting down");
    let ends: JoinSet<()> = nodes.into_iter().map(Node::stop).collect();
    // Without a time limit, a client that has stopped reading would keep the server here forever.
    let end = timeout(settings.shutdown_seconds, ends.join_all());
    if end.await.is_err() {
        warn!("some clients were cut off");
    }
    Ok(())
}

/// A server, and what stops it.
struct Node {
    stop: oneshot::Sender<()>,
    io: SocketIo,
    server: JoinHandle<io::Result<()>>,
}

/// Starts a node at this port. Without Redis, it shares the memory of the others.
async fn start(page: &Path, settings: &Settings, port: u16, memory: &Bus) -> Result<Node> {
    let address = SocketAddr::from((settings.host, port));
    let failure = format!("cannot listen on {address} (HOST and PORT say where to listen)");
    let listener = TcpListener::bind(address).await.context(failure)?;
    let database = settings.database.display();
    let failure = format!("cannot use the database {database} (DATABASE names another)");
    let database = messages::open(&settings.database).context(failure)?;
    let bus = match &settings.redis_url {
        Some(address) => Bus::connect(address)
            .await
            .context("cannot reach Redis (REDIS_URL says where it is)")?,
        None => memory.clone(),
    };
    println!("http://{}", listener.local_addr()?);
    // Sends messages immediately, without waiting to fill a packet. If this fails, they're only slower.
    let listener = listener.tap_io(|stream| _ = stream.set_nodelay(true));
    let (router, io) = machines::app(page, settings, database, bus).await?;
    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, router).with_graceful_shutdown(async {
        stopped.await.ok();
    });
    let server = tokio::spawn(server.into_future());
    Ok(Node { stop, io, server })
}

impl Node {
    async fn stop(self) {
        // Stop accepting connections first: a client that reconnects must find the next process, not this one.
        drop(self.stop);
        self.io.close().await;
        // Whatever it says, this is the end.
        self.server.await.ok();
    }
}
