//! `io.emit()` panics after `io.close()`.
//!
//! The report: `reports/emit_panics_after_close.md`.

use socketioxide::SocketIo;

const FIXED: &str = "fixed: an emit after `io.close()` doesn't panic. Its row may go from the table of faults \
    in `book/text/traps.md`. No lesson has a workaround";

#[tokio::test]
async fn an_emit_panics_once_the_server_is_closed() {
    let (_layer, io) = SocketIo::new_layer();
    io.ns("/", async || {});
    io.close().await;
    let emit = tokio::spawn(async move { io.emit("text", "for all").await });
    assert!(emit.await.is_err_and(|error| error.is_panic()), "{FIXED}");
}
