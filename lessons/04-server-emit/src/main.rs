//! Reads the settings and serves the lesson. One thread runs one event loop, as in Node.

use std::{env, fs, path::PathBuf, process};

use anyhow::{Context, Result, bail};
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

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
    let page = concat!("public/", env!("CARGO_BIN_NAME"));
    let page = env::var_os("PUBLIC_DIR").map_or(PathBuf::from(page), PathBuf::from);
    if !page.is_dir() {
        let page = page.display();
        bail!("there is no folder {page}: start from the top of the workbook, or set PUBLIC_DIR.");
    }
    let port = env::var_os("PORT").unwrap_or("3000".into());
    let address = format!("127.0.0.1:{}", port.display());
    let failure = format!("cannot listen on {address} (set PORT to a free port from 0 to 65535)");
    let listener = TcpListener::bind(&address).await.context(failure)?;
    println!("http://{}", listener.local_addr()?);
    // Sends messages immediately, without waiting to fill a packet. If this fails, they're only slower.
    let listener = listener.tap_io(|stream| _ = stream.set_nodelay(true));
    Ok(axum::serve(listener, server_emit::app(&page)).await?)
}
