//! Whatever a client sends: the process survives, nobody else notices, and nothing remains of the client.

use std::{
    cell::{Cell, RefCell},
    env,
    panic::resume_unwind,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use course::production::{PATIENCE, Pair, Production, message};
use proptest::{
    collection::vec,
    prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof},
    test_runner::{Config, TestCaseError, TestError, TestRunner},
};
use serde_json::{Value, json};
use tokio::{runtime::Builder, task::spawn_blocking, time::sleep};
use wire::{
    connection::Transport,
    process::{descriptors, resident_memory},
};

use crate::{
    Program, attacks,
    raw::{self, BINARY, Raw, TEXT},
};

attacks! {
    broadcast:
        nothing_that_a_client_sends_over_polling_disturbs_another,
        nothing_that_a_client_sends_over_websocket_disturbs_another;
}

/// The number of cases on each transport, unless `CASES` sets the number for both. That's too few to tell a leak from the
/// memory that the process keeps for later, so the memory is only compared with more cases.
const CASES: u32 = 1000;

/// After how many cases a line shows the progress.
const TOLD: u32 = 5000;

/// How many sessions the server has places for. None of the places may be lost.
fn places() -> usize {
    // A client that's cut off keeps its place until a heartbeat is missing.
    if cases() > CASES { 10_000 } else { 2000 }
}

/// The server notices a missing client after a heartbeat's interval plus its time limit. Source: the handshake of lesson 07.
const MISSED: Duration = Duration::from_secs(46);

/// A part of what a client sends.
#[derive(Clone, Debug)]
enum Part {
    /// An Engine.IO packet: a separate frame, or a part of a body.
    Packet(String),
    /// A binary attachment.
    Attachment(Vec<u8>),
    /// A frame of any kind, or a body with any bytes.
    Frame {
        last: bool,
        kind: u8,
        bytes: Vec<u8>,
    },
    /// Bytes that aren't a frame, or the beginning of a body that ends too early.
    Bytes(Vec<u8>),
}

#[derive(Clone, Copy, Debug)]
enum End {
    /// The connection is cut, perhaps with unread data.
    Cut,
    /// The client stops sending, and reads until the server has nothing more to send.
    Closed,
    /// The session is closed as the protocol says.
    Goodbye,
}

/// The behaviour of one client.
#[derive(Clone, Debug)]
struct Case {
    /// Whether it opens a session first; otherwise, everything is sent instead of a request.
    opens: bool,
    /// Whether it joins the default namespace.
    joins: bool,
    /// Batches: parts that are sent together.
    batches: Vec<Vec<Part>>,
    /// Whether it sends without waiting. Over WebSocket, everything is sent together with the request to join. Over
    /// long-polling, where each batch is a request of its own, the batches are sent half by half, all at once.
    interleaved: bool,
    end: End,
}

fn any_json() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!({ "_placeholder": true, "num": 0 })),
        Just(json!({ "_placeholder": true, "num": -1 })),
        Just(json!({ "mensaje": "hola", "id": "1", "fecha": 1 })),
    ];
    let nested = leaf.prop_recursive(6, 24, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((any::<String>(), inner), 0..6).prop_map(|fields| fields.into_iter().collect()),
        ]
    });
    nested.boxed()
}

/// `/name,`, or nothing for the default namespace.
fn any_namespace() -> BoxedStrategy<String> {
    prop_oneof![
        4 => Just(String::new()),
        1 => any::<String>().prop_map(|name| format!("/{name},")),
        1 => Just("/".to_owned()),
        1 => Just("/,".to_owned()),
    ]
    .boxed()
}

/// An acknowledgement's number, or nothing.
fn any_ack() -> BoxedStrategy<String> {
    prop_oneof![
        2 => Just(String::new()),
        2 => any::<u8>().prop_map(|ack| ack.to_string()),
        1 => any::<i128>().prop_map(|ack| ack.to_string()),
    ]
    .boxed()
}

fn any_event() -> BoxedStrategy<String> {
    let name = prop_oneof![
        3 => Just(Value::from("enviar-mensaje")),
        1 => any::<String>().prop_map(Value::from),
        1 => any_json(),
    ];
    let arguments = (name, vec(any_json(), 0..4)).prop_map(|(name, mut arguments)| {
        arguments.insert(0, name);
        Value::from(arguments).to_string()
    });
    arguments.boxed()
}

