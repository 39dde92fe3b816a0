//! A socket stays in its namespace forever if its disconnect handler panics, or isn't called because an extractor fails.
//!
//! The report: `reports/zombie_socket.md`.

use socketioxide::{
    SocketIo,
    extract::{HttpExtension, SocketRef},
};
use tokio::task::yield_now;
use upstream::{join, serve, soon};

const FIXED: &str = "fixed: the socket is removed. Its row may go from the table of faults in \
    `book/text/traps.md`. No lesson has a workaround";

/// Something that no request has.
#[derive(Clone)]
struct Missing;

#[tokio::test]
async fn a_socket_stays_if_an_extractor_of_its_disconnect_handler_fails() {
    check(|socket| socket.on_disconnect(async |_: HttpExtension<Missing>| {})).await;
}

#[tokio::test]
async fn a_socket_stays_if_its_disconnect_handler_panics() {
    check(|socket| socket.on_disconnect(async || panic!("as planned"))).await;
}

async fn check(on_connect: fn(&SocketRef)) {
    let (layer, io) = SocketIo::new_layer();
    io.ns("/", async move |socket: SocketRef| on_connect(&socket));
    let url = serve(layer).await;
    join(&url).await.close().await;
    let sockets = io.sockets();
    let left = sockets.first().expect(FIXED);
    let has_left = async {
        while left.connected() {
            yield_now().await;
        }
    };
    soon(has_left).await.unwrap();

    // Once this client is in, the server is done with the one that left.
    let mut client = join(&url).await;
    assert_eq!(io.sockets().len(), 2, "{FIXED}");
    io.emit("text", "for all").await.expect_err(FIXED);
    let received = soon(client.receive()).await.unwrap();
    assert_eq!(received.as_deref(), Some(r#"42["text","for all"]"#));
}
