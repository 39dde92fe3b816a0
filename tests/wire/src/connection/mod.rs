//! An Engine.IO connection that shows its packets unchanged: the frames that the book explains.
//!
//! Source: Engine.IO protocol, revision 4.

mod http;
mod polling;
mod tls;
mod websocket;

use std::fmt;

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::{
    sync::mpsc::{Receiver, Sender, UnboundedSender, channel, unbounded_channel},
    task::JoinSet,
};

pub use http::{Http, Response};

/// How many packets may wait to be read. A server that sends more without a pause is disconnected.
const WAITING: usize = 100_000;

/// The transport of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// One HTTP request after the other. The server answers each once it has something to send.
    Polling,
    /// One WebSocket from the first packet on.
    WebSocket,
}

impl Transport {
    /// Both transports.
    pub const BOTH: [Self; 2] = [Self::WebSocket, Self::Polling];
}

impl fmt::Display for Transport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Polling => "polling",
            Self::WebSocket => "websocket",
        })
    }
}

/// Header fields that all requests of a client have.
pub type Headers = [(&'static str, String)];

/// An open Engine.IO connection. Heartbeats are answered and not shown.
///
/// Dropping it cuts the connection without a closing packet.
pub struct Connection {
    outgoing: UnboundedSender<String>,
    incoming: Receiver<String>,
    task: JoinSet<()>,
}

impl Connection {
    /// Connects to the server at `base` (`http://host:port` or `https://host:port`). The first packet to be received is the
    /// handshake, `0{"sid":...}`.
    pub async fn open(base: &str, transport: Transport) -> Result<Self> {
        Self::open_with(base, transport, &[]).await
    }

    /// The same with header fields, which every request of the session has.
    pub async fn open_with(base: &str, transport: Transport, headers: &Headers) -> Result<Self> {
        Self::start(base, transport, headers, "").await
    }

    /// The same with parameters (`key=1`), which the address of every request has.
    pub async fn open_query(base: &str, transport: Transport, query: &str) -> Result<Self> {
        Self::start(base, transport, &[], &format!("&{query}")).await
    }

    async fn start(
        base: &str,
        transport: Transport,
        headers: &Headers,
        query: &str,
    ) -> Result<Self> {
        let (outgoing, to_send) = unbounded_channel();
        let (received, incoming) = channel(WAITING);
        // Weak, so that the channel closes, and with it the connection, when this value is dropped.
        let pongs = outgoing.downgrade();
        let mut task = JoinSet::new();
        match transport {
            Transport::Polling => {
                let http = Http::with_headers(base, headers)?;
                let polling = polling::Polling::open(http, query, &received).await?;
                task.spawn(polling.run(to_send, received, pongs));
            }
            Transport::WebSocket => {
                let socket = websocket::open(base, headers, query).await?;
                task.spawn(websocket::run(socket, to_send, received, pongs));
            }
        }
        Ok(Self {
            outgoing,
            incoming,
            task,
        })
    }

    /// Sends one packet. If the connection is closed, nobody receives it.
    pub fn send(&self, packet: String) {
        // An error means that the connection is closed. `receive` reports that.
        self.outgoing.send(packet).ok();
    }

    /// The next packet, or `None` when the connection is closed.
    pub async fn receive(&mut self) -> Option<String> {
        self.incoming.recv().await
    }

    /// Whether it's closed, and nothing more will arrive.
    pub fn is_closed(&self) -> bool {
        self.incoming.is_closed() && self.incoming.is_empty()
    }

    /// Closes the connection once everything is sent, and waits until it's closed.
    pub async fn close(mut self) {
        drop(self.outgoing);
        self.task.join_next().await;
    }
}

/// Passes on a received packet, or answers it if it's a heartbeat. Returns `false` if the connection is over.
fn on_packet(
    packet: String,
    received: &Sender<String>,
    pongs: &tokio::sync::mpsc::WeakUnboundedSender<String>,
) -> bool {
    match packet.as_str() {
        "1" => false,
        // `6` is a noop: it only ends a poll.
        "6" => true,
        "2" => pongs
            .upgrade()
            .is_none_or(|outgoing| outgoing.send("3".into()).is_ok()),
        // If the channel is full, the server sends too much.
        _ => received.try_send(packet).is_ok(),
    }
}

/// The fields of a handshake packet, `0{"sid":...}`.
pub fn handshake(packet: &str) -> Result<Value> {
    packet
        .strip_prefix('0')
        .and_then(|json| serde_json::from_str::<Value>(json).ok())
        .filter(|fields| fields["sid"].is_string())
        .with_context(|| format!("the first packet isn't a handshake: {packet}"))
}