fn any_packet() -> BoxedStrategy<String> {
    let event = (any_namespace(), any_ack(), any_event());
    let event = event.prop_map(|(namespace, ack, event)| format!("42{namespace}{ack}{event}"));
    let fits = (any::<String>(), any::<Option<u64>>());
    let fits = fits.prop_map(|(text, ack)| message(&text, ack));
    let other = ("4[0-9]", any_namespace(), any_ack(), any_json());
    let other =
        other.prop_map(|(kind, namespace, ack, json)| format!("{kind}{namespace}{ack}{json}"));
    let connect = ("4[01]", any_namespace()).prop_map(|(kind, namespace)| kind + &namespace);
    prop_oneof![
        4 => event,
        3 => fits,
        3 => other,
        2 => connect,
        1 => "[0-9](probe)?",
        1 => "[0-9]{0,3}.*",
        1 => any::<String>(),
    ]
    .boxed()
}

/// An event that announces attachments, followed by as many, fewer or more of them.
fn any_binary_event() -> BoxedStrategy<Vec<Part>> {
    let announced = prop_oneof![3 => 0..4_u64, 1 => any::<u64>()];
    let attachments = vec(vec(any::<u8>(), 0..40), 0..4);
    let event = (
        announced,
        any_namespace(),
        any_ack(),
        any_event(),
        attachments,
    );
    let parts = event.prop_map(|(announced, namespace, ack, event, attachments)| {
        let packet = format!("45{announced}-{namespace}{ack}{event}");
        let attachments = attachments.into_iter().map(Part::Attachment);
        [Part::Packet(packet)]
            .into_iter()
            .chain(attachments)
            .collect()
    });
    parts.boxed()
}

fn any_batch() -> BoxedStrategy<Vec<Part>> {
    let frame = (any::<bool>(), 0..16_u8, vec(any::<u8>(), 0..300));
    let frame = frame.prop_map(|(last, kind, bytes)| vec![Part::Frame { last, kind, bytes }]);
    let text = (any::<bool>(), any_packet());
    let text = text.prop_map(|(last, packet)| {
        let (kind, bytes) = (TEXT, packet.into_bytes());
        vec![Part::Frame { last, kind, bytes }]
    });
    prop_oneof![
        6 => vec(any_packet().prop_map(Part::Packet), 1..5),
        2 => any_binary_event(),
        1 => vec(any::<u8>(), 0..40).prop_map(|bytes| vec![Part::Attachment(bytes)]),
        1 => frame,
        1 => text,
        1 => vec(any::<u8>(), 0..300).prop_map(|bytes| vec![Part::Bytes(bytes)]),
        1 => any_packet().prop_map(|packet| vec![Part::Bytes(packet.into_bytes())]),
    ]
    .boxed()
}

fn any_case() -> BoxedStrategy<Case> {
    let end = prop_oneof![
        1 => Just(End::Cut),
        3 => Just(End::Closed),
        3 => Just(End::Goodbye),
    ];
    let opens = prop_oneof![15 => Just(true), 1 => Just(false)];
    let joins = prop_oneof![4 => Just(true), 1 => Just(false)];
    let case = (opens, joins, vec(any_batch(), 0..5), any::<bool>(), end);
    let case = case.prop_map(|(opens, joins, batches, interleaved, end)| Case {
        opens,
        joins,
        batches,
        interleaved,
        end,
    });
    case.boxed()
}

