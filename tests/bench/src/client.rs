//! A cheap client: one WebSocket, and only as much of Socket.IO as the load needs.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{SinkExt as _, StreamExt as _, TryStreamExt as _, stream};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, Utf8Bytes, protocol::WebSocketConfig},
};

use crate::server::{Dialect, Target};

/// How many connections are opened at the same time.
const AT_ONCE: usize = 50;

/// How much is read at once, in bytes. Messages are short here, and clients are many.
const READ_BUFFER: usize = 2 * 1024;

/// A connected client.
pub struct Client {
    socket: WebSocketStream<TcpStream>,
    dialect: Dialect,
}

impl Client {
    /// Connects to a server, and with Socket.IO to its default namespace.
    pub async fn connect(target: Target) -> Result<Self> {
        let Target {
            address, dialect, ..
        } = target;
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
        let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
        let (socket, _response) = client_async_with_config(url, stream, Some(config)).await?;
        let mut client = Self { socket, dialect };
        if dialect != Dialect::Raw {
            expect(&client.receive().await?, "0{")?;
            client.send(join(dialect)).await?;
            expect(&client.receive().await?, "40{")?;
        }
        Ok(client)
    }

    /// Connects many clients.
    pub async fn connect_all(target: Target, count: usize) -> Result<Vec<Self>> {
        stream::iter(0..count)
            .map(|_| Self::connect(target))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
    }

    /// Sends one message.
    pub async fn send(&mut self, text: impl Into<Utf8Bytes>) -> Result<()> {
        Ok(self.socket.send(Message::Text(text.into())).await?)
    }

    /// Returns the next message, and answers heartbeats on the way.
    pub async fn receive(&mut self) -> Result<Utf8Bytes> {
        loop {
            let message = self.socket.next().await;
            match message.context("the server has closed a connection")?? {
                Message::Text(text) if self.dialect != Dialect::Raw && text.as_str() == "2" => {
                    self.send("3").await?;
                }
                Message::Text(text) => return Ok(text),
                other => bail!("the server has sent {other:?}"),
            }
        }
    }
}

/// The packet that asks for the default namespace.
fn join(dialect: Dialect) -> String {
    static NAMES: AtomicUsize = AtomicUsize::new(0);
    if dialect == Dialect::Chat {
        let name = NAMES.fetch_add(1, Ordering::Relaxed);
        format!(r#"40{{"nombre":"client {name}","secreto":"the secret of client {name}"}}"#)
    } else {
        "40".to_owned()
    }
}

/// Makes sure that a packet begins as expected.
pub fn expect(packet: &str, start: &str) -> Result<()> {
    ensure!(
        packet.starts_with(start),
        "expected {start}, received {packet}"
    );
    Ok(())
}
