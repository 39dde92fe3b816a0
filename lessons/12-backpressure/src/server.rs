//! The accept loop: like `axum::serve`, but with time limits for clients.

use std::{pin::pin, time::Duration};

use axum::{Router, extract::ConnectInfo};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
#[cfg(target_os = "linux")]
use socket2::SockRef;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::sleep,
};
use tower::ServiceExt;
use tracing::warn;

use crate::{settings::Settings, stream::Stream};

/// The longest head of a request, in bytes.
const MAX_HEAD: usize = 16 * 1024;

/// How long to wait when the system can't open more connections.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` is ready. Then it accepts no more connections, and returns once every request is answered.
pub async fn serve(listener: TcpListener, router: Router, settings: Settings, stop: impl Future) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(settings.request_seconds)
        .max_buf_size(MAX_HEAD);
    let stopping = watch::Sender::new(());
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut stop => break,
        };
        let (tcp, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                warn!(%error, "cannot accept a connection");
                sleep(PAUSE).await;
                continue;
            }
        };
        configure(&tcp, settings.stall_seconds);
        let router = router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(address));
            router.clone().oneshot(request)
        });
        let connection = http.serve_connection(TokioIo::new(Stream::new(tcp)), service);
        let mut stopped = stopping.subscribe();
        tokio::spawn(async move {
            let mut connection = pin!(connection.with_upgrades());
            tokio::select! {
                _ = connection.as_mut() => return,
                _ = stopped.changed() => connection.as_mut().graceful_shutdown(),
            }
            // A connection that breaks concerns only its client.
            connection.await.ok();
        });
    }
    // From now on the system refuses new clients, instead of letting them wait.
    drop(listener);
    stopping.send_replace(());
    stopping.closed().await;
}

/// Sets a new connection's options, which only fails if the connection is already closed.
fn configure(tcp: &TcpStream, stall_limit: Duration) {
    // Sends messages immediately, without waiting to fill a packet.
    tcp.set_nodelay(true).ok();
    // The heartbeat doesn't help against a client that has stopped reading: the server can't end a session while it's
    // still writing to it. Linux can end the connection. Other systems have no such limit.
    #[cfg(target_os = "linux")]
    SockRef::from(tcp)
        .set_tcp_user_timeout(Some(stall_limit))
        .ok();
    #[cfg(not(target_os = "linux"))]
    let _ = stall_limit;
}
