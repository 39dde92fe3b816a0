//! Some strings are read as borrowed, which a JSON string with an escape can't be: event names, and an object's first key.
//!
//! The report: `reports/escapes_borrowed.md`.

use serde_json::Value;
use socketioxide::{
    SocketIo,
    extract::{AckSender, Data, SocketRef},
};
use upstream::{join, serve, soon};

const FIXED: &str = "fixed: escapes are read correctly. Its row may go from the table of faults in \
    `book/text/traps.md`. No lesson has a workaround";

async fn echo() -> String {
    let (layer, io) = SocketIo::new_layer();
    io.ns("/", async |socket: SocketRef| {
        socket.on("año", async |ack: AckSender, Data::<Value>(payload)| {
            ack.send(&payload).unwrap();
        });
    });
    serve(layer).await
}

#[tokio::test]
async fn an_escape_in_the_name_of_an_event_closes_the_connection() {
    let mut client = join(&echo().await).await;
    client.send(r#"421["a\u00f1o",1]"#.to_owned());
    assert_eq!(soon(client.receive()).await.unwrap(), None, "{FIXED}");
}

#[tokio::test]
async fn an_object_with_an_escape_in_its_first_key_reaches_no_handler() {
    let mut client = join(&echo().await).await;
    client.send(r#"421["año",{"a\u00f1o":1}]"#.to_owned());
    client.send(r#"422["año",{"o":1}]"#.to_owned());
    let answer = soon(client.receive()).await.unwrap();
    assert_eq!(answer.as_deref(), Some(r#"432[{"o":1}]"#), "{FIXED}");
}
