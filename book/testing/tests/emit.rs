//! The server of lesson 04, and clients that send and expect frames as they cross the wire.

use std::{net::SocketAddr, path::Path, time::Duration};

use futures_util::{SinkExt, StreamExt};
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// How long a client waits for a frame.
const LIMIT: Duration = Duration::from_secs(10);

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[tokio::test]
async fn a_message_reaches_everyone() {
    let server = start().await;
    let mut ana = connect(server).await;
    let mut beto = connect(server).await;
    let message = r#"42["enviar-mensaje",{"mensaje":"hola"}]"#;
    send(&mut ana, message).await;
    assert_eq!(receive(&mut ana).await, message);
    assert_eq!(receive(&mut beto).await, message);
}

#[tokio::test]
async fn a_missing_payload_reaches_nobody() {
    let server = start().await;
    let mut ana = connect(server).await;
    let mut beto = connect(server).await;
    send(&mut ana, r#"42["enviar-mensaje"]"#).await;
    let message = r#"42["enviar-mensaje",7]"#;
    send(&mut ana, message).await;
    assert_eq!(receive(&mut beto).await, message);
}

async fn start() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = server_emit::app(Path::new("public"));
    tokio::spawn(axum::serve(listener, app).into_future());
    address
}

async fn connect(server: SocketAddr) -> Client {
    let url = format!("ws://{server}/socket.io/?EIO=4&transport=websocket");
    let (mut client, _) = connect_async(url).await.unwrap();
    assert!(receive(&mut client).await.starts_with('0'));
    send(&mut client, "40").await;
    assert!(receive(&mut client).await.starts_with("40"));
    client
}

async fn send(client: &mut Client, frame: &str) {
    client.send(frame.into()).await.unwrap();
}

/// The next frame that isn't a heartbeat.
async fn receive(client: &mut Client) -> String {
    loop {
        let frame = timeout(LIMIT, client.next()).await;
        let frame = frame.expect("nothing arrived in time");
        let frame = frame.expect("the server closed the connection").unwrap();
        match frame.to_text().unwrap() {
            "2" => send(client, "3").await,
            text => return text.into(),
        }
    }
}
