//! Messages, bodies and heads that are too large, or never end.

use std::time::{Duration, Instant};

use course::production::{PATIENCE, Pair, Production, join, message};
use serde_json::json;
use wire::{
    connection::{Http, Transport},
    process::peak_memory,
};

use crate::{
    Program, attacks,
    raw::{self, BINARY, CONTINUATION, Opening, Raw, TEXT},
};

attacks! {
    broadcast:
        an_endless_body_is_cut_off,
        an_endless_head_is_cut_off,
        an_unexpected_body_is_not_read_forever,
        no_path_leads_out_of_the_folder;
    deploy:
        a_body_over_the_limit_ends_only_its_session,
        a_frame_over_the_limit_ends_only_its_connection,
        a_frame_whose_announced_length_is_enormous_takes_no_memory,
        a_message_of_many_frames_over_the_limit_ends_only_its_connection;
    limits:
        a_body_whose_announced_length_is_enormous_takes_no_memory,
        attachments_do_not_get_around_the_limit,
        an_answer_is_short_whatever_was_sent;
    backpressure:
        a_long_head_is_refused;
}

/// In bytes.
const LIMIT: usize = 10_000;
const SMALL: (&str, &str) = ("MAX_MESSAGE", "10000");

/// More than a server still accepts after giving up on a client: the bytes on their way, and a few more.
const TOO_MUCH: usize = 16_000_000;

/// Longer than a refusal takes, but shorter than the heartbeat's limit, after which a silent client is cut off anyway.
const SOON: Duration = Duration::from_secs(10);

/// A session in the default namespace.
async fn session(production: &Production, transport: Transport) -> Opening {
    let address = production.address();
    let mut opening = raw::open(address, transport, &[]).await;
    match transport {
        Transport::WebSocket => {
            let connect = raw::frame(true, TEXT, b"40");
            opening.connection.write(connect).await.unwrap();
            // The first heartbeat, and the answer to `40`.
            for _ in 0..2 {
                opening.connection.text().await.unwrap();
            }
        }
        Transport::Polling => {
            let connect = raw::post(address, &opening.sid, b"40");
            opening.connection.write(connect).await.unwrap();
            assert_eq!(opening.connection.answer().await.unwrap().status, 200);
        }
    }
    opening
}

/// Waits until only the pair is connected.
async fn is_gone(production: &Production) {
    production.wait_for_clients(2, PATIENCE).await.unwrap();
}

async fn a_body_over_the_limit_ends_only_its_session(program: Program) {
    let production = program.start(&[SMALL]).await;
    let mut pair = Pair::join(&production.server.base).await.unwrap();
    let mut offender = session(&production, Transport::Polling).await;
    let body = message(&"x".repeat(LIMIT), None);
    let request = raw::post(production.address(), &offender.sid, body.as_bytes());
    offender.connection.write(request).await.unwrap();
    assert_eq!(offender.connection.answer().await.unwrap().status, 413);
    is_gone(&production).await;
    pair.talk().await.unwrap();
}

async fn an_endless_body_is_cut_off(program: Program) {
    let production = program.start(&[SMALL]).await;
    let mut pair = Pair::join(&production.server.base).await.unwrap();
    let mut offender = session(&production, Transport::Polling).await;
    let chunked = [("Transfer-Encoding", "chunked")];
    let head = raw::post_head(production.address(), &offender.sid, &chunked);
    offender.connection.write(head).await.unwrap();
    let chunk = format!("3e8\r\n{}\r\n", "x".repeat(1000));
    let mut sent = 0;
    while sent < TOO_MUCH && offender.connection.write(&chunk).await.is_ok() {
        sent += chunk.len();
        if sent == 10 * chunk.len() {
            pair.talk().await.unwrap();
        }
    }
    assert!(sent < TOO_MUCH, "{sent} bytes were accepted");
    is_gone(&production).await;
    pair.talk().await.unwrap();
}

