//! More connections, sessions and events than the server has room for.

use std::{
    io::Write as _,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread::spawn,
    time::{Duration, Instant},
};

use course::production::{PATIENCE, Pair, Production, join, message};
use futures_util::future::join_all;
use serde_json::Value;
use tokio::{
    process::Command,
    time::{interval, timeout},
};
use wire::{
    connection::{Connection, Transport},
    process::cpu,
};

use crate::{
    Program, attacks,
    raw::{self, Opening, Raw},
};

attacks! {
    broadcast:
        a_client_that_pauses_may_speak_again,
        a_flood_of_unexpected_packets_does_not_disturb_the_others;
    limits:
        a_client_that_sends_too_much_is_warned_and_then_disconnected,
        a_client_that_floods_is_disconnected_at_the_default_limits,
        a_client_that_leaves_and_comes_back_keeps_its_limit,
        a_client_that_floods_with_unknown_events_is_disconnected;
    places:
        a_full_server_refuses_only_newcomers,
        a_full_address_does_not_affect_the_others,
        a_client_that_never_joins_loses_its_place,
        a_request_that_opens_no_session_takes_no_place,
        an_address_can_open_only_so_many_sessions_per_second,
        a_websocket_that_leaves_gives_its_place_back,
        a_websocket_that_leaves_early_gives_its_place_back,
        a_websocket_that_is_cut_gives_its_place_back,
        a_websocket_that_is_cut_early_gives_its_place_back,
        a_websocket_that_leaves_the_namespace_gives_its_place_back,
        a_polling_client_that_leaves_gives_its_place_back,
        a_polling_client_that_leaves_early_gives_its_place_back,
        a_polling_client_that_is_cut_gives_its_place_back,
        a_polling_client_that_is_cut_early_gives_its_place_back,
        a_polling_client_that_leaves_the_namespace_gives_its_place_back;
    backpressure:
        a_flood_does_not_keep_the_others_waiting,
        silent_connections_make_room_for_others;
}

/// A client that takes a place has this long to use it.
const SHORT: (&str, &str) = ("REQUEST_SECONDS", "1");

/// How many descriptors the process may have in the first trial.
const DESCRIPTORS: usize = 100;

async fn silent_connections_make_room_for_others(program: Program) {
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -n $0 && exec $1"]);
    let path = program.path();
    shell.arg(DESCRIPTORS.to_string()).arg(&path);
    let production = Production::start_command(shell, &path, &[SHORT]).await;
    let production = production.unwrap();
    let mut pair = Pair::join(&production.server.base).await.unwrap();
    // The server accepts as many as it has descriptors for. The others wait in the system's queue, which has room for 128.
    let flood = (0..2 * DESCRIPTORS).map(|_| Raw::connect(production.address()));
    let mut flood = join_all(flood).await;
    // The second of the pair needs no new connection, since it already has two.
    pair.talk().await.unwrap();
    for connection in &mut flood {
        connection.is_ended().await;
    }
    pair.talk().await.unwrap();
    for transport in Transport::BOTH {
        join(&production.server.base, transport).await.unwrap();
    }
}

/// Opens sessions until there's no place left, and returns them and the status of the refusal.
async fn fill(production: &Production, transport: Transport) -> (Vec<Opening>, u16) {
    let mut held = Vec::new();
    loop {
        let opening = raw::open(production.address(), transport, &[]).await;
        if opening.sid.is_empty() {
            return (held, opening.answer.status);
        }
        held.push(opening);
        assert!(held.len() < 100, "there's no limit");
    }
}

/// Waits until this many sessions find a place, and fails if more do.
async fn are_free(production: &Production, places: usize, transport: Transport) {
    let waiting = async {
        loop {
            let (held, _) = fill(production, transport).await;
            let free = held.len();
            assert!(free <= places, "{free} places of {places}");
            for opening in held {
                say_goodbye(production, opening, transport).await;
            }
            if free == places {
                return;
            }
            // By then, all those that were opened to be counted have left. Counted sooner, they would be mistaken
            // for others, again and again.
            tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        }
    };
    let waited = timeout(2 * PATIENCE, waiting).await;
    assert!(waited.is_ok(), "{transport}: places are lost");
}

/// Sends a packet over the session's transport.
async fn send(production: &Production, opening: &mut Opening, transport: Transport, packet: &[u8]) {
    let sent = match transport {
        Transport::WebSocket => raw::frame(true, raw::TEXT, packet),
        Transport::Polling => raw::post(production.address(), &opening.sid, packet),
    };
    opening.connection.write(sent).await.unwrap();
    if transport == Transport::Polling {
        assert_eq!(opening.connection.answer().await.unwrap().status, 200);
    }
}

