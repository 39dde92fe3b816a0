//! Clients that send so slowly that they never finish.

use std::time::{Duration, Instant};

use course::production::{PATIENCE, Pair, Production, message};
use futures_util::future::join_all;
use tokio::time::sleep;
use wire::connection::Transport;

use crate::{
    Program, attacks,
    raw::{self, Raw, TEXT},
};

attacks! {
    broadcast:
        a_long_poll_and_an_idle_websocket_are_not_slow;
    limits:
        slow_bodies_are_answered_with_408;
    backpressure:
        slow_heads_are_cut_off,
        silent_connections_are_cut_off;
}

const SHORT: (&str, &str) = ("REQUEST_SECONDS", "0.5");

/// Sends these bytes one by one, with pauses, until the server closes the connection. Fails if it doesn't.
async fn drip(connection: &mut Raw, bytes: &str) -> Duration {
    let begin = Instant::now();
    for byte in bytes.as_bytes().iter().cycle() {
        if connection.write([*byte]).await.is_err() {
            break;
        }
        assert!(begin.elapsed() < PATIENCE, "the server still waits");
        sleep(Duration::from_millis(50)).await;
    }
    begin.elapsed()
}

async fn pair(production: &Production) -> Pair {
    Pair::join(&production.server.base).await.unwrap()
}

async fn slow_heads_are_cut_off(program: Program) {
    let production = program.start(&[SHORT]).await;
    let mut pair = pair(&production).await;
    let clients = (0..50).map(async |_| {
        let mut connection = Raw::connect(production.address()).await;
        connection.write("GET / HTTP/1.1\r\n").await.unwrap();
        drip(&mut connection, "X-Header: and one more\r\n").await
    });
    let talking = async {
        for _ in 0..10 {
            pair.talk().await.unwrap();
            sleep(Duration::from_millis(50)).await;
        }
    };
    let (waited, ()) = tokio::join!(join_all(clients), talking);
    let shortest = waited.into_iter().min().unwrap();
    // Nobody is cut off too early.
    assert!(shortest >= Duration::from_millis(400), "{shortest:?}");
    pair.talk().await.unwrap();
}

async fn slow_bodies_are_answered_with_408(program: Program) {
    let production = program.start(&[SHORT]).await;
    let mut pair = pair(&production).await;
    let address = production.address();
    for headers in [
        ("Content-Length", "50000"),
        ("Transfer-Encoding", "chunked"),
    ] {
        let session = raw::open(address, Transport::Polling, &[]).await;
        let mut connection = Raw::connect(address).await;
        let head = raw::post_head(address, &session.sid, &[headers]);
        connection.write(head).await.unwrap();
        assert_eq!(connection.answer().await.unwrap().status, 408);
        drip(&mut connection, "4").await;
        pair.talk().await.unwrap();
    }
}

async fn silent_connections_are_cut_off(program: Program) {
    let production = program.start(&[SHORT]).await;
    let mut pair = pair(&production).await;
    let address = production.address();
    // One that sends nothing at all, one that stops in its head, and one that has had an answer.
    let mut silent = Raw::connect(address).await;
    let mut stopped = Raw::connect(address).await;
    stopped.write("GET / HT").await.unwrap();
    let mut answered = Raw::connect(address).await;
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\n\r\n");
    answered.write(request).await.unwrap();
    assert_eq!(answered.answer().await.unwrap().status, 200);
    for connection in [&mut silent, &mut stopped, &mut answered] {
        connection.is_ended().await;
    }
    pair.talk().await.unwrap();
}

async fn a_long_poll_and_an_idle_websocket_are_not_slow(program: Program) {
    let production = program.start(&[SHORT]).await;
    let mut pair = pair(&production).await;
    sleep(Duration::from_secs(2)).await;
    pair.talk().await.unwrap();
    // Neither is a client that pauses in the middle of a WebSocket message.
    let mut client = raw::open(production.address(), Transport::WebSocket, &[]).await;
    let connect = raw::frame(true, TEXT, b"40");
    client.connection.write(connect).await.unwrap();
    let text = message("despacio", Some(7));
    let frame = raw::frame(true, TEXT, text.as_bytes());
    let (first, rest) = frame.split_at(20);
    client.connection.write(first).await.unwrap();
    sleep(Duration::from_secs(1)).await;
    client.connection.write(rest).await.unwrap();
    while !client.connection.text().await.unwrap().starts_with("437[") {}
}