async fn a_body_whose_announced_length_is_enormous_takes_no_memory(program: Program) {
    let production = program.start(&[SMALL, ("REQUEST_SECONDS", "0.5")]).await;
    let mut pair = Pair::join(&production.server.base).await.unwrap();
    let before = peak_memory(production.pid()).unwrap();
    for length in ["1000000000", "18446744073709551615"] {
        let mut offender = session(&production, Transport::Polling).await;
        let headers = [("Content-Length", length)];
        let head = raw::post_head(production.address(), &offender.sid, &headers);
        offender.connection.write(head + "4").await.unwrap();
        offender.connection.is_ended().await;
    }
    takes_no_memory(&production, before);
    pair.talk().await.unwrap();
}

/// Fails if the process uses far more memory than before.
fn takes_no_memory(production: &Production, before: u64) {
    let more = peak_memory(production.pid()).unwrap() - before;
    assert!(more < 10_000_000, "{more} bytes more");
}

async fn a_frame_over_the_limit_ends_only_its_connection(program: Program) {
    let production = program.start(&[SMALL]).await;
    let mut pair = Pair::join(&production.server.base).await.unwrap();
    let mut offender = session(&production, Transport::WebSocket).await;
    let text = message(&"x".repeat(LIMIT), None);
    let frame = raw::frame(true, TEXT, text.as_bytes());
    // The server may close the connection while this is still on its way.
    offender.connection.write(frame).await.ok();
    offender.connection.is_ended().await;
    is_gone(&production).await;
    pair.talk().await.unwrap();
}

async fn a_frame_whose_announced_length_is_enormous_takes_no_memory(program: Program) {
    let production = program.start(&[SMALL]).await;
    let mut pair = Pair::join(&production.server.base).await.unwrap();
    let before = peak_memory(production.pid()).unwrap();
    for length in [LIMIT as u64 + 1, 1_000_000_000, u64::MAX >> 1] {
        let mut offender = session(&production, Transport::WebSocket).await;
        let head = raw::frame_head(true, TEXT, length);
        let begin = Instant::now();
        offender.connection.write(head).await.unwrap();
        offender.connection.is_ended().await;
        let waited = begin.elapsed();
        assert!(waited < SOON, "the server waited for {length} bytes");
    }
    is_gone(&production).await;
    takes_no_memory(&production, before);
    pair.talk().await.unwrap();
}

async fn a_message_of_many_frames_over_the_limit_ends_only_its_connection(program: Program) {
    let production = program.start(&[SMALL]).await;
    let mut pair = Pair::join(&production.server.base).await.unwrap();
    let mut offender = session(&production, Transport::WebSocket).await;
    let part = vec![b'4'; 1000];
    let mut frame = raw::frame(false, TEXT, &part);
    let mut sent = 0;
    while sent < TOO_MUCH && offender.connection.write(&frame).await.is_ok() {
        sent += part.len();
        frame = raw::frame(false, CONTINUATION, &part);
    }
    assert!(sent < TOO_MUCH, "{sent} bytes were accepted");
    is_gone(&production).await;
    pair.talk().await.unwrap();
}

async fn an_endless_head_is_cut_off(program: Program) {
    let production = program.start(&[]).await;
    let mut pair = Pair::join(&production.server.base).await.unwrap();
    let mut offender = Raw::connect(production.address()).await;
    offender.write("GET / HTTP/1.1\r\n").await.unwrap();
    let mut sent = 0;
    while sent < TOO_MUCH && offender.write("X-Header: and one more\r\n").await.is_ok() {
        sent += 24;
    }
    assert!(sent < TOO_MUCH, "{sent} bytes were accepted");
    pair.talk().await.unwrap();
}

async fn a_long_head_is_refused(program: Program) {
    let production = program.start(&[]).await;
    let mut pair = Pair::join(&production.server.base).await.unwrap();
    let mut offender = Raw::connect(production.address()).await;
    let head = format!("GET / HTTP/1.1\r\nX-Header: {}\r\n\r\n", "x".repeat(20_000));
    offender.write(head).await.unwrap();
    assert_eq!(offender.answer().await.unwrap().status, 431);
    pair.talk().await.unwrap();
}

