//! Below HTTP: what holds for every connection.

use std::{io, pin::Pin, time::Duration};

use axum_server::accept::Accept;
#[cfg(target_os = "linux")]
use socket2::SockRef;
use tokio::{net::TcpStream, time::timeout};

/// Prepares each connection that the server accepts.
#[derive(Clone)]
pub struct Acceptor {
    /// How long a client may take for the first byte of its first request. What follows has hyper's limit.
    pub request_limit: Duration,
    /// How long a client may leave what it is sent untaken. Linux ends the connection then; other systems keep it.
    ///
    /// The heartbeat does not find a client that has stopped reading: the server cannot end a conversation while
    /// it is still writing to it.
    pub stall_limit: Duration,
}

impl<S: Send + 'static> Accept<TcpStream, S> for Acceptor {
    type Stream = TcpStream;
    type Service = S;
    type Future = Pin<Box<dyn Future<Output = io::Result<(TcpStream, S)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let limits = self.clone();
        Box::pin(async move {
            // A message leaves at once, not when its packet is full. Where this fails, it is only slower.
            stream.set_nodelay(true).ok();
            #[cfg(target_os = "linux")]
            SockRef::from(&stream).set_tcp_user_timeout(Some(limits.stall_limit))?;
            timeout(limits.request_limit, stream.readable()).await??;
            Ok((stream, service))
        })
    }
}
