//! One session can hold more than one WebSocket, if they're opened before it has changed to the first.
//!
//! The report: `reports/many_upgrades.md`.

use futures_util::{SinkExt, future::try_join_all};
use socketioxide::{
    SocketIo,
    extract::{Data, SocketRef},
};
use tokio::sync::mpsc::unbounded_channel;
use tokio_tungstenite::tungstenite::Message;
use upstream::{Session, receive, serve, soon};

const FIXED: &str = "fixed: a session has one WebSocket. Its row may go from the table of faults in \
    `book/text/traps.md`. No lesson has a workaround";

const WEBSOCKETS: usize = 5;

#[tokio::test]
async fn every_websocket_of_a_session_is_used() {
    let (handled, mut events) = unbounded_channel();
    let (layer, io) = SocketIo::new_layer();
    io.ns("/", async move |socket: SocketRef| {
        socket.on("number", async move |Data::<usize>(number)| {
            handled.send(number).unwrap();
        });
    });
    let session = Session::open(&serve(layer).await).await;
    session.post("40").await.unwrap();

    let upgrades = try_join_all((0..WEBSOCKETS).map(|_| session.upgrade())).await;
    let mut sockets = upgrades.expect(FIXED);
    for socket in &mut sockets {
        assert_eq!(receive(socket).await.expect(FIXED), "3probe", "{FIXED}");
    }
    for (number, socket) in sockets.iter_mut().enumerate() {
        let event = format!("42[\"number\",{number}]");
        socket.send(Message::text(event)).await.expect(FIXED);
        let handled = soon(events.recv()).await.expect(FIXED);
        assert_eq!(handled, Some(number), "{FIXED}");
    }
}