async fn attachments_do_not_get_around_the_limit(program: Program) {
    let production = program.start(&[SMALL]).await;
    let mut pair = Pair::join(&production.server.base).await.unwrap();
    let mut offender = session(&production, Transport::WebSocket).await;
    let event = r#"452-7["enviar-mensaje",{"mensaje":"m","id":"1","fecha":1,"x":{"_placeholder":true,"num":0}}]"#;
    let mut frames = raw::frame(true, TEXT, event.as_bytes());
    for _ in 0..2 {
        frames.extend(raw::frame(true, BINARY, &[7; LIMIT - 1]));
    }
    // The server may close the connection while this is still on its way.
    offender.connection.write(frames).await.ok();
    while let Some(packet) = offender.connection.text().await {
        assert!(!packet.starts_with("437["), "{packet}");
    }
    is_gone(&production).await;
    pair.talk().await.unwrap();
}

async fn an_answer_is_short_whatever_was_sent(program: Program) {
    let production = program.start(&[]).await;
    let mut client = join(&production.server.base, Transport::WebSocket)
        .await
        .unwrap();
    let long = "\u{7f}".repeat(90_000);
    for payload in [
        json!({ "mensaje": "m", "id": long, "fecha": 1 }),
        json!(long),
    ] {
        client.send(format!("427{}", json!(["enviar-mensaje", payload])));
        let answer = client.receive().await.unwrap();
        assert!(answer.starts_with(r#"437[{"error":"#), "{answer}");
        assert!(answer.len() < 2000, "{} bytes", answer.len());
    }
}

async fn an_unexpected_body_is_not_read_forever(program: Program) {
    let production = program.start(&[("REQUEST_SECONDS", "0.5")]).await;
    let mut pair = Pair::join(&production.server.base).await.unwrap();
    for start in [
        "GET / HTTP/1.1",
        "POST / HTTP/1.1",
        "POST /healthz HTTP/1.1",
    ] {
        let mut offender = Raw::connect(production.address()).await;
        let head = format!("{start}\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
        offender.write(head).await.unwrap();
        let begin = Instant::now();
        // Slowly, since a client that sends a lot is soon cut off.
        while offender.write("1\r\nx\r\n").await.is_ok() {
            assert!(begin.elapsed() < PATIENCE, "{start}: still read");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    pair.talk().await.unwrap();
}

async fn no_path_leads_out_of_the_folder(program: Program) {
    let production = program.start(&[]).await;
    let http = Http::new(&production.server.base).unwrap();
    let up = [
        "..",
        "%2e%2e",
        "..%2f..",
        "%2e%2e%2f%2e%2e",
        "..%5c..",
        "....//",
        ".%2e",
    ];
    for up in up {
        for folder in ["", "/shared", "/vendor", "/socket.io"] {
            for file in ["Cargo.toml", "lessons/07-deploy/Cargo.toml", "etc/passwd"] {
                for depth in 1..=4 {
                    let path = format!("{folder}/{}{file}", format!("{up}/").repeat(depth));
                    let answer = http.get(&path, None).await.unwrap();
                    assert!(
                        (400..500).contains(&answer.status),
                        "{path}: {}",
                        answer.status
                    );
                    let leaked = answer.body.contains("[package]")
                        || answer.body.contains("[workspace]")
                        || answer.body.contains("root:");
                    assert!(!leaked, "{path}: {}", answer.body);
                }
            }
        }
    }
    for path in [
        "//etc/passwd",
        "/%00",
        "/index.html%00.js",
        "/%2fetc%2fpasswd",
        "/~root",
    ] {
        let answer = http.get(path, None).await.unwrap();
        assert!(
            (400..500).contains(&answer.status),
            "{path}: {}",
            answer.status
        );
    }
}
