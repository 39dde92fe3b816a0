//! The contents of the log and the metrics, the secrets that they leave out, and a log that nobody reads.

use std::{
    io::{PipeReader, Read, pipe},
    mem::replace,
    time::Duration,
};

use course::{
    lessons::root,
    production::{PATIENCE, Pair, join, message},
};
use serde_json::Value;
use tokio::{
    process::{Child, Command},
    task::spawn_blocking,
    time::timeout,
};
use wire::{
    connection::{Http, Transport},
    server::Server,
};

use crate::{Program, attacks, raw};

attacks! {
    observe:
        the_log_contains_no_payloads_and_no_secrets,
        refused_namespaces_do_not_fill_the_log,
        the_metrics_say_what_happened,
        the_metrics_are_not_public,
        the_client_count_is_right_however_clients_leave,
        requests_are_logged_with_short_paths_and_ids,
        a_client_that_does_not_read_does_not_fill_the_log,
        it_goes_on_when_its_outputs_are_closed,
        it_goes_on_when_nobody_reads_its_log;
}

/// A text that the log must not contain.
const SECRET: &str = "secreto-de-ana";

async fn the_log_contains_no_payloads_and_no_secrets(program: Program) {
    for format in ["text", "json"] {
        let settings = [
            ("LOG_FORMAT", format),
            ("EVENTS_AT_ONCE", "4"),
            // An environment may contain secrets.
            ("DATABASE_PASSWORD", SECRET),
        ];
        let production = program.start(&settings).await;
        let http = Http::new(&production.server.base).unwrap();
        let bearer = format!("Bearer {SECRET}");
        let cookie = format!("session={SECRET}");
        let headers = [
            ("authorization", bearer.as_str()),
            ("cookie", cookie.as_str()),
            ("user-agent", SECRET),
            ("referer", SECRET),
        ];
        for path in [
            "/",
            "/nada",
            "/healthz",
            "/socket.io/?EIO=4&transport=polling",
        ] {
            let join = if path.contains('?') { '&' } else { '?' };
            let path = format!("{path}{join}token={SECRET}");
            http.request("GET", &path, &headers, "").await.unwrap();
            http.request("POST", &path, &headers, SECRET).await.unwrap();
        }
        for transport in Transport::BOTH {
            raw::open(production.address(), transport, &[("Origin", SECRET)]).await;
            let mut client = join(&production.server.base, transport).await.unwrap();
            client.send(message(SECRET, Some(1)));
            // The error quotes a payload that doesn't fit.
            client.send(format!(r#"422["enviar-mensaje",{{"{SECRET}":1}}]"#));
            client.send(format!(r#"423["enviar-mensaje","{SECRET}"]"#));
            client.send(format!(r#"42["{SECRET}",1]"#));
            client.send(format!(r#"40/{SECRET},{{"token":"{SECRET}"}}"#));
            for number in 4..12 {
                client.send(message(SECRET, Some(number)));
            }
            // Over the limit for long enough, it has to leave.
            let leaving = async { while client.receive().await.unwrap() != "41" {} };
            timeout(PATIENCE, leaving).await.unwrap();
            client.close().await;
        }
        production.wait_for_clients(0, PATIENCE).await.unwrap();
        let log = production.log().await.unwrap();
        assert!(log.contains("the payload does not fit"), "{log}");
        assert!(log.contains("too many events for too long"), "{log}");
        assert!(!log.contains(SECRET), "{log}");
        assert!(!production.metrics().await.unwrap().contains(SECRET));
        if format == "json" {
            // The address isn't a log line: it's for the person who starts the server.
            for line in log.lines().filter(|line| !line.starts_with("http://")) {
                let event: Value = serde_json::from_str(line).unwrap();
                for field in ["timestamp", "level", "fields"] {
                    assert!(event.get(field).is_some(), "{line}");
                }
            }
        }
    }
}

async fn refused_namespaces_do_not_fill_the_log(program: Program) {
    let production = program.start(&[("MAX_WAITING", "10")]).await;
    let address = production.address();
    for transport in Transport::BOTH {
        // It reads nothing, so that soon the server can't answer.
        let mut client = raw::open(address, transport, &[]).await;
        let packets = vec!["40/nada,"; 5000];
        let sent = match transport {
            Transport::WebSocket => packets
                .iter()
                .flat_map(|packet| raw::frame(true, raw::TEXT, packet.as_bytes()))
                .collect(),
            Transport::Polling => raw::post(address, &client.sid, packets.join("\x1e").as_bytes()),
        };
        client.connection.write(sent).await.unwrap();
        client
            .connection
            .write(raw::frame(true, raw::TEXT, b"1"))
            .await
            .ok();
    }
    let mut other = join(&production.server.base, Transport::WebSocket)
        .await
        .unwrap();
    other.send(message("hola", Some(1)));
    while !other.receive().await.unwrap().starts_with("431[") {}
    let log = production.log().await.unwrap();
    assert!(log.lines().count() < 20, "{log}");
}

async fn the_metrics_say_what_happened(program: Program) {
    let settings = [
        ("EVENTS_PER_SECOND", "1"),
        // Joining is one.
        ("EVENTS_AT_ONCE", "4"),
        ("MAX_CLIENTS", "2"),
    ];
    let production = program.start(&settings).await;
    let base = &production.server.base;
    let mut ana = join(base, Transport::WebSocket).await.unwrap();
    let _beto = join(base, Transport::Polling).await.unwrap();
    assert_eq!(production.clients().await.unwrap(), 2);
    join(base, Transport::WebSocket)
        .await
        .map(drop)
        .unwrap_err();
    for number in 0..5 {
        ana.send(message("hola", Some(number)));
    }
    let mut answers = 0;
    while answers < 5 {
        answers += u8::from(ana.receive().await.unwrap().starts_with("43"));
    }
    for (name, expected) in [
        ("refused_requests_total", "1"),
        ("events_total", "5"),
        ("refused_events_total", "2"),
        ("failed_emits_total", "0"),
        ("handling_seconds_count", "3"),
    ] {
        let value = production.metric(name).await.unwrap();
        assert_eq!(value.to_string(), expected, "{name}");
    }
    ana.close().await;
    production.wait_for_clients(1, PATIENCE).await.unwrap();
    assert!(production.metrics().await.unwrap().ends_with("# EOF\n"));
}

async fn the_metrics_are_not_public(program: Program) {
    let production = program.start(&[]).await;
    let http = Http::new(&production.server.base).unwrap();
    assert_eq!(http.get("/metrics", None).await.unwrap().status, 404);
    assert!(production.metrics().await.unwrap().contains("clients"));

    let settings = [("HOST", "127.0.0.1")];
    let without = Server::start(&program.path(), root(), &settings).await;
    let without = without.unwrap();
    let http = Http::new(&without.base).unwrap();
    assert_eq!(http.get("/healthz", None).await.unwrap().status, 200);
    assert!(!without.log.text().contains("metrics"));
}

async fn the_client_count_is_right_however_clients_leave(program: Program) {
    let production = program.start(&[("REQUEST_SECONDS", "1")]).await;
    assert_eq!(production.metric("clients").await.unwrap().to_string(), "0");
    for transport in Transport::BOTH {
        for packets in [
            &["40"][..],
            &["41", "41", "40"],
            &["40", "41", "41"],
            &["41", "40", "41", "41"],
        ] {
            let mut client = raw::open(production.address(), transport, &[]).await;
            for (step, packets) in [&["40"][..], packets, &["1"]].into_iter().enumerate() {
                let sent = match transport {
                    Transport::WebSocket => {
                        let frames = packets.iter();
                        frames
                            .flat_map(|packet| raw::frame(true, raw::TEXT, packet.as_bytes()))
                            .collect()
                    }
                    Transport::Polling => raw::post(
                        production.address(),
                        &client.sid,
                        packets.join("\x1e").as_bytes(),
                    ),
                };
                client.connection.write(sent).await.unwrap();
                if transport == Transport::Polling {
                    // If a client leaves twice, its session may already have ended.
                    client.connection.answer().await.unwrap();
                } else if step == 0 {
                    while !client.connection.text().await.unwrap().starts_with("40{") {}
                }
            }
        }
    }
    production.wait_for_clients(0, PATIENCE).await.unwrap();
}

/// A request may be too long to log all of it.
async fn requests_are_logged_with_short_paths_and_ids(program: Program) {
    let production = program.start(&[]).await;
    let http = Http::new(&production.server.base).unwrap();
    let long_id = "x".repeat(5000);
    // Each part of the path has the maximum length of a file name.
    let path = format!("/{}", "x".repeat(250)).repeat(10);
    for id in [&long_id, "y"] {
        let headers = [("x-request-id", id)];
        let answer = http.request("GET", &path, &headers, "").await.unwrap();
        assert_eq!(answer.status, 404);
    }
    let log = production.log().await.unwrap();
    let logged: Vec<_> = log.lines().filter(|line| line.contains("/xx")).collect();
    assert_eq!(logged.len(), 2, "{log}");
    assert!(logged[1].contains("\"y\""), "{log}");
    let longest = log.lines().map(str::len).max().unwrap();
    assert!(longest < 500, "{longest} bytes in a line");
}

async fn a_client_that_does_not_read_does_not_fill_the_log(program: Program) {
    let production = program.start(&[("MAX_WAITING", "10")]).await;
    let base = &production.server.base;
    let address = production.address();
    let idle = raw::open(address, Transport::Polling, &[]).await;
    let http = Http::new(base).unwrap();
    let path = format!("/socket.io/?EIO=4&transport=polling&sid={}", idle.sid);
    http.post(&path, "40".to_owned()).await.unwrap();
    let mut speaker = join(base, Transport::WebSocket).await.unwrap();
    for number in 0..100 {
        speaker.send(message("hola", Some(number)));
        let answer = timeout(PATIENCE, speaker.receive()).await.unwrap();
        let expected = format!("43{number}[{{\"id\"");
        assert!(answer.unwrap().starts_with(&expected));
    }
    let log = production.log().await.unwrap();
    assert!(log.lines().count() < 20, "{log}");
}

/// A server whose outputs both go to a pipe.
struct Piped {
    process: Child,
    base: String,
    /// The pipe's other end.
    reader: PipeReader,
}

impl Piped {
    async fn start(program: &Program) -> Self {
        let (mut reader, output) = pipe().unwrap();
        let mut command = Command::new(program.path());
        command
            .current_dir(root())
            .env("HOST", "127.0.0.1")
            .env("PORT", "0")
            .env("DRAIN_SECONDS", "0")
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .kill_on_drop(true);
        let process = command.spawn().unwrap();
        // Its own copies would keep the pipe open.
        drop(command);
        let address = spawn_blocking(move || {
            let mut line = Vec::new();
            while !line.ends_with(b"\n") {
                let mut byte = [0];
                reader.read_exact(&mut byte).unwrap();
                line.extend(byte);
            }
            (reader, String::from_utf8(line).unwrap())
        });
        let (reader, line) = timeout(PATIENCE, address).await.unwrap().unwrap();
        Self {
            process,
            base: line.trim().to_owned(),
            reader,
        }
    }

    /// Checks that it still answers events and requests.
    async fn works(&self) {
        let talking = async {
            let mut pair = Pair::join(&self.base).await.unwrap();
            for _ in 0..10 {
                pair.talk().await.unwrap();
            }
            pair.leave().await;
            let http = Http::new(&self.base).unwrap();
            for path in ["/", "/healthz", "/nada"] {
                http.get(path, None).await.unwrap();
            }
        };
        let talked = timeout(Duration::from_secs(10), talking).await;
        talked.expect("it no longer answers");
    }

    /// Checks that it exits when the platform asks it to.
    async fn ends(&mut self) {
        let pid = self.process.id().unwrap().to_string();
        let kill = Command::new("kill").args(["-TERM", &pid]).status().await;
        assert!(kill.unwrap().success());
        let ended = timeout(Duration::from_secs(10), self.process.wait()).await;
        let status = ended.expect("it doesn't exit").unwrap();
        assert_eq!(status.code(), Some(0));
    }
}

/// As with `11-observe 2>&1 | head -1`.
async fn it_goes_on_when_its_outputs_are_closed(program: Program) {
    let mut server = Piped::start(&program).await;
    let (closed, _) = pipe().unwrap();
    drop(replace(&mut server.reader, closed));
    server.works().await;
    server.ends().await;
}

async fn it_goes_on_when_nobody_reads_its_log(program: Program) {
    let mut server = Piped::start(&program).await;
    // More than a pipe has room for, both for a lesson that logs requests and for one that logs messages.
    let http = Http::new(&server.base).unwrap();
    let client = join(&server.base, Transport::WebSocket).await.unwrap();
    let filling = async {
        client.send(message(&"x".repeat(90_000), None));
        for _ in 0..1000 {
            let path = format!("/{}", "x".repeat(200));
            http.get(&path, None).await.unwrap();
        }
    };
    let filled = timeout(Duration::from_secs(15), filling).await;
    filled.expect("it no longer answers");
    server.works().await;
    server.ends().await;
}
