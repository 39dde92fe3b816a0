//! A client on either transport.

use std::{future::pending, net::SocketAddr};

use bench::client::{Client, Dialect};
use course::production::join;
use wire::connection::{Connection, Transport};

/// A client in the default namespace.
pub enum Peer {
    WebSocket(Box<Client>),
    Polling(Connection),
}

impl Peer {
    /// Joins the server at this address.
    ///
    /// # Errors
    /// What went wrong, in words.
    pub async fn join(address: SocketAddr, transport: Transport) -> Result<Self, String> {
        Ok(match transport {
            Transport::WebSocket => {
                let client = Client::connect(address, Dialect::SocketIo).await?;
                Self::WebSocket(Box::new(client))
            }
            Transport::Polling => {
                Self::Polling(join(&format!("http://{address}"), transport).await?)
            }
        })
    }

    /// Sends a packet.
    ///
    /// # Errors
    /// The connection is closed.
    pub async fn send(&mut self, packet: String) -> Result<(), String> {
        match self {
            Self::WebSocket(client) => client.send(packet).await,
            Self::Polling(connection) => {
                connection.send(packet);
                Ok(())
            }
        }
    }

    /// The next packet. Nothing is lost if nobody waits to the end.
    ///
    /// # Errors
    /// The connection is closed.
    pub async fn receive(&mut self) -> Result<String, String> {
        match self {
            Self::WebSocket(client) => Ok(client.receive().await?.as_str().to_owned()),
            Self::Polling(connection) => {
                let packet = connection.receive().await;
                packet.ok_or_else(|| "the server has ended a session of long-polling".to_owned())
            }
        }
    }

    /// Leaves as the protocol says.
    pub async fn leave(mut self) {
        // A server that is gone needs no goodbye.
        self.send("1".to_owned()).await.ok();
        match self {
            // It is closed from the other side.
            Self::WebSocket(mut client) => while client.receive().await.is_ok() {},
            Self::Polling(connection) => connection.close().await,
        }
    }
}

/// Waits for ever where there is nothing to wait for.
pub async fn next<T>(receiver: Option<&mut tokio::sync::mpsc::UnboundedReceiver<T>>) -> T {
    if let Some(receiver) = receiver
        && let Some(value) = receiver.recv().await
    {
        return value;
    }
    pending().await
}
