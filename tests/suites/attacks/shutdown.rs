//! Shutdown, in the middle of everything.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    fs,
    process::{Child, Command, Stdio},
    rc::Rc,
    time::{Duration, Instant},
};

use course::production::{PATIENCE, Production, join, message};
use futures_util::future::join_all;
use serde_json::Value;
use tokio::{
    net::TcpStream,
    task::{LocalSet, spawn_local},
    time::{sleep, timeout},
};
use wire::connection::{Connection, Http, Transport};

use crate::{
    Program, attacks,
    raw::{self, Raw},
};

attacks! {
    deploy:
        requests_in_flight_are_answered,
        ctrl_c_shuts_it_down_cleanly;
    drain:
        every_answered_message_is_delivered,
        every_answered_message_is_delivered_after_a_drain,
        while_draining_it_is_alive_but_not_ready,
        a_client_that_polls_during_a_burst_gets_all_of_it,
        the_server_waits_for_a_client_that_has_messages_to_fetch,
        a_second_signal_makes_it_exit_immediately,
        a_file_that_never_ends_does_not_prevent_the_shutdown;
}

/// How long shutting down may take. Heroku kills the process after 30 seconds, and this should stay far below that.
const LIMIT: Duration = Duration::from_secs(10);

fn signal(production: &Production, name: &str) {
    let pid = production.pid().to_string();
    let sent = Command::new("kill").args([name, &pid]).status().unwrap();
    assert!(sent.success());
}

async fn is_logged(production: &Production, text: &str) {
    let logged = production.server.log.wait_for(text, PATIENCE);
    logged.await.unwrap();
}

/// Waits for the exit code, within the limit.
async fn exit_code(production: &mut Production) -> Option<i32> {
    let ended = timeout(LIMIT, production.server.child.wait()).await;
    let ended = ended.unwrap_or_else(|_| panic!("still running: {}", production.server.log.text()));
    ended.unwrap().code()
}

const CLIENTS: usize = 500;
/// How many of them send, each as soon as it has its answer.
const SPEAKERS: usize = 20;

/// The messages that one client has received, by the numbers of the speaker and the message, and how often it was answered.
#[derive(Default)]
struct Record {
    heard: RefCell<BTreeSet<(usize, u64)>>,
    /// How many of its own messages were answered.
    answered: Cell<u64>,
}

impl Record {
    /// Records a message from another client.
    fn hear(&self, packet: &str) {
        let Some(event) = packet.strip_prefix("42") else {
            return;
        };
        let event: Value = serde_json::from_str(event).unwrap();
        let text = event[1]["mensaje"].as_str().unwrap();
        let (speaker, said) = text.split_once(' ').unwrap();
        let message = (speaker.parse().unwrap(), said.parse().unwrap());
        let fresh = self.heard.borrow_mut().insert(message);
        assert!(fresh, "{text} arrived twice");
    }
}

