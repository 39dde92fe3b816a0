//! The answers of long-polling don't forbid caches to keep them.
//!
//! The report: `reports/polling_without_no_store.md`.

use socketioxide::SocketIo;
use upstream::{Session, serve};

const FIXED: &str = "fixed: answers of long-polling have `Cache-Control`. Its row may go from the table of \
    faults in `book/text/traps.md`. In lesson 10 and later, `cache(\"no-store\")` in `src/lib.rs` is only needed for \
    `/healthz` and `/readyz`";

#[tokio::test]
async fn an_answer_of_long_polling_says_nothing_about_caches() {
    let (layer, io) = SocketIo::new_layer();
    io.ns("/", async || {});
    let session = Session::open(&serve(layer).await).await;
    // Engine.IO has a ping for every new session.
    let answer = session.poll().await.unwrap();
    assert_eq!(answer.header("cache-control"), None, "{FIXED}");
}
