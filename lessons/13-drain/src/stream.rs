//! A connection that's read only as fast as it's written to, and that takes turns with the others.

use std::{
    io::{self, IoSlice},
    mem::take,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// A client's connection.
///
/// Anything that a client sends may need an answer, such as the WebSocket protocol's pong for each ping. Answers that
/// the client doesn't accept wait in memory, so the server stops reading while it can't write.
pub struct Stream {
    tcp: TcpStream,
    /// Whether the last write has to wait until the client accepts more.
    blocked: bool,
    /// Whether something was written since the last read. If so, even a blocked connection is read once more.
    has_written: bool,
    /// Whether this turn has had its read. A client that sends a lot would otherwise keep the others waiting.
    has_read: bool,
    /// Wakes the task that waits to read.
    reader: Option<Waker>,
}

impl Stream {
    pub fn new(tcp: TcpStream) -> Self {
        Self {
            tcp,
            blocked: false,
            has_written: false,
            has_read: false,
            reader: None,
        }
    }

    /// Remembers the result of a write.
    fn note<T>(&mut self, write: Poll<T>) -> Poll<T> {
        self.blocked = write.is_pending();
        if write.is_ready() {
            self.has_written = true;
            if let Some(reader) = self.reader.take() {
                reader.wake();
            }
        }
        write
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.blocked && !take(&mut self.has_written) {
            self.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        if take(&mut self.has_read) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let read = Pin::new(&mut self.tcp).poll_read(context, buffer);
        self.has_read = read.is_ready();
        read
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.tcp).poll_write(context, bytes);
        self.note(write)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.tcp).poll_write_vectored(context, slices);
        self.note(write)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(context)
    }
}
