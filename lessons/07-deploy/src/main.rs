//! Reads the settings, serves the lesson, and ends it well.

use std::{
    env,
    error::Error,
    io,
    net::{IpAddr, SocketAddr},
    process::ExitCode,
    sync::atomic::Ordering::Relaxed,
};

use axum_server::{Handle, Server};
use deploy::{
    App, app,
    connection::Acceptor,
    settings::{LogFormat, Settings, help},
};
use hyper_util::{
    rt::{TokioExecutor, TokioTimer},
    server::conn::auto::Builder,
};
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};
use tokio::{
    net::TcpListener,
    signal::ctrl_c,
    time::{sleep, timeout},
};
use tracing::{info, warn};

// One thread runs one event loop, as in Node: what a client sends is handled in the order it came.
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
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Box<dyn Error>> {
    load_dotenv()?;
    let settings = Settings::read(env::var)?;
    match settings.log_format {
        LogFormat::Text => tracing_subscriber::fmt().init(),
        LogFormat::Json => tracing_subscriber::fmt().json().init(),
    }
    if !settings.page.join("../vendor/socket.io.js").is_file() {
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
        draining,
    } = app(&settings);
    if let Some(port) = settings.metrics_port {
        let listener = listen(settings.host, port, "METRICS_PORT").await?;
        info!(address = %listener.local_addr()?, "metrics");
        tokio::spawn(axum::serve(listener, metrics.router()).into_future());
    }
    let listener = listen(settings.host, settings.port, "PORT").await?;
    println!("http://{}", listener.local_addr()?);

    let handle = Handle::<SocketAddr>::new();
    let mut server = Server::from_listener(listener)
        .handle(handle.clone())
        .acceptor(Acceptor {
            request_limit: settings.request_limit,
            stall_limit: settings.stall_limit,
        });
    *server.http_builder() = Builder::new(TokioExecutor::new()).http1_only();
    server
        .http_builder()
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(settings.request_limit);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = tokio::spawn(server.serve(service));

    shutdown_signal().await?;
    let shutdown = async {
        info!(clients = io.sockets().len(), "shutting down");
        draining.store(true, Relaxed);
        sleep(settings.drain).await;
        // First no more connections: a client that comes back must find the next process, not this one.
        handle.graceful_shutdown(Some(settings.shutdown_limit));
        // Closing waits for clients that have stopped reading, and those would keep us here for ever.
        if timeout(settings.shutdown_limit, io.close()).await.is_err() {
            warn!("some clients did not take the goodbye");
        }
        server.await?
    };
    tokio::select! {
        ended = shutdown => Ok(ended?),
        _ = shutdown_signal() => Err("told twice: leaving at once".into()),
    }
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

async fn listen(host: IpAddr, port: u16, setting: &str) -> Result<TcpListener, String> {
    TcpListener::bind((host, port)).await.map_err(|error| {
        format!("cannot listen on {host}, port {port}: {error}. Set {setting} to use another.")
    })
}
