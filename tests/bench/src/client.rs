//! A cheap client: one WebSocket, and only as much of Socket.IO as the load needs.

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{SinkExt as _, Stream, StreamExt as _, TryStreamExt as _, stream};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, Utf8Bytes, protocol::WebSocketConfig},
};

use crate::{contender::Dialect, server::Target};

/// How many connections are opened at the same time.
const AT_ONCE: usize = 50;

/// The same for clients with names: a server looks for each name among all of its clients, perhaps in several processes, and
/// refuses a client if this takes too long.
const NAMED_AT_ONCE: usize = 5;

/// How much is read at once, in bytes. Messages are short here, and clients are many.
const READ_BUFFER: usize = 2 * 1024;

/// A connected client.
pub struct Client {
    socket: WebSocketStream<TcpStream>,
    dialect: Dialect,
}

impl Client {
    /// Connects to one of a server's processes, and with Socket.IO to its default namespace. In a chat, no other client may
    /// have this number.
    pub async fn connect(target: &Target, number: usize) -> Result<Self> {
        let dialect = target.dialect;
        let address = target.addresses[number % target.addresses.len()];
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
        let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
        let (socket, _response) = client_async_with_config(url, stream, Some(config)).await?;
        let mut client = Self { socket, dialect };
        if dialect != Dialect::Raw {
            expect(&client.receive().await?, "0{")?;
            client.send(join(dialect, number)).await?;
            expect(&client.receive().await?, "40{")?;
        }
        if dialect == Dialect::Room {
            client.send(r#"420["unirse",{"sala":"rust"}]"#).await?;
            expect(&client.receive_answer().await?, r#"430[{"ok":true}"#)?;
        }
        Ok(client)
    }

    /// Connects many clients, and returns each as soon as it's connected.
    pub fn connect_each(target: &Target, count: usize) -> impl Stream<Item = Result<Self>> {
        let at_once = if target.dialect.has_names() {
            NAMED_AT_ONCE
        } else {
            AT_ONCE
        };
        stream::iter(0..count)
            .map(|number| Self::connect(target, number))
            .buffer_unordered(at_once)
    }

    /// Connects many clients.
    pub async fn connect_all(target: &Target, count: usize) -> Result<Vec<Self>> {
        Self::connect_each(target, count).try_collect().await
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

    /// Returns the next acknowledgement. In a chat, it skips what arrives before it: everyone's messages, and who's here.
    pub async fn receive_answer(&mut self) -> Result<Utf8Bytes> {
        loop {
            let packet = self.receive().await?;
            let is_chat = self.dialect.has_names() || self.dialect == Dialect::Tutorial;
            if !is_chat || packet.starts_with("43") {
                return Ok(packet);
            }
        }
    }
}

/// The packet that asks for the default namespace.
fn join(dialect: Dialect, number: usize) -> String {
    if dialect.has_names() {
        // The name is short, since everyone hears all names whenever somebody joins.
        format!(r#"40{{"nombre":"{number}","secreto":"the secret of client {number}"}}"#)
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
