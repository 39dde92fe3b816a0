//! A packet that doesn't fit in the last body of long-polling is lost when the client changes to WebSocket.
//!
//! The report: `reports/packet_lost_at_upgrade.md`.

use futures_util::SinkExt;
use socketioxide::{SocketIo, extract::SocketRef};
use tokio_tungstenite::tungstenite::Message;
use upstream::{Session, receive, serve};

const FIXED: &str = "fixed: the packet arrives. Its row may go from the table of faults in \
    `book/text/traps.md`, and so may its section `#upgrade`, with the test in `tests/suites/wire.rs`. No \
    lesson has a workaround";

#[tokio::test]
async fn a_packet_that_does_not_fit_is_lost_when_the_client_changes_to_websocket() {
    // A body has room for one of the packets below.
    let (layer, io) = SocketIo::builder().max_payload(40).build_layer();
    io.ns("/", async |socket: SocketRef| {
        socket.on("two", async |socket: SocketRef| {
            for text in ["the first of two", "the second of two"] {
                socket.emit("text", text).unwrap();
            }
        });
        socket.on("one", async |socket: SocketRef| {
            socket.emit("text", "another").unwrap();
        });
    });
    let session = Session::open(&serve(layer).await).await;
    session.post("40").await.unwrap();
    session.post(r#"42["two"]"#).await.unwrap();
    let mut body = String::new();
    while !body.contains("the first of two") {
        body = session.poll().await.unwrap().body;
    }

    let mut socket = session.upgrade().await.unwrap();
    assert_eq!(receive(&mut socket).await.unwrap(), "3probe");
    socket.send(Message::text(r#"42["one"]"#)).await.unwrap();
    let next = receive(&mut socket).await.unwrap();
    assert_eq!(next, r#"42["text","another"]"#, "{FIXED}");
}
