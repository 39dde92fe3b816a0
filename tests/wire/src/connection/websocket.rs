//! Engine.IO over WebSocket: one message is one packet.

use anyhow::{Result, anyhow};
use futures_util::{SinkExt, StreamExt};
use tokio::{
    net::TcpStream,
    sync::mpsc::{Sender, UnboundedReceiver, WeakUnboundedSender},
};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
    tungstenite::{Message, client::IntoClientRequest},
};

use super::{Headers, on_packet, tls};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(super) async fn open(base: &str, headers: &Headers, query: &str) -> Result<Socket> {
    let url = format!(
        "{}/socket.io/?EIO=4&transport=websocket{query}",
        base.replacen("http", "ws", 1)
    );
    let mut request = url.into_client_request()?;
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse()?);
    }
    let no_delay = true;
    let connector = Connector::Rustls(tls::config(base)?);
    let opening = connect_async_tls_with_config(request, None, no_delay, Some(connector));
    match opening.await {
        Ok((socket, _response)) => Ok(socket),
        Err(error) => Err(anyhow!(
            "{base} doesn't open a WebSocket: {}",
            tls::reason(&error)
        )),
    }
}

/// Carries packets both ways until either side ends the session.
pub(super) async fn run(
    socket: Socket,
    mut to_send: UnboundedReceiver<String>,
    received: Sender<String>,
    pongs: WeakUnboundedSender<String>,
) {
    let (mut sink, mut stream) = socket.split();
    let write = async {
        while let Some(packet) = to_send.recv().await {
            if sink.send(Message::text(packet)).await.is_err() {
                return;
            }
        }
        // Nobody can send anything any longer, so this closes. If the server doesn't accept it, there's nothing to do.
        sink.close().await.ok();
    };
    let read = async {
        while let Some(Ok(message)) = stream.next().await {
            match message {
                Message::Text(packet)
                    if on_packet(packet.as_str().to_owned(), &received, &pongs) => {}
                Message::Ping(_) | Message::Pong(_) => {}
                _ => return,
            }
        }
    };
    tokio::select! {
        () = write => {}
        () = read => {}
    }
}
