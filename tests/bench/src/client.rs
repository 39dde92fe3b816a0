//! A client that costs the machine little: one WebSocket, and no more of Socket.IO than the load needs.

use std::net::SocketAddr;

use futures_util::{SinkExt as _, StreamExt as _, TryStreamExt as _, stream};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, Utf8Bytes, protocol::WebSocketConfig},
};

/// What a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Socket.IO: a handshake and a namespace before the first message, and heartbeats.
    SocketIo,
    /// Nothing but messages.
    Raw,
}

/// How many connections are being opened at any time.
const AT_ONCE: usize = 50;

/// How much is read at once, in bytes. What a client gets here is short, and there are many clients.
const READ_BUFFER: usize = 2 * 1024;

/// A connected client.
pub struct Client {
    socket: WebSocketStream<TcpStream>,
    dialect: Dialect,
}

impl Client {
    /// Connects to a server, and with Socket.IO to its default namespace.
    ///
    /// # Errors
    /// What went wrong, in words.
    pub async fn connect(address: SocketAddr, dialect: Dialect) -> Result<Self, String> {
        let stream = TcpStream::connect(address).await.map_err(words)?;
        stream.set_nodelay(true).map_err(words)?;
        let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
        let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
        let (socket, _response) = client_async_with_config(url, stream, Some(config))
            .await
            .map_err(words)?;
        let mut client = Self { socket, dialect };
        if dialect == Dialect::SocketIo {
            expect(&client.receive().await?, "0{")?;
            client.send("40").await?;
            expect(&client.receive().await?, "40{")?;
        }
        Ok(client)
    }

    /// Connects this many.
    ///
    /// # Errors
    /// One of them cannot connect.
    pub async fn connect_all(
        address: SocketAddr,
        dialect: Dialect,
        count: usize,
    ) -> Result<Vec<Self>, String> {
        stream::iter(0..count)
            .map(|_| Self::connect(address, dialect))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
    }

    /// Sends one message.
    ///
    /// # Errors
    /// The connection is closed.
    pub async fn send(&mut self, text: impl Into<Utf8Bytes>) -> Result<(), String> {
        let message = Message::Text(text.into());
        self.socket.send(message).await.map_err(words)
    }

    /// The next message. Heartbeats are answered and not shown.
    ///
    /// # Errors
    /// The connection is closed.
    pub async fn receive(&mut self) -> Result<Utf8Bytes, String> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    if self.dialect == Dialect::SocketIo && text.as_str() == "2" {
                        self.send("3").await?;
                    } else {
                        return Ok(text);
                    }
                }
                Some(Ok(other)) => return Err(format!("the server has sent {other:?}")),
                Some(Err(error)) => return Err(words(error)),
                None => return Err("the server has closed a connection".to_owned()),
            }
        }
    }
}

/// Makes sure that a packet begins as it should.
///
/// # Errors
/// It does not.
pub fn expect(packet: &str, start: &str) -> Result<(), String> {
    if packet.starts_with(start) {
        Ok(())
    } else {
        Err(format!("{start} should have come, but {packet} has"))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` gives it away")]
fn words(error: impl ToString) -> String {
    error.to_string()
}
