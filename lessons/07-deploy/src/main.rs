//! Reads the settings, serves the lesson, and ends it well.

mod signals;

use std::{env, fs, net::IpAddr, path::Path, process::ExitCode, sync::atomic::Ordering::Relaxed};

use anyhow::{Context, Error, Result, bail};
use deploy::{
    App, app, server,
    settings::{LogFormat, Settings, help},
};
use tokio::{
    net::TcpListener,
    sync::oneshot,
    time::{Instant, sleep, timeout, timeout_at},
};
use tracing::{info, level_filters::LevelFilter, warn};
use tracing_subscriber::{
    filter::Targets, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::signals::Signals;

// One thread runs one event loop, as in Node.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match env::args().nth(1).as_deref() {
        None => {}
        Some("--help" | "-h") => {
            print!("{}", help());
            return ExitCode::SUCCESS;
        }
        Some(argument) => {
            eprintln!("there is no argument {argument}: --help lists the settings.");
            return ExitCode::FAILURE;
        }
    }
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<()> {
    load_dotenv()?;
    let settings = Settings::read(env::var).map_err(Error::msg)?;
    start_log(settings.log_format);
    if !Path::new("public/vendor/socket.io/socket.io.js").is_file() {
        warn!(
            "the Socket.IO client is not installed, so the page cannot connect: run `just setup`"
        );
    }
    // Each client takes a descriptor, and the usual soft limit is far below the hard one.
    #[cfg(unix)]
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        warn!(%error, "the number of open connections stays limited");
    }

    let App {
        router,
        io,
        metrics,
        ending,
    } = app(&settings);
    if let Some(port) = settings.metrics_port {
        let listener = listen(settings.host, port, "METRICS_PORT").await?;
        info!(address = %listener.local_addr()?, "metrics");
        tokio::spawn(axum::serve(listener, metrics.router()).into_future());
    }
    let mut signals = Signals::new()?;
    let listener = listen(settings.host, settings.port, "PORT").await?;
    println!("http://{}", listener.local_addr()?);

    let limit = settings.shutdown_limit;
    let drain = settings.drain;
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(server::serve(listener, router, settings, stopped));

    signals.next().await;
    let shutdown = async {
        info!(clients = io.sockets().len(), "shutting down");
        ending.draining.store(true, Relaxed);
        sleep(drain).await;

        let end = Instant::now() + limit;
        ending.closing.store(true, Relaxed);
        // Half of the time, so that something is left for those who have fetched all.
        let fetched = timeout(limit / 2, ending.everything_is_fetched(&io));
        if fetched.await.is_err() {
            warn!("some clients did not fetch what was for them");
        }
        // First no more connections: a client that comes back must find the next process, not this one.
        drop(stop);
        // Closing waits for clients that have stopped reading, and those would keep us here for ever.
        if timeout_at(end, io.close()).await.is_err() {
            warn!("some clients did not take the goodbye");
        }
        if timeout_at(end, server).await.is_err() {
            warn!("some requests were cut off");
        }
    };
    tokio::select! {
        () = shutdown => Ok(()),
        () = signals.next() => bail!("second signal: exiting immediately"),
    }
}

fn start_log(format: LogFormat) {
    // Socket.IO has a line for each packet that it cannot answer: as many as a client likes.
    let levels = Targets::new()
        .with_default(LevelFilter::INFO)
        .with_target("socketioxide", LevelFilter::OFF);
    match format {
        LogFormat::Text => fmt().finish().with(levels).init(),
        LogFormat::Json => fmt().json().finish().with(levels).init(),
    }
}

/// Adds to the environment what the file `.env` in this folder holds, if there is one.
fn load_dotenv() -> Result<()> {
    if fs::exists(".env")? {
        let settings = fs::read_to_string(".env").context("cannot read .env")?;
        for (number, line) in (1..).zip(settings.lines()) {
            // Not dotenvy's own error, which quotes the line: it may hold a password.
            let set = dotenvy::from_read(line.trim().as_bytes()).ok();
            set.with_context(|| format!(".env, line {number}: expected NAME=value or NAME='a b'"))?;
        }
    }
    Ok(())
}

async fn listen(host: IpAddr, port: u16, setting: &str) -> Result<TcpListener> {
    let listener = TcpListener::bind((host, port)).await;
    listener.with_context(|| {
        format!("cannot listen on {host}, port {port} (set {setting} to a free port)")
    })
}
