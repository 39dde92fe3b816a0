//! Reads the settings from the environment and serves the lesson.

use std::{
    env::{self, VarError},
    error::Error,
    net::Ipv4Addr,
    path::PathBuf,
    process::ExitCode,
};

use axum::serve::ListenerExt;
use connect::app;
use tokio::net::TcpListener;
use tracing::warn;

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
    let port = port()?;
    if !page.join("../vendor/socket.io.js").is_file() {
        warn!(
            "the Socket.IO client is not installed, so the page cannot connect: run `just setup`"
        );
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| {
            format!("cannot listen on port {port}: {error}. Set PORT to use another.")
        })?;
    println!("http://{}", listener.local_addr()?);
    // A message leaves at once, not when its packet is full. Where this fails, it is only slower.
    let listener = listener.tap_io(|connection| {
        connection.set_nodelay(true).ok();
    });
    axum::serve(listener, app(&page)).await?;
    Ok(())
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
