//! Answers that the libraries send by themselves, to clients that don't read them.

use std::time::{Duration, Instant};

use course::production::{Pair, Production};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use wire::{
    connection::{Http, Transport},
    process::{peak_memory, resident_memory},
};

use crate::{
    Program, attacks,
    raw::{self, PING, Raw, TEXT},
};

attacks! {
    limits:
        refusals_that_nobody_fetches_take_no_memory;
    backpressure:
        pongs_that_nobody_reads_take_no_memory,
        pongs_that_are_read_slowly_take_no_memory,
        refusals_that_nobody_reads_take_no_memory;
}

/// How many clients flood.
const CLIENTS: usize = 10;

/// How many bytes each of them sends between two conversations of others.
const AT_ONCE: usize = 8000;

/// If all of them together could send less than this, the server has stopped reading.
const TRICKLE: usize = CLIENTS * AT_ONCE / 10;

/// How often the others talk before that's certain.
const TALKS: usize = 20;

/// How much more memory a flood may take, in bytes.
const MORE: u64 = 20_000_000;

/// How many bytes a slow client reads at once, and how long it waits before it reads again.
const SLOW: usize = 400;
const PAUSE: Duration = Duration::from_millis(100);

/// How many bytes it reads in all.
const READ: usize = 30 * SLOW;

/// A system keeps little for a client with such a small buffer.
const ROOM: u32 = 4096;

/// A packet that asks for a namespace with a long name. The refusal repeats the name.
fn long_connect() -> String {
    format!("40/{},", "x".repeat(99_000))
}

fn takes_no_memory(production: &Production, before: u64) {
    let peak = peak_memory(production.pid()).unwrap();
    let more = peak.saturating_sub(before);
    assert!(more < MORE, "{more} bytes more");
}

/// Joins the default namespace over WebSocket.
async fn join(address: &str) -> Raw {
    let connection = Raw::connect_with_room(address, Some(ROOM)).await;
    let mut opening = raw::open_on(connection, address, Transport::WebSocket, &[]).await;
    let connect = raw::frame(true, TEXT, b"40");
    opening.connection.write(connect).await.unwrap();
    while !opening.connection.text().await.unwrap().starts_with("40{") {}
    // Its first heartbeat is answered.
    let pong = raw::frame(true, TEXT, b"3");
    opening.connection.write(pong).await.unwrap();
    opening.connection
}

/// A client that sends the same bytes again and again.
struct Flooder<'a> {
    reader: OwnedReadHalf,
    writer: OwnedWriteHalf,
    bytes: &'a [u8],
    /// How much of them has been sent.
    from: usize,
    last_read: Instant,
    read: usize,
}

impl Flooder<'_> {
    /// Sends a little, and returns how much the system has accepted.
    fn send(&mut self) -> usize {
        let mut sent = 0;
        while sent < AT_ONCE {
            let rest = &self.bytes[self.from..];
            // The system accepts no more, or the server has cut off the client.
            let Ok(taken) = self.writer.try_write(&rest[..rest.len().min(AT_ONCE)]) else {
                break;
            };
            sent += taken;
            self.from = (self.from + taken) % self.bytes.len();
        }
        sent
    }

    fn read_slowly(&mut self) {
        if self.last_read.elapsed() > PAUSE {
            self.last_read = Instant::now();
            // There's always something to read.
            self.read += self.reader.try_read(&mut [0; SLOW]).unwrap_or(0);
        }
    }
}

/// Lets clients flood the server while others talk, until it accepts no more. Fails as soon as it needs too much memory.
async fn takes_little(program: &Program, bytes: &[u8], reads: bool) {
    // On a busy machine, this may take longer than a client is allowed to read nothing.
    let production = program.start(&[("STALL_SECONDS", "600")]).await;
    let mut pair = Pair::join(&production.server.base).await.unwrap();
    let before = resident_memory(production.pid()).unwrap();
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let (reader, writer) = join(production.address()).await.split();
        clients.push(Flooder {
            reader,
            writer,
            bytes,
            from: 0,
            last_read: Instant::now(),
            read: 0,
        });
    }
    let mut blocked = 0;
    while blocked < TALKS {
        let sent: usize = clients.iter_mut().map(Flooder::send).sum();
        // Meanwhile, the server has many chances to read.
        pair.talk().await.unwrap();
        takes_no_memory(&production, before);
        blocked = if sent < TRICKLE { blocked + 1 } else { 0 };
        if reads {
            clients.iter_mut().for_each(Flooder::read_slowly);
            if clients.iter().any(|client| client.read < READ) {
                blocked = 0;
            }
        }
    }
}

/// A ping of the maximum length. Each is sent on its own: many at once wake the server only once.
fn ping() -> Vec<u8> {
    raw::frame(true, PING, &[b'x'; 125])
}

async fn pongs_that_nobody_reads_take_no_memory(program: Program) {
    takes_little(&program, &ping(), false).await;
}

async fn pongs_that_are_read_slowly_take_no_memory(program: Program) {
    takes_little(&program, &ping(), true).await;
}

async fn refusals_that_nobody_reads_take_no_memory(program: Program) {
    let connect = raw::frame(true, TEXT, long_connect().as_bytes());
    takes_little(&program, &connect, false).await;
}

async fn refusals_that_nobody_fetches_take_no_memory(program: Program) {
    let production = program.start(&[]).await;
    let mut pair = Pair::join(&production.server.base).await.unwrap();
    let opening = raw::open(production.address(), Transport::Polling, &[]).await;
    let before = resident_memory(production.pid()).unwrap();
    let http = Http::new(&production.server.base).unwrap();
    let path = format!("/socket.io/?EIO=4&transport=polling&sid={}", opening.sid);
    let first = http.post(&path, long_connect()).await.unwrap();
    for _ in 0..250 {
        http.post(&path, long_connect()).await.unwrap();
    }
    takes_no_memory(&production, before);
    assert_eq!(first.status, 400, "{}", first.body);
    // The session has ended.
    assert_eq!(http.get(&path, None).await.unwrap().status, 400);
    pair.talk().await.unwrap();
}