/// Reads until the server closes the connection. A speaker sends again after each answer.
async fn converse(number: usize, mut connection: Connection, record: Rc<Record>) {
    let speaks = number < SPEAKERS;
    let say = |connection: &Connection, said: u64| {
        connection.send(message(&format!("{number} {said}"), Some(said)));
    };
    if speaks {
        say(&connection, 0);
    }
    while let Some(packet) = connection.receive().await {
        if let Some(answer) = packet.strip_prefix("43") {
            let expected = format!("{}[{{\"id\":", record.answered.get());
            if answer.starts_with(&expected) {
                record.answered.set(record.answered.get() + 1);
                say(&connection, record.answered.get());
            } else {
                // Refused: it would send this to the next server.
                assert!(answer.contains(r#"[{"error":"#), "{packet} isn't an answer");
            }
        } else {
            record.hear(&packet);
        }
    }
}

/// Fetches everything that is waiting over long-polling, until the server closes the session.
async fn catch_up(http: Http, path: String, record: Rc<Record>) {
    while let Ok(answer) = http.get(&path, None).await
        && answer.status == 200
    {
        for packet in answer.body.split('\u{1e}') {
            record.hear(packet);
        }
    }
}

/// The last one is late.
fn transport(number: usize) -> Transport {
    if number == CLIENTS {
        Transport::Polling
    } else {
        Transport::BOTH[number % 2]
    }
}

async fn shuts_down_under_load(program: &Program, settings: &[(&str, &str)]) {
    let mut production = program
        .start(&[settings, &[("MAX_CLIENTS_PER_ADDRESS", "1000")]].concat())
        .await;
    let base = production.server.base.clone();
    let mut conversations = Vec::new();
    let mut records = Vec::new();
    let mut connections = Vec::new();
    for number in 0..CLIENTS {
        connections.push(join(&base, transport(number)).await.unwrap());
    }
    // One more has joined, and fetches nothing until the shutdown begins.
    let late = raw::open(production.address(), Transport::Polling, &[]).await;
    let path = format!("/socket.io/?EIO=4&transport=polling&sid={}", late.sid);
    let http = Http::new(&base).unwrap();
    let joined = http.post(&path, "40\u{1e}3".to_owned()).await.unwrap();
    assert_eq!(joined.status, 200);
    for (number, connection) in connections.into_iter().enumerate() {
        let record = Rc::new(Record::default());
        records.push(Rc::clone(&record));
        conversations.push(spawn_local(converse(number, connection, record)));
    }
    // Everyone has sent a few messages.
    while !records[..SPEAKERS]
        .iter()
        .all(|record| record.answered.get() > 2)
    {
        sleep(Duration::from_millis(10)).await;
    }
    let begin = Instant::now();
    signal(&production, "-TERM");
    is_logged(&production, "shutting down").await;
    let record = Rc::new(Record::default());
    records.push(Rc::clone(&record));
    conversations.push(spawn_local(catch_up(http, path, record)));
    let code = exit_code(&mut production).await;
    assert_eq!(code, Some(0), "{}", production.server.log.text());
    println!("exited after {:?}", begin.elapsed());

    // The next process has the same port, and everyone reconnects.
    let (_, port) = base.rsplit_once(':').unwrap();
    let next = program
        .start(&[("PORT", port), ("MAX_CLIENTS_PER_ADDRESS", "1000")])
        .await;
    for conversation in conversations {
        timeout(PATIENCE, conversation).await.unwrap().unwrap();
    }
    let back = (0..CLIENTS).map(|number| join(&next.server.base, transport(number)));
    let back: Vec<_> = join_all(back)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert_eq!(next.clients().await.unwrap(), CLIENTS);
    drop(back);

    let mut missing = Vec::new();
    let mut answered = 0;
    for (speaker, said) in records[..SPEAKERS].iter().enumerate() {
        answered += said.answered.get();
        for message in 0..said.answered.get() {
            for (number, listener) in records.iter().enumerate() {
                let heard = listener.heard.borrow().contains(&(speaker, message));
                if number != speaker && !heard {
                    missing.push((transport(number), number, speaker, message));
                }
            }
        }
    }
    println!("{answered} messages answered");
    assert!(
        missing.is_empty(),
        "{} deliveries of {answered} answered messages are missing, {} of them over polling: {:?} ...",
        missing.len(),
        missing
            .iter()
            .filter(|miss| miss.0 == Transport::Polling)
            .count(),
        &missing[..missing.len().min(10)]
    );
}

async fn every_answered_message_is_delivered(program: Program) {
    let load = Box::pin(shuts_down_under_load(&program, &[("DRAIN_SECONDS", "0")]));
    LocalSet::new().run_until(load).await;
}

async fn every_answered_message_is_delivered_after_a_drain(program: Program) {
    let drain = &[("DRAIN_SECONDS", "1")];
    let load = Box::pin(shuts_down_under_load(&program, drain));
    LocalSet::new().run_until(load).await;
}

async fn while_draining_it_is_alive_but_not_ready(program: Program) {
    let mut production = program.start(&[("DRAIN_SECONDS", "2")]).await;
    let base = production.server.base.clone();
    let http = Http::new(&base).unwrap();
    let status = async |path| http.get(path, None).await.unwrap().status;
    assert_eq!(
        (status("/healthz").await, status("/readyz").await),
        (200, 200)
    );
    let mut ana = join(&base, Transport::WebSocket).await.unwrap();
    let mut beto = join(&base, Transport::Polling).await.unwrap();
    signal(&production, "-TERM");
    is_logged(&production, "shutting down").await;
    let begin = Instant::now();
    assert_eq!(
        (status("/healthz").await, status("/readyz").await),
        (200, 503)
    );
    // Until the platform notices, everything works as before, even for newcomers.
    let mut carla = join(&base, Transport::WebSocket).await.unwrap();
    ana.send(message("todavía", Some(0)));
    assert!(ana.receive().await.unwrap().starts_with("430[{\"id\""));
    for listener in [&mut beto, &mut carla] {
        assert_eq!(listener.receive().await.unwrap(), message("todavía", None));
    }
    for client in [&mut ana, &mut beto, &mut carla] {
        assert_eq!(client.receive().await, None);
    }
    assert!(begin.elapsed() > Duration::from_millis(1500), "too early");
    assert_eq!(exit_code(&mut production).await, Some(0));
}

async fn a_client_that_polls_during_a_burst_gets_all_of_it(program: Program) {
    // The signal arrives at a different moment each time.
    for round in 0..20 {
        let mut production = program.start(&[]).await;
        let base = production.server.base.clone();
        let mut beto = join(&base, Transport::Polling).await.unwrap();
        let mut ana = join(&base, Transport::WebSocket).await.unwrap();
        let mut crawling = crawl(&production);
        for number in 0..300 {
            ana.send(message("a burst", Some(number)));
        }
        sleep(Duration::from_millis(4 * round)).await;
        signal(&production, "-TERM");
        let answered = async {
            let mut answered = 0;
            while let Some(packet) = ana.receive().await {
                answered += u32::from(packet.starts_with("43") && !packet.contains("error"));
            }
            answered
        };
        let heard = async {
            let mut heard = 0;
            while let Some(packet) = beto.receive().await {
                heard += u32::from(packet.starts_with("42"));
            }
            heard
        };
        let (answered, heard) = tokio::join!(answered, heard);
        assert_eq!(answered, heard, "round {round}");
        assert_eq!(exit_code(&mut production).await, Some(0));
        crawling.wait().unwrap();
    }
}

/// Lets the process run only now and then, like a machine that's busy with other things.
fn crawl(production: &Production) -> Child {
    let pid = production.pid();
    let script =
        format!("while kill -STOP {pid}; do sleep 0.02; kill -CONT {pid}; sleep 0.001; done");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).stderr(Stdio::null());
    shell.spawn().unwrap()
}

async fn the_server_waits_for_a_client_that_has_messages_to_fetch(program: Program) {
    let mut production = program.start(&[]).await;
    let address = production.address().to_owned();
    let http = Http::new(&production.server.base).unwrap();
    // One has a session, waits for what follows the first heartbeat, and hasn't joined.
    let mut outside = raw::open(&address, Transport::Polling, &[]).await;
    let poll = raw::poll(&address, &outside.sid);
    outside.connection.write(&poll).await.unwrap();
    assert_eq!(outside.connection.answer().await.unwrap().body, "2");
    outside.connection.write(&poll).await.unwrap();
    // Beto has joined, and waits a while between two polls.
    let beto = raw::open(&address, Transport::Polling, &[]).await;
    let path = format!("/socket.io/?EIO=4&transport=polling&sid={}", beto.sid);
    http.post(&path, "40".to_owned()).await.unwrap();
    http.get(&path, None).await.unwrap();
    let mut ana = join(&production.server.base, Transport::WebSocket)
        .await
        .unwrap();
    ana.send(message("la última", Some(0)));
    assert!(ana.receive().await.unwrap().starts_with("430[{\"id\""));

    signal(&production, "-TERM");
    is_logged(&production, "shutting down").await;
    // By now, the process would have exited if nobody had anything to fetch.
    let gone = timeout(Duration::from_millis(500), ana.receive()).await;
    assert!(gone.is_err(), "{gone:?}");
    let fetched = http.get(&path, None).await.unwrap();
    assert!(fetched.body.contains("la última"), "{}", fetched.body);
    assert_eq!(exit_code(&mut production).await, Some(0));
}

async fn requests_in_flight_are_answered(program: Program) {
    let folder = tempfile::tempdir().unwrap();
    let large = "x".repeat(20_000_000);
    fs::write(folder.path().join("large.txt"), &large).unwrap();
    let page = folder.path().to_str().unwrap();
    let mut production = program.start(&[("PUBLIC_DIR", page)]).await;
    let address = production.address().to_owned();
    // A file that a client reads slowly.
    let mut download = Raw::connect_with_room(&address, Some(4096)).await;
    let request = format!("GET /large.txt HTTP/1.1\r\nHost: {address}\r\n\r\n");
    download.write(request).await.unwrap();
    let first = download.read(1000).await.unwrap();
    // A request whose body is on its way.
    let session = raw::open(&address, Transport::Polling, &[]).await;
    let mut upload = Raw::connect(&address).await;
    let head = raw::post_head(&address, &session.sid, &[("Content-Length", "3")]);
    upload.write(head + "3").await.unwrap();
    // Both have arrived, since this connection came after them.
    Http::new(&production.server.base)
        .unwrap()
        .get("/healthz", None)
        .await
        .unwrap();

    signal(&production, "-TERM");
    is_logged(&production, "shutting down").await;
    // The system refuses new clients now, so they try the next process.
    let refused = async { while TcpStream::connect(&address).await.is_ok() {} };
    timeout(PATIENCE, refused).await.unwrap();
    // Two heartbeats: nobody joins, so only these requests keep the process running.
    upload.write("\x1e3").await.unwrap();
    assert_eq!(upload.answer().await.unwrap().status, 200);
    let head_end = first.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
    let rest = large.len() - (first.len() - head_end);
    assert_eq!(download.read(rest).await.map(|rest| rest.len()), Some(rest));
    assert_eq!(exit_code(&mut production).await, Some(0));
}

/// A named pipe that nobody writes to stands in for a hung network disk.
async fn a_file_that_never_ends_does_not_prevent_the_shutdown(program: Program) {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.txt");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let page = folder.path().to_str().unwrap();
    let settings = [
        ("PUBLIC_DIR", page),
        ("DRAIN_SECONDS", "0"),
        ("SHUTDOWN_SECONDS", "1"),
    ];
    let mut production = program.start(&settings).await;
    let mut download = Raw::connect(production.address()).await;
    let request = "GET /pipe.txt HTTP/1.1\r\nHost: x\r\n\r\n";
    download.write(request).await.unwrap();
    // It has arrived, since this one came after it.
    let http = Http::new(&production.server.base).unwrap();
    assert_eq!(http.get("/healthz", None).await.unwrap().status, 200);
    signal(&production, "-TERM");
    assert_eq!(exit_code(&mut production).await, Some(0));
}

async fn ctrl_c_shuts_it_down_cleanly(program: Program) {
    let mut production = program.start(&[]).await;
    let mut ana = join(&production.server.base, Transport::WebSocket)
        .await
        .unwrap();
    signal(&production, "-INT");
    assert_eq!(exit_code(&mut production).await, Some(0));
    assert_eq!(ana.receive().await, None);
}

async fn a_second_signal_makes_it_exit_immediately(program: Program) {
    for second in ["-TERM", "-INT"] {
        let mut production = program.start(&[("DRAIN_SECONDS", "600")]).await;
        signal(&production, "-TERM");
        is_logged(&production, "shutting down").await;
        signal(&production, second);
        assert_eq!(exit_code(&mut production).await, Some(1));
        is_logged(&production, "second signal").await;
    }
}