impl Part {
    /// Its bytes on a WebSocket.
    fn frame(&self) -> Vec<u8> {
        match self {
            Self::Packet(packet) => raw::frame(true, TEXT, packet.as_bytes()),
            Self::Attachment(bytes) => raw::frame(true, BINARY, bytes),
            Self::Frame { last, kind, bytes } => raw::frame(*last, *kind, bytes),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }

    /// Its bytes in a body.
    fn body(&self) -> Vec<u8> {
        match self {
            Self::Packet(packet) => packet.clone().into_bytes(),
            Self::Attachment(bytes) => format!("b{}", BASE64_STANDARD.encode(bytes)).into_bytes(),
            Self::Frame { bytes, .. } | Self::Bytes(bytes) => bytes.clone(),
        }
    }

    fn is_cut_short(&self) -> bool {
        matches!(self, Self::Bytes(_))
    }
}

/// A request with these parts in its body, which may announce a longer body than it has.
fn request(address: &str, sid: &str, batch: &[Part]) -> Vec<u8> {
    let bodies: Vec<_> = batch.iter().map(Part::body).collect();
    let body = bodies.join(&b"\x1e"[..]);
    let missing = if batch.iter().any(Part::is_cut_short) {
        7
    } else {
        0
    };
    let length = (body.len() + missing).to_string();
    let mut request = raw::post_head(address, sid, &[("Content-Length", &length)]).into_bytes();
    request.extend(body);
    request
}

/// Sends, although the server may already have closed the connection.
async fn send(connection: &mut Raw, bytes: &[u8]) {
    connection.write(bytes).await.ok();
}

async fn end(mut connection: Raw, end: End) {
    if let End::Closed = end {
        connection.say_no_more().await;
        connection.is_ended().await;
    }
}

impl Case {
    async fn play(&self, address: &str, transport: Transport) {
        if !self.opens {
            let mut connection = Raw::connect(address).await;
            for part in self.batches.iter().flatten() {
                send(&mut connection, &part.body()).await;
            }
            return end(connection, self.end).await;
        }
        let session = raw::open(address, transport, &[]).await;
        assert!(!session.sid.is_empty(), "{:?}", session.answer);
        match transport {
            Transport::WebSocket => self.play_websocket(session.connection).await,
            Transport::Polling => self.play_polling(address, &session.sid).await,
        }
    }

    async fn play_websocket(&self, mut connection: Raw) {
        let mut bytes = Vec::new();
        if self.joins {
            bytes.extend(raw::frame(true, TEXT, b"40"));
        }
        if self.joins && !self.interleaved {
            send(&mut connection, &bytes).await;
            bytes.clear();
            // Its events have handlers only from now on.
            while !connection.text().await.unwrap().starts_with("40{") {}
        }
        for part in self.batches.iter().flatten() {
            bytes.extend(part.frame());
        }
        if let End::Goodbye = self.end {
            bytes.extend(raw::frame(true, TEXT, b"1"));
        }
        send(&mut connection, &bytes).await;
        end(connection, self.end).await;
    }

    async fn play_polling(&self, address: &str, sid: &str) {
        let mut requests = Vec::new();
        if self.joins {
            requests.push(raw::post(address, sid, b"40"));
        }
        for batch in &self.batches {
            requests.push(request(address, sid, batch));
        }
        requests.push(raw::poll(address, sid).into_bytes());
        if self.interleaved {
            requests.push(raw::poll(address, sid).into_bytes());
        }
        let mut connections = Vec::new();
        for request in &requests {
            let mut connection = Raw::connect(address).await;
            let first = if self.interleaved {
                request.len() / 2
            } else {
                request.len()
            };
            send(&mut connection, &request[..first]).await;
            connections.push(connection);
        }
        if self.interleaved {
            for (connection, request) in connections.iter_mut().zip(&requests).rev() {
                send(connection, &request[request.len() / 2..]).await;
            }
        }
        if let End::Goodbye = self.end {
            let mut connection = Raw::connect(address).await;
            send(&mut connection, &raw::post(address, sid, b"1")).await;
            connections.push(connection);
        }
        for connection in connections {
            end(connection, self.end).await;
        }
    }
}

/// Whether others may receive this: a message that fits, from any client.
fn fits(packet: &str) -> bool {
    let Some(Ok(event)) = packet.strip_prefix("42").map(serde_json::from_str::<Value>) else {
        return false;
    };
    let payload = &event[1];
    event[0] == "enviar-mensaje"
        && event.as_array().is_some_and(|event| event.len() == 2)
        && payload["mensaje"].is_string()
        && payload["id"].is_string()
        && payload["fecha"].is_u64()
        && payload
            .as_object()
            .is_some_and(|payload| payload.len() == 3)
}

struct Fixture {
    program: Program,
    production: Production,
    pair: Pair,
}

impl Fixture {
    async fn start(program: Program) -> Self {
        let places = places().to_string();
        let settings = [
            ("MAX_CLIENTS", places.as_str()),
            ("MAX_CLIENTS_PER_ADDRESS", &places),
            ("SESSIONS_PER_SECOND", "1000000"),
            // The pair talks after each case.
            ("EVENTS_PER_SECOND", "1000000"),
            // Clients that are gone but not yet noticed use little memory, so that a leak stands out.
            ("MAX_WAITING", "256"),
            // This is the time for taking all the places at the end.
            ("REQUEST_SECONDS", "30"),
        ];
        let production = program.start(&settings).await;
        let pair = Pair::join(&production.server.base).await.unwrap();
        Self {
            program,
            production,
            pair,
        }
    }