async fn say_goodbye(production: &Production, mut opening: Opening, transport: Transport) {
    send(production, &mut opening, transport, b"1").await;
    if transport == Transport::WebSocket {
        opening.connection.is_ended().await;
    }
}

async fn a_full_server_refuses_only_newcomers(program: Program) {
    for transport in Transport::BOTH {
        let production = program.start(&[("MAX_CLIENTS", "10"), SHORT]).await;
        let mut pair = Pair::join(&production.server.base).await.unwrap();
        let (held, status) = fill(&production, transport).await;
        assert_eq!((held.len(), status), (8, 503), "{transport}");
        pair.talk().await.unwrap();
        drop(held);
    }
}

async fn a_full_address_does_not_affect_the_others(program: Program) {
    let settings = [
        ("MAX_CLIENTS_PER_ADDRESS", "10"),
        // Otherwise, they would also arrive too often.
        ("SESSIONS_PER_SECOND", "1000000"),
        ("TRUSTED_PROXIES", "1"),
    ];
    for transport in Transport::BOTH {
        let production = program.start(&settings).await;
        // The pair has no forwarded address, the flood has one, and the others have other ones.
        let mut pair = Pair::join(&production.server.base).await.unwrap();
        let mut held = Vec::new();
        for number in 0..12 {
            let from = [("X-Forwarded-For", "203.0.113.1")];
            let opening = raw::open(production.address(), transport, &from).await;
            let refused = opening.answer.status == 429;
            assert_eq!(refused, number >= 10, "{number}: {:?}", opening.answer);
            held.push(opening);
        }
        let other = [("X-Forwarded-For", "203.0.113.2")];
        let other = raw::open(production.address(), transport, &other).await;
        assert!(!other.sid.is_empty());
        pair.talk().await.unwrap();
    }
}

/// How a client leaves after opening its session.
#[derive(Clone, Copy)]
enum End {
    /// Leaves without joining a namespace.
    Early,
    /// Joins the namespace, then leaves.
    Polite,
    /// Joins the namespace, then its connection is cut.
    Cut,
    /// Doesn't join a namespace, and its connection is cut.
    CutEarly,
    /// Leaves the namespace, then its connection is cut.
    Half,
}

/// Opens more sessions than there are places, ends them in this way, and checks that all places are free again.
async fn comes_back(program: &Program, transport: Transport, end: End) {
    let production = program.start(&[("MAX_CLIENTS", "6"), SHORT]).await;
    let mut pair = Pair::join(&production.server.base).await.unwrap();
    let address = production.address();
    let mut opened = 0;
    let mut packets: Vec<&[u8]> = Vec::new();
    if !matches!(end, End::Early | End::CutEarly) {
        packets.push(b"40");
    }
    match end {
        End::Half => packets.push(b"41"),
        End::Early | End::Polite => packets.push(b"1"),
        End::Cut | End::CutEarly => {}
    }
    for _ in 0..8 {
        let mut opening = raw::open(address, transport, &[]).await;
        if opening.sid.is_empty() {
            assert_eq!(opening.answer.status, 503);
            continue;
        }
        opened += 1;
        for packet in &packets {
            send(&production, &mut opening, transport, packet).await;
        }
        drop(opening);
    }
    assert!(opened >= 4, "{opened}");
    are_free(&production, 4, transport).await;
    pair.talk().await.unwrap();
    if program.includes("observe") {
        production.wait_for_clients(2, PATIENCE).await.unwrap();
    }
}

macro_rules! ends {
    ($($name:ident: $transport:ident $end:ident;)*) => {
        $(async fn $name(program: Program) {
            comes_back(&program, Transport::$transport, End::$end).await;
        })*
    };
}

ends! {
    a_websocket_that_leaves_gives_its_place_back: WebSocket Polite;
    a_websocket_that_leaves_early_gives_its_place_back: WebSocket Early;
    a_websocket_that_is_cut_gives_its_place_back: WebSocket Cut;
    a_websocket_that_is_cut_early_gives_its_place_back: WebSocket CutEarly;
    a_websocket_that_leaves_the_namespace_gives_its_place_back: WebSocket Half;
    a_polling_client_that_leaves_gives_its_place_back: Polling Polite;
    a_polling_client_that_leaves_early_gives_its_place_back: Polling Early;
    a_polling_client_that_is_cut_gives_its_place_back: Polling Cut;
    a_polling_client_that_is_cut_early_gives_its_place_back: Polling CutEarly;
    a_polling_client_that_leaves_the_namespace_gives_its_place_back: Polling Half;
}

