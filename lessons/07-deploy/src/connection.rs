//! Below HTTP: what holds for every connection.

use std::{
    future::{Ready, ready},
    io,
    pin::Pin,
    time::Duration,
};

use axum_server::accept::Accept;
use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutStream;

/// Prepares each connection that the server accepts.
#[derive(Clone)]
pub struct Acceptor {
    /// How long a client may leave what it is sent untaken.
    ///
    /// The heartbeat does not find a client that has stopped reading: the server cannot end a conversation while
    /// it is still writing to it. The connection can.
    pub stall_limit: Duration,
}

impl<S> Accept<TcpStream, S> for Acceptor {
    type Stream = Pin<Box<TimeoutStream<TcpStream>>>;
    type Service = S;
    type Future = Ready<io::Result<(Self::Stream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        // A message leaves at once, not when its packet is full. Where this fails, it is only slower.
        stream.set_nodelay(true).ok();
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.stall_limit));
        ready(Ok((Box::pin(stream), service)))
    }
}
