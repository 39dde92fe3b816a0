//! A handshake for a WebSocket is answered with 101, even if it doesn't ask for an upgrade.
//!
//! The report: `reports/upgrade_without_header.md`.

use socketioxide::SocketIo;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufStream},
    net::TcpStream,
};
use upstream::{serve, soon};

const FIXED: &str = "fixed: such a handshake is refused. Its row may go from the table of faults in \
    `book/text/traps.md`. No lesson has a workaround";

/// A handshake behind a proxy that doesn't pass on `Connection` and `Upgrade`, such as nginx by default.
const HANDSHAKE: &str = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

#[tokio::test]
async fn a_handshake_without_the_header_upgrade_gets_101() {
    let (layer, io) = SocketIo::new_layer();
    io.ns("/", async || {});
    let url = serve(layer).await;
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = BufStream::new(TcpStream::connect(address).await.unwrap());

    stream.write_all(HANDSHAKE.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();

    let mut status = String::new();
    soon(stream.read_line(&mut status)).await.unwrap().unwrap();
    assert_eq!(status, "HTTP/1.1 101 Switching Protocols\r\n", "{FIXED}");
}
