//! Below the router: connections, with a limit for whatever a client may leave undone.

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

use crate::settings::Settings;

/// How long the head of a request may be, in bytes.
const MAX_HEAD: usize = 16 * 1024;

/// How long the server waits when the system gives it no more connections.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` is over, takes no more connections then, and ends when what was asked before is answered.
///
/// This is what `axum::serve` does, with a limit for the time that a client takes to send a request.
pub async fn serve(listener: TcpListener, router: Router, settings: Settings, stop: impl Future) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(settings.request_limit)
        .max_buf_size(MAX_HEAD);
    let stopping = watch::Sender::new(());
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut stop => break,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                warn!(%error, "no connection can be taken");
                sleep(PAUSE).await;
                continue;
            }
        };
        prepare(&stream, settings.stall_limit);
        let router = router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(address));
            router.clone().oneshot(request)
        });
        let connection = http.serve_connection(TokioIo::new(stream), service);
        let mut stopped = stopping.subscribe();
        tokio::spawn(async move {
            let mut connection = pin!(connection.with_upgrades());
            tokio::select! {
                _ = connection.as_mut() => return,
                _ = stopped.changed() => connection.as_mut().graceful_shutdown(),
            }
            // Whatever breaks a connection is its client's affair.
            connection.await.ok();
        });
    }
    // Who comes now is refused by the system, not left to wait.
    drop(listener);
    stopping.send_replace(());
    stopping.closed().await;
}

/// Sets what holds for a connection from its beginning. Nothing here fails unless the connection is gone already.
fn prepare(stream: &TcpStream, stall_limit: Duration) {
    // A message leaves at once, not when its packet is full.
    stream.set_nodelay(true).ok();
    // The heartbeat does not find a client that has stopped reading: the server cannot end a conversation while it
    // is still writing to it. Linux can; other systems have no such limit.
    #[cfg(target_os = "linux")]
    SockRef::from(stream)
        .set_tcp_user_timeout(Some(stall_limit))
        .ok();
    #[cfg(not(target_os = "linux"))]
    let _ = stall_limit;
}
