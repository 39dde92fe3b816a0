//! The refusal of an unknown namespace repeats the namespace's name, however long it is, and waits until it's fetched.
//!
//! The report: `reports/repeated_namespace.md`.

use socketioxide::SocketIo;
use upstream::{Session, serve};

const FIXED: &str = "fixed: a refusal doesn't repeat a long name. Its row may go from the table of faults in \
    `book/text/traps.md`, and `MAX_NAMESPACE` and `is_long_connect` from `src/polling.rs` in lesson 08 and later, \
    with what the chapter of lesson 08 says about them";

/// In bytes. One packet may have 100,000 by default.
const NAME: usize = 99_000;

const REFUSALS: usize = 10;

#[tokio::test]
async fn the_refusal_of_a_namespace_keeps_its_whole_name() {
    let (layer, io) = SocketIo::new_layer();
    io.ns("/", async || {});
    let session = Session::open(&serve(layer).await).await;

    let connect = format!("40/{},", "x".repeat(NAME));
    for _ in 0..REFUSALS {
        session.post(&connect).await.expect(FIXED);
    }

    let mut kept = 0;
    for _ in 0..REFUSALS {
        kept += session.poll().await.expect(FIXED).body.len();
    }
    assert!(kept > REFUSALS * NAME, "{kept} bytes: {FIXED}");
}
