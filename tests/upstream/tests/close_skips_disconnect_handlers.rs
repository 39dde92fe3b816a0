//! `io.close()` runs no disconnect handlers, although its documentation says that it does.
//!
//! The report: `reports/close_skips_disconnect_handlers.md`.

use socketioxide::{SocketIo, extract::SocketRef, socket::DisconnectReason};
use tokio::sync::mpsc::unbounded_channel;
use upstream::{join, serve, soon};

const FIXED: &str = "fixed: `io.close()` runs the disconnect handlers. Its row may go from the table of \
    faults in `book/text/traps.md`. No lesson has a workaround, but a lesson's log now shows which clients were disconnected at \
    the end";

#[tokio::test]
async fn closing_the_server_runs_no_disconnect_handler() {
    let (called, mut calls) = unbounded_channel();
    let (layer, io) = SocketIo::new_layer();
    io.ns("/", async move |socket: SocketRef| {
        socket.on_disconnect(async move |reason: DisconnectReason| called.send(reason).unwrap());
    });
    let mut client = join(&serve(layer).await).await;
    io.close().await;
    // Once the client knows, the server is done.
    assert_eq!(soon(client.receive()).await.unwrap(), None);
    assert!(calls.try_recv().is_err(), "{FIXED}");
}
