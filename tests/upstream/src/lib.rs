//! Faults of libraries that the workbook works around: a test for each, and a report that is ready to send.
//!
//! The tests share this code: a server in the test's own process, clients for it, and a limit for every wait.

#![allow(
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    reason = "only the tests beside it call this"
)]

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axum::Router;
use futures_util::{SinkExt, StreamExt};
use socketioxide::layer::SocketIoLayer;
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async, tungstenite::protocol::Message,
};
use wire::connection::{Connection, Http, Response, Transport, handshake};

/// How long a test waits for something that should happen immediately, on a very busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for this, but not forever.
pub async fn soon<F: Future>(future: F) -> Result<F::Output> {
    let output = timeout(PATIENCE, future).await;
    output.with_context(|| format!("nothing happened for {PATIENCE:?}"))
}

/// Starts a server with nothing but Socket.IO, and returns its URL.
pub async fn serve(layer: SocketIoLayer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, Router::new().layer(layer)).into_future());
    url
}

/// A client that's already in the namespace `/`, over WebSocket.
pub async fn join(url: &str) -> Connection {
    let mut client = Connection::open(url, Transport::WebSocket).await.unwrap();
    client.send("40".to_owned());
    for begin in ["0{", "40{"] {
        let packet = soon(client.receive()).await.unwrap().unwrap();
        assert!(packet.starts_with(begin), "{packet}");
    }
    client
}

/// A session over long-polling, request by request.
pub struct Session {
    url: String,
    http: Http,
    /// The query of all its requests, with the session's id.
    query: String,
}

impl Session {
    /// Opens it.
    pub async fn open(url: &str) -> Self {
        let http = Http::new(url).unwrap();
        let opened = http.get("/socket.io/?EIO=4&transport=polling", None).await;
        let fields = handshake(&opened.unwrap().body).unwrap();
        Self {
            url: url.to_owned(),
            http,
            query: format!("EIO=4&sid={}", fields["sid"].as_str().unwrap()),
        }
    }

    /// Sends a packet.
    pub async fn post(&self, packet: &str) -> Result<()> {
        let path = format!("/socket.io/?{}&transport=polling", self.query);
        let posted = soon(self.http.post(&path, packet.to_owned())).await??;
        ensure!(posted.status == 200, "a POST got {}", posted.status);
        Ok(())
    }

    /// Waits for packets.
    pub async fn poll(&self) -> Result<Response> {
        let path = format!("/socket.io/?{}&transport=polling", self.query);
        let polled = soon(self.http.get(&path, None)).await??;
        ensure!(polled.status == 200, "a GET got {}", polled.status);
        Ok(polled)
    }

    /// Opens a WebSocket for this session, and immediately tells the server that the session changes to it.
    pub async fn upgrade(&self) -> Result<WebSocket> {
        let mut socket = Box::pin(websocket(&self.url, &self.query)).await?;
        for packet in ["2probe", "5"] {
            socket.send(Message::text(packet)).await?;
        }
        Ok(socket)
    }
}

/// A WebSocket that shows everything that crosses it.
pub type WebSocket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens a WebSocket.
pub async fn websocket(url: &str, query: &str) -> Result<WebSocket> {
    let url = url.replacen("http", "ws", 1);
    let url = format!("{url}/socket.io/?{query}&transport=websocket");
    Ok(soon(Box::pin(connect_async(url))).await??.0)
}

/// The next packet that isn't a heartbeat.
pub async fn receive(socket: &mut WebSocket) -> Result<String> {
    loop {
        let message = soon(socket.next()).await?;
        let message = message.context("the WebSocket is closed")??;
        if message.to_text()? != "2" {
            return Ok(message.to_text()?.to_owned());
        }
    }
}