async fn a_client_that_never_joins_loses_its_place(program: Program) {
    let production = program.start(&[("MAX_CLIENTS", "4"), SHORT]).await;
    let mut pair = Pair::join(&production.server.base).await.unwrap();
    // They answer every heartbeat, and send nothing else.
    let mut idle = Vec::new();
    for transport in Transport::BOTH {
        let connection = Connection::open(&production.server.base, transport).await;
        idle.push(connection.unwrap());
    }
    for connection in &mut idle {
        let end = async { while connection.receive().await.is_some() {} };
        // Sooner than the 45 seconds that socketioxide allows by default.
        let ended = timeout(PATIENCE, end).await;
        assert!(ended.is_ok(), "the client still has its place");
    }
    are_free(&production, 2, Transport::WebSocket).await;
    pair.talk().await.unwrap();
}

async fn a_request_that_opens_no_session_takes_no_place(program: Program) {
    let production = program.start(&[("MAX_CLIENTS", "4"), SHORT]).await;
    let mut pair = Pair::join(&production.server.base).await.unwrap();
    let address = production.address();
    for _ in 0..5 {
        for request in [
            "GET /socket.io/ HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /socket.io/?EIO=4 HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /socket.io/?EIO=3&transport=polling HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /socket.io/?EIO=4&transport=nada HTTP/1.1\r\nHost: x\r\n\r\n",
            "POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n40",
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n\r\n",
            // A WebSocket, according to its query and its key, but without `Upgrade`.
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n",
        ] {
            let mut connection = Raw::connect(address).await;
            connection.write(request).await.unwrap();
            connection.answer().await;
        }
    }
    are_free(&production, 2, Transport::Polling).await;
    pair.talk().await.unwrap();
}

/// How many events the trials' clients may send at once.
const AT_ONCE: u64 = 20;

/// Returns everything that an offender receives until it's cut off, or until it has this many `answers`.
async fn hears(client: &mut Connection, answers: u64) -> Vec<String> {
    let mut heard = Vec::new();
    let mut answered = 0;
    while answered < answers {
        match timeout(PATIENCE, client.receive())
            .await
            .expect("no answer")
        {
            Some(packet) => {
                answered += u64::from(packet.starts_with("43"));
                heard.push(packet);
            }
            None => break,
        }
    }
    heard
}

fn beginning_with<'a>(packets: &'a [String], start: &str) -> Vec<&'a str> {
    let packets = packets.iter().map(String::as_str);
    packets.filter(|packet| packet.starts_with(start)).collect()
}

async fn with_few_events(program: &Program, per_second: &str) -> Production {
    let at_once = AT_ONCE.to_string();
    program
        .start(&[
            ("EVENTS_PER_SECOND", per_second),
            ("EVENTS_AT_ONCE", &at_once),
        ])
        .await
}

