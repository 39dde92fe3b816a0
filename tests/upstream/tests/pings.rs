//! A server keeps a pong for every WebSocket ping of a client that doesn't read, without a limit.
//!
//! The report: `reports/pings.md`.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use socketioxide::{SocketIo, extract::SocketRef};
use tokio::sync::mpsc::unbounded_channel;
use tokio_tungstenite::tungstenite::Message;
use upstream::{serve, soon, websocket};

const FIXED: &str = "fixed: pongs for a client that doesn't read are limited. Its row may go from the table \
    of faults in `book/text/traps.md`. In lessons 12 and 13, `src/stream.rs` needn't stop reading while a write is \
    blocked, and the chapter of lesson 12 has to change";

/// 20 MB of pongs. The buffers of a TCP connection hold less than half of that.
const PINGS: u32 = 160_000;

/// The longest payload that the WebSocket protocol allows, in bytes.
const PAYLOAD: usize = 125;

#[tokio::test]
async fn all_pongs_are_kept_for_a_client_that_does_not_read() {
    // Engine.IO has pings of its own. Nobody answers them here.
    let builder = SocketIo::builder().ping_timeout(Duration::from_hours(1));
    let (layer, io) = builder.build_layer();
    let (handled, mut events) = unbounded_channel();
    io.ns("/", async move |socket: SocketRef| {
        socket.on("after the pings", async move || handled.send(()).unwrap());
    });
    let mut client = websocket(&serve(layer).await, "EIO=4").await.unwrap();
    client.send(Message::text("40")).await.unwrap();

    for number in 0..PINGS {
        let mut payload = number.to_be_bytes().to_vec();
        payload.resize(PAYLOAD, 0);
        let sent = soon(client.feed(Message::Ping(payload.into()))).await;
        sent.expect(FIXED).expect(FIXED);
    }
    let event = Message::text(r#"42["after the pings"]"#);
    soon(client.send(event)).await.expect(FIXED).expect(FIXED);
    soon(events.recv()).await.expect(FIXED);

    // The server has read everything, and the client nothing.
    let last = (PINGS - 1).to_be_bytes();
    let mut pongs = 0;
    while let Ok(Some(Ok(message))) = soon(client.next()).await {
        if let Message::Pong(payload) = message {
            pongs += 1;
            if payload.starts_with(&last) {
                break;
            }
        }
    }
    assert_eq!(pongs, PINGS, "{FIXED}");
}