    async fn survives(&mut self, case: &Case, transport: Transport) -> Result<()> {
        case.play(self.production.address(), transport).await;
        self.pair.talk_over(fits).await
    }

    /// Waits until everyone is gone, including the pair, and returns how many bytes the process uses then.
    async fn all_gone(&mut self) -> Result<u64> {
        let last = Instant::now();
        self.pair.leave().await;
        let production = &self.production;
        // Earlier lessons don't log every client that leaves.
        if self.program.includes("observe") {
            production.wait_for_clients(0, 2 * PATIENCE).await?;
        }
        sleep(MISSED.saturating_sub(last.elapsed())).await;
        let open = descriptors(production.pid()).unwrap();
        ensure!(open <= 30, "{open} descriptors are open");
        Ok(resident_memory(production.pid()).unwrap())
    }

    async fn pair_comes_back(&mut self) -> Result<()> {
        self.pair = Pair::join(&self.production.server.base).await?;
        Ok(())
    }

    /// Checks that nothing remains of all those clients, and that the process uses no more memory than at half-time.
    async fn leaves_nothing(mut self, half_time: Option<u64>) -> Result<()> {
        let after = self.all_gone().await?;
        if let Some(before) = half_time {
            println!("memory: {before} bytes at half-time, {after} at the end");
            ensure!(
                after <= before + 20_000_000,
                "{before} bytes became {after}"
            );
        }
        if !self.program.includes("places") {
            return Ok(());
        }
        let places = places();
        let mut held = Vec::new();
        for place in 0..=places {
            let opening = raw::open(self.production.address(), Transport::Polling, &[]).await;
            let is_full = opening.sid.is_empty();
            ensure!(
                is_full == (place == places),
                "only {place} of {places} places are left"
            );
            // The session remains, even without its connection.
            held.push(opening.sid);
        }
        Ok(())
    }
}

fn cases() -> u32 {
    let asked = env::var("CASES")
        .ok()
        .and_then(|cases| cases.parse::<u32>().ok());
    asked.map_or(CASES, |cases| cases / 2)
}

async fn nothing_that_a_client_sends_over_polling_disturbs_another(program: Program) {
    on_a_thread_of_its_own(program, Transport::Polling).await;
}

async fn nothing_that_a_client_sends_over_websocket_disturbs_another(program: Program) {
    on_a_thread_of_its_own(program, Transport::WebSocket).await;
}

/// proptest isn't asynchronous.
async fn on_a_thread_of_its_own(program: Program, transport: Transport) {
    let played = spawn_blocking(move || nothing_disturbs_another(&program, transport)).await;
    if let Err(error) = played {
        resume_unwind(error.into_panic());
    }
}

/// Plays cases on one transport, and finds the smallest of those that do harm.
fn nothing_disturbs_another(program: &Program, transport: Transport) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let fixture = RefCell::new(runtime.block_on(Fixture::start(program.clone())));
    let (played, half_time) = (Cell::new(0_u32), Cell::new(None));
    let mut runner = TestRunner::new(Config {
        cases: cases(),
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&any_case(), |case| {
        let mut fixture = fixture.borrow_mut();
        let survived = runtime.block_on(async {
            fixture.survives(&case, transport).await?;
            played.set(played.get() + 1);
            if played.get().is_multiple_of(TOLD) {
                let memory = resident_memory(fixture.production.pid()).unwrap() / 1_000_000;
                let (played, all) = (played.get(), cases());
                println!("{transport}: {played} of {all} cases, the server uses {memory} MB");
            }
            // By now, the process has all the memory that it keeps for later.
            if cases() > CASES && played.get() == cases() / 2 {
                half_time.set(Some(fixture.all_gone().await?));
                fixture.pair_comes_back().await?;
            }
            Ok(())
        });
        survived.map_err(|error: anyhow::Error| {
            let log = fixture.production.server.log.text();
            let end = log.lines().rev().take(5).collect::<Vec<_>>().join("\n");
            // Tries a smaller case on a fresh server.
            *fixture = runtime.block_on(Fixture::start(program.clone()));
            TestCaseError::fail(format!("{error:#}\n{end}"))
        })
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(words, case)) => panic!("{words}\n{case:#?}"),
        Err(TestError::Abort(words)) => panic!("{words}"),
    }
    let end = fixture.into_inner().leaves_nothing(half_time.get());
    runtime.block_on(end).unwrap();
}