async fn a_client_that_sends_too_much_is_warned_and_then_disconnected(program: Program) {
    for transport in Transport::BOTH {
        let production = with_few_events(&program, "1").await;
        let base = &production.server.base;
        let mut pair = Pair::join(base).await.unwrap();
        let mut listener = join(base, Transport::WebSocket).await.unwrap();
        let noise = |packet: &str| packet.contains(r#""mensaje":"demasiado""#);
        let mut offender = join(base, transport).await.unwrap();
        for number in 0..AT_ONCE + 5 {
            offender.send(message("demasiado", Some(number)));
        }
        let heard = hears(&mut offender, AT_ONCE + 5).await;
        let answers = beginning_with(&heard, "43");
        let refused = answers
            .iter()
            .filter(|answer| answer.contains(r#"{"error":"too many"#));
        let refused = u64::try_from(refused.count()).unwrap();
        // Joining counted as an event. Time passes, and one more per second is allowed.
        assert!((1..=6).contains(&refused), "{answers:?}");
        assert_eq!(
            beginning_with(&heard, r#"42["demasiados-eventos""#).len(),
            1
        );
        pair.talk_over(noise).await.unwrap();

        // It continues, and asks for no answer.
        for _ in 0..4 * AT_ONCE {
            offender.send(message("demasiado", None));
        }
        has_to_leave(&mut offender).await;
        pair.talk_over(noise).await.unwrap();
        // When it reconnects, its limit is the same.
        offender.send("40".to_owned());
        for _ in 0..AT_ONCE {
            offender.send(message("demasiado", None));
        }
        has_to_leave(&mut offender).await;
        pair.talk_over(noise).await.unwrap();
        // The others have received as much as it may send at once, and one more for each second.
        listener.send(message("hasta aquí", Some(0)));
        let heard = hears(&mut listener, 1).await;
        let heard = heard.iter().filter(|packet| noise(packet)).count();
        let expected = AT_ONCE - 1..2 * AT_ONCE;
        assert!(expected.contains(&(heard as u64)), "{heard}");
    }
}

async fn a_client_that_floods_is_disconnected_at_the_default_limits(program: Program) {
    for transport in Transport::BOTH {
        let production = program.start(&[]).await;
        let base = &production.server.base;
        let mut pair = Pair::join(base).await.unwrap();
        let mut offender = join(base, transport).await.unwrap();
        for _ in 0..10_000 {
            offender.send(message("demasiado", None));
        }
        let mut told = 0;
        let leaving = async {
            while let Some(packet) = offender.receive().await {
                told += u32::from(packet.starts_with(r#"42["demasiados-eventos""#));
                if packet == "41" {
                    break;
                }
            }
        };
        timeout(PATIENCE, leaving).await.unwrap();
        assert_eq!(told, 1, "{transport}");
        let noise = |packet: &str| packet.contains(r#""mensaje":"demasiado""#);
        pair.talk_over(noise).await.unwrap();
        let log = production.server.log.text();
        assert!(log.matches("too many events").count() < 10, "{log}");
    }
}

async fn a_client_that_floods_with_unknown_events_is_disconnected(program: Program) {
    for transport in Transport::BOTH {
        let production = program.start(&[]).await;
        let base = &production.server.base;
        let mut pair = Pair::join(base).await.unwrap();
        let mut offender = join(base, transport).await.unwrap();
        for _ in 0..10_000 {
            offender.send(r#"42["nobody-listens",{}]"#.to_owned());
        }
        // As long as it may stay, this gets an answer.
        offender.send(message("todavía", Some(0)));
        let leaving = async {
            loop {
                match offender.receive().await.as_deref() {
                    // A client that continues after it was told to leave is cut off.
                    None | Some("41") => return,
                    Some(packet) => assert!(!packet.starts_with("430["), "the client may stay"),
                }
            }
        };
        timeout(PATIENCE, leaving).await.unwrap();
        pair.talk().await.unwrap();
    }
}

async fn a_client_that_leaves_and_comes_back_keeps_its_limit(program: Program) {
    let production = with_few_events(&program, "1").await;
    let client = join(&production.server.base, Transport::WebSocket).await;
    let mut client = client.unwrap();
    let mut heard = Vec::new();
    let coming_back = async {
        for _ in 0..5 * AT_ONCE {
            client.send("41".to_owned());
            client.send("40".to_owned());
            // A client that leaves a namespace twice is cut off.
            loop {
                heard.push(client.receive().await?);
                if heard.last()?.starts_with("40{") {
                    break;
                }
            }
        }
        Some(())
    };
    timeout(PATIENCE, coming_back).await.unwrap();
    assert!(!beginning_with(&heard, r#"42["demasiados-eventos""#).is_empty());
    let log = production.server.log.text();
    let joined = u64::try_from(log.matches("client connected").count()).unwrap();
    assert!(joined < 2 * AT_ONCE, "{log}");
}

async fn an_address_can_open_only_so_many_sessions_per_second(program: Program) {
    let settings = [
        ("MAX_CLIENTS_PER_ADDRESS", "5"),
        ("SESSIONS_PER_SECOND", "1"),
        ("TRUSTED_PROXIES", "1"),
    ];
    for transport in Transport::BOTH {
        let production = program.start(&settings).await;
        let address = production.address();
        let from = |address| [("X-Forwarded-For", address)];
        let (mut opened, mut refused) = (0, 0);
        let begin = Instant::now();
        while refused < 15 {
            let mut opening = raw::open(address, transport, &from("203.0.113.1")).await;
            if opening.sid.is_empty() {
                assert_eq!(opening.answer.status, 429);
                // Otherwise, the place of a client that has left isn't free yet.
                refused += u8::from(opening.answer.body.contains("too many new sessions"));
                continue;
            }
            opened += 1;
            // Time passes, and one more per second is allowed.
            assert!(opened <= 6 + begin.elapsed().as_secs(), "{opened}");
            // A client that never joined keeps its place for a while.
            send(&production, &mut opening, transport, b"40").await;
            say_goodbye(&production, opening, transport).await;
        }
        assert!(opened >= 5, "{opened}");
        let other = raw::open(address, transport, &from("203.0.113.2")).await;
        assert!(!other.sid.is_empty());
    }
}

/// Waits until the client leaves the namespace, or is cut off.
async fn has_to_leave(client: &mut Connection) {
    let end = async {
        while let Some(packet) = client.receive().await {
            if packet == "41" {
                return;
            }
        }
    };
    let ended = timeout(PATIENCE, end).await;
    assert!(ended.is_ok(), "the client may stay");
}

async fn a_client_that_pauses_may_speak_again(program: Program) {
    for transport in Transport::BOTH {
        let production = with_few_events(&program, "1000").await;
        let mut client = join(&production.server.base, transport).await.unwrap();
        for number in 0..10 * AT_ONCE {
            client.send(message("uno a uno", Some(number)));
            let heard = hears(&mut client, 1).await;
            let answer = heard.last().unwrap();
            let fields: Value = serde_json::from_str(&answer[answer.find('[').unwrap()..]).unwrap();
            if fields[0]["error"].is_string() {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
        client.send(message("todavía", Some(0)));
        assert_eq!(beginning_with(&hears(&mut client, 1).await, "43").len(), 1);
    }
}

async fn a_flood_of_unexpected_packets_does_not_disturb_the_others(program: Program) {
    let production = program.start(&[]).await;
    let base = &production.server.base;
    let mut pair = Pair::join(base).await.unwrap();
    for transport in Transport::BOTH {
        let offender = join(base, transport).await.unwrap();
        for number in 0..5000 {
            offender.send(match number % 4 {
                0 => r#"42["nobody-listens",{}]"#.to_owned(),
                1 => "40/nada,".to_owned(),
                2 => format!("43{number}[1]"),
                _ => "40".to_owned(),
            });
        }
        for _ in 0..20 {
            pair.talk().await.unwrap();
        }
        offender.close().await;
    }
    production.wait_for_clients(2, PATIENCE).await.unwrap();
    pair.talk().await.unwrap();
}

/// How many connections flood the server continuously.
const FLOODING: usize = 50;

/// How many bytes they send before the others talk, so that the server is busy by then.
const IN_FULL_SWING: usize = 20_000_000;

/// How many seconds of processor time the server may spend while two others talk. On a busy machine, a clock would measure
/// the machine instead.
const MEANWHILE: f64 = 4.0;

/// Acknowledgements that nobody asked for reach no handler, so no limit counts them.
async fn a_flood_does_not_keep_the_others_waiting(program: Program) {
    let production = program.start(&[]).await;
    let mut pair = Pair::join(&production.server.base).await.unwrap();
    let mut writers = Vec::new();
    for _ in 0..FLOODING {
        let session = raw::open(production.address(), Transport::WebSocket, &[]).await;
        let mut connection = session.connection;
        let connect = raw::frame(true, raw::TEXT, b"40");
        connection.write(connect).await.unwrap();
        while !connection.text().await.unwrap().starts_with("40{") {}
        writers.push(connection.into_std());
    }
    let taken = Arc::new(AtomicUsize::new(0));
    for mut writer in writers {
        let taken = Arc::clone(&taken);
        let acks = raw::frame(true, raw::TEXT, b"437[1]").repeat(1000);
        // It stops with the server.
        spawn(move || {
            while writer.write_all(&acks).is_ok() {
                taken.fetch_add(acks.len(), Relaxed);
            }
        });
    }
    let mut ticks = interval(Duration::from_millis(20));
    let beginning = async {
        while taken.load(Relaxed) < IN_FULL_SWING {
            ticks.tick().await;
        }
    };
    timeout(PATIENCE, beginning).await.unwrap();
    let spent = || cpu(production.pid()).unwrap().iter().sum::<f64>();
    let before = spent();
    let too_long = async {
        while spent() - before < MEANWHILE {
            ticks.tick().await;
        }
    };
    tokio::select! {
        talked = pair.talk() => talked.unwrap(),
        () = too_long => panic!("the others wait: {MEANWHILE} s of the processor went to the flood"),
    }
}
