//! Clients that stop reading, while others continue.

use std::time::{Duration, Instant};

use course::production::{PATIENCE, Pair, Production, join, message};
use tokio::time::timeout;
use wire::{
    connection::{Connection, Transport},
    process::{peak_memory, resident_memory},
};

use crate::{
    Program, attacks,
    raw::{self, Opening, Raw, TEXT},
};

attacks! {
    limits:
        a_polling_client_that_stops_reading_is_cut_off,
        many_clients_that_fetch_nothing_hold_one_copy_of_each_message;
    backpressure:
        a_websocket_that_stops_reading_is_cut_off;
}

/// Messages of this size soon fill the systems' buffers on both sides of a connection.
const LONG: usize = 90_000;

/// The smallest buffer on the client's side, so that unread data soon backs up to the server.
const ROOM: u32 = 4096;

/// Joins the default namespace and then reads nothing more.
async fn stall(production: &Production, transport: Transport) -> Opening {
    let address = production.address();
    let connection = Raw::connect_with_room(address, Some(ROOM)).await;
    let mut opening = raw::open_on(connection, address, transport, &[]).await;
    match transport {
        Transport::WebSocket => {
            let connect = raw::frame(true, TEXT, b"40");
            opening.connection.write(connect).await.unwrap();
            while !opening.connection.text().await.unwrap().starts_with("40{") {}
            // Its first heartbeat is answered.
            let pong = raw::frame(true, TEXT, b"3");
            opening.connection.write(pong).await.unwrap();
        }
        Transport::Polling => {
            let connect = raw::post(address, &opening.sid, "40\u{1e}3".as_bytes());
            opening.connection.write(connect).await.unwrap();
            assert_eq!(opening.connection.answer().await.unwrap().status, 200);
            let poll = raw::poll(address, &opening.sid);
            opening.connection.write(&poll).await.unwrap();
            opening.connection.answer().await.unwrap();
            // It requests more, and doesn't read it.
            opening.connection.write(&poll).await.unwrap();
        }
    }
    opening
}

/// Sends long messages, each after the one before has been answered and received.
struct Speaker {
    connection: Connection,
    listeners: Vec<Connection>,
    said: u64,
}

impl Speaker {
    async fn join(production: &Production) -> Self {
        let base = &production.server.base;
        let mut listeners = Vec::new();
        for transport in Transport::BOTH {
            listeners.push(join(base, transport).await.unwrap());
        }
        Self {
            connection: join(base, Transport::WebSocket).await.unwrap(),
            listeners,
            said: 0,
        }
    }

    async fn say(&mut self, length: usize) {
        self.said += 1;
        let text = format!("{} {}", self.said, "x".repeat(length));
        self.connection.send(message(&text, Some(self.said)));
        let expected = format!("43{}[{{\"id\"", self.said);
        loop {
            let answer = timeout(PATIENCE, self.connection.receive()).await;
            let answer = answer.expect("no answer").expect("cut off");
            if answer.starts_with(&expected) {
                break;
            }
            assert!(answer.contains("\"pair "), "{answer}");
        }
        let expected = message(&text, None);
        for listener in &mut self.listeners {
            // The pair sends, too.
            let heard = async {
                loop {
                    match listener.receive().await {
                        Some(packet) if packet.contains("\"pair ") => {}
                        other => return other,
                    }
                }
            };
            let heard = timeout(PATIENCE, heard).await;
            assert!(
                heard.expect("nothing received").expect("cut off") == expected,
                "message {} is different",
                self.said
            );
        }
    }
}

async fn is_cut_off(program: &Program, transport: Transport, limit: Duration) {
    let settings = [
        ("STALL_SECONDS", "1"),
        ("MAX_WAITING", "100"),
        ("EVENTS_PER_SECOND", "10000"),
    ];
    let production = program.start(&settings).await;
    let mut pair = Pair::join(&production.server.base).await.unwrap();
    let mut speaker = Speaker::join(&production).await;
    let noise = |packet: &str| packet.contains("xxxxxxxx");
    speaker.say(LONG).await;
    let before = resident_memory(production.pid()).unwrap();
    let stalled = stall(&production, transport).await;
    production.wait_for_clients(6, PATIENCE).await.unwrap();

    // More than both systems buffer, and far more than may wait for the client.
    let begin = Instant::now();
    for _ in 0..400 {
        speaker.say(LONG).await;
    }
    pair.talk_over(noise).await.unwrap();
    // 100 messages of 90 kB, and what the allocator keeps of them.
    let more = peak_memory(production.pid())
        .unwrap()
        .saturating_sub(before);
    assert!(more < 30_000_000, "{more} bytes more");
    let log = &production.server.log;
    log.wait_for("client disconnected", limit).await.unwrap();
    let waited = begin.elapsed();
    assert!(waited > Duration::from_millis(900), "{waited:?}");
    speaker.say(LONG).await;
    pair.talk_over(noise).await.unwrap();
    drop(stalled);
}

async fn a_websocket_that_stops_reading_is_cut_off(program: Program) {
    is_cut_off(&program, Transport::WebSocket, Duration::from_secs(10)).await;
}

async fn a_polling_client_that_stops_reading_is_cut_off(program: Program) {
    // Its session ends when a heartbeat is missing.
    is_cut_off(&program, Transport::Polling, 2 * PATIENCE).await;
}

async fn many_clients_that_fetch_nothing_hold_one_copy_of_each_message(program: Program) {
    let settings = [("MAX_WAITING", "50"), ("EVENTS_PER_SECOND", "10000")];
    let production = program.start(&settings).await;
    let mut speaker = Speaker::join(&production).await;
    for _ in 0..100 {
        speaker.say(LONG).await;
    }
    let before = resident_memory(production.pid()).unwrap();
    let address = production.address();
    for _ in 0..50 {
        let mut idle = raw::open(address, Transport::Polling, &[]).await;
        let connect = raw::post(address, &idle.sid, b"40");
        idle.connection.write(connect).await.unwrap();
        assert_eq!(idle.connection.answer().await.unwrap().status, 200);
    }
    for _ in 0..100 {
        speaker.say(LONG).await;
    }
    if program.includes("observe") {
        let failed = production.metric("failed_emits_total").await.unwrap();
        assert!(failed > 40.0, "{failed}: there's room for more");
    } else {
        let log = production.server.log.text();
        let failed = log.contains("the message did not reach everyone");
        assert!(failed, "there's room for more");
    }
    // Each message exists only once in memory, for all of them: 4.5 MB instead of 225.
    let more = peak_memory(production.pid())
        .unwrap()
        .saturating_sub(before);
    println!("{more} bytes more");
    assert!(more < 30_000_000, "{more} bytes more");
}
