//! Reads the settings from the environment and serves the lesson.

use std::{
    env::{self, VarError},
    error::Error,
    future::IntoFuture,
    io,
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use axum::serve::ListenerExt;
use deploy::app;
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};
use tokio::{net::TcpListener, signal::ctrl_c, sync::oneshot, time::timeout};
use tracing::{info, warn};

/// How long each part of the shutdown may take.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(2);

// One thread runs one event loop, as in Node: what a client sends is handled in the order it came.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().init();
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Box<dyn Error>> {
    load_dotenv()?;
    let page = page()?;
    let host = host()?;
    let port = port()?;
    if !page.join("../vendor/socket.io.js").is_file() {
        warn!(
            "the Socket.IO client is not installed, so the page cannot connect: run `just setup`"
        );
    }
    let listener = TcpListener::bind((host, port)).await.map_err(|error| {
        format!("cannot listen on {host}, port {port}: {error}. Set PORT to use another.")
    })?;
    println!("http://{}", listener.local_addr()?);
    // A message leaves at once, not when its packet is full. Where this fails, it is only slower.
    let listener = listener.tap_io(|connection| {
        connection.set_nodelay(true).ok();
    });
    let (router, io) = app(&page);
    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, router).with_graceful_shutdown(async {
        stopped.await.ok();
    });
    let server = tokio::spawn(server.into_future());

    shutdown_signal().await?;
    info!(clients = io.sockets().len(), "shutting down");
    // First no more connections: a client that comes back must find the next process, not this one.
    drop(stop);
    // Closing waits for clients that have stopped reading, and those would keep us here for ever.
    if timeout(SHUTDOWN_LIMIT, io.close()).await.is_err() {
        warn!("some clients did not take the goodbye");
    }
    if let Ok(ended) = timeout(SHUTDOWN_LIMIT, server).await {
        ended??;
    } else {
        warn!("some requests were cut off");
    }
    Ok(())
}

/// Waits until the platform (SIGTERM) or a person (Ctrl-C) asks the server to end.
#[cfg(unix)]
async fn shutdown_signal() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        pressed = ctrl_c() => pressed,
    }
}

/// Waits until a person (Ctrl-C) asks the server to end.
#[cfg(not(unix))]
async fn shutdown_signal() -> io::Result<()> {
    ctrl_c().await
}

/// Adds to the environment what the file `.env` holds, if there is one.
fn load_dotenv() -> Result<(), String> {
    match dotenvy::dotenv() {
        Err(error) if !error.not_found() => Err(format!(".env cannot be read: {error}")),
        _ => Ok(()),
    }
}

/// The folder of the page: `PUBLIC_DIR`, or the one in `public/` that has this binary's name.
fn page() -> Result<PathBuf, String> {
    let page = env::var_os("PUBLIC_DIR").map_or_else(
        || PathBuf::from("public").join(env!("CARGO_BIN_NAME")),
        PathBuf::from,
    );
    if !page.is_dir() {
        return Err(format!(
            "there is no folder {}: start from the top of the workbook, or set PUBLIC_DIR.",
            page.display()
        ));
    }
    Ok(page)
}

/// The address to listen on: `HOST`, or every interface.
fn host() -> Result<IpAddr, String> {
    match env::var("HOST") {
        Ok(host) => host
            .parse()
            .map_err(|_| format!("HOST is {host:?}, but a host is an address as 0.0.0.0 or ::1.")),
        Err(VarError::NotPresent) => Ok(Ipv4Addr::UNSPECIFIED.into()),
        Err(error) => Err(format!("HOST cannot be read: {error}.")),
    }
}

/// The port: `PORT`, or 3000. With 0 the system chooses a free one.
fn port() -> Result<u16, String> {
    match env::var("PORT") {
        Ok(port) => port
            .parse()
            .map_err(|_| format!("PORT is {port:?}, but a port is a number from 0 to 65535.")),
        Err(VarError::NotPresent) => Ok(3000),
        Err(error) => Err(format!("PORT cannot be read: {error}.")),
    }
}
