//! What the log and the metrics say, and what they keep to themselves.

use course::production::{PATIENCE, join, message};
use serde_json::Value;
use tokio::time::timeout;
use wire::connection::{Http, Transport};

use crate::{raw, start};

/// None of this is the log's business.
const SECRET: &str = "secreto-de-ana";

#[tokio::test]
async fn the_log_holds_no_payload_and_no_secret() {
    for format in ["text", "json"] {
        let settings = [
            ("LOG_FORMAT", format),
            ("EVENTS_AT_ONCE", "4"),
            // What an environment may hold, and what asks a log for more.
            ("DATABASE_PASSWORD", SECRET),
        ];
        let production = start(&settings).await;
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
            // What does not fit is quoted by the error.
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
        let nobody = |clients: f64| clients == 0.0;
        let gone = production.metric_when("clients", nobody, PATIENCE).await;
        gone.unwrap();
        let log = production.server.log.text();
        assert!(log.contains("the payload does not fit"), "{log}");
        assert!(log.contains("too many events for too long"), "{log}");
        assert!(!log.contains(SECRET), "{log}");
        assert!(!production.metrics().await.unwrap().contains(SECRET));
        if format == "json" {
            // The address is for who starts the server.
            for line in log.lines().filter(|line| !line.starts_with("http://")) {
                let event: Value = serde_json::from_str(line).unwrap();
                for field in ["timestamp", "level", "fields"] {
                    assert!(event.get(field).is_some(), "{line}");
                }
            }
        }
    }
}

#[tokio::test]
async fn nobody_fills_the_log() {
    let production = start(&[("MAX_WAITING", "10")]).await;
    let address = production.address();
    for transport in Transport::BOTH {
        // It reads nothing, so that soon nothing can be answered.
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
    let log = production.server.log.text();
    assert!(log.lines().count() < 20, "{log}");
}

#[tokio::test]
async fn the_metrics_say_what_happened() {
    let settings = [
        ("EVENTS_PER_SECOND", "1"),
        // To join is one.
        ("EVENTS_AT_ONCE", "4"),
        ("MAX_CLIENTS", "2"),
    ];
    let production = start(&settings).await;
    let base = &production.server.base;
    let mut ana = join(base, Transport::WebSocket).await.unwrap();
    let _beto = join(base, Transport::Polling).await.unwrap();
    assert_eq!(production.metric("clients").await.unwrap(), 2.0);
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
        ("refused_requests_total", 1.0),
        ("events_total", 5.0),
        ("refused_events_total", 2.0),
        ("failed_emits_total", 0.0),
        ("handling_seconds_count", 3.0),
    ] {
        let value = production.metric(name).await.unwrap();
        assert_eq!(value, expected, "{name}");
    }
    ana.close().await;
    let one = |clients: f64| clients == 1.0;
    production
        .metric_when("clients", one, PATIENCE)
        .await
        .unwrap();
    assert!(production.metrics().await.unwrap().ends_with("# EOF\n"));
}

#[tokio::test]
async fn the_public_does_not_reach_the_metrics() {
    let production = start(&[]).await;
    let http = Http::new(&production.server.base).unwrap();
    assert_eq!(http.get("/metrics", None).await.unwrap().status, 404);
    let without = [("METRICS_PORT", "")];
    let program = crate::deploy();
    let server = wire::server::Server::start(&program, lessons_root(), &without).await;
    assert!(!server.unwrap().log.text().contains("metrics"));
}

fn lessons_root() -> &'static std::path::Path {
    course::lessons::root()
}

#[tokio::test]
async fn the_gauge_counts_who_is_there_however_they_come_and_go() {
    let production = start(&[("REQUEST_SECONDS", "1")]).await;
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
                    // Who leaves twice may find its session ended.
                    client.connection.answer().await.unwrap();
                } else if step == 0 {
                    while !client.connection.text().await.unwrap().starts_with("40{") {}
                }
            }
        }
    }
    let nobody = |clients: f64| clients == 0.0;
    let gone = production.metric_when("clients", nobody, PATIENCE).await;
    gone.unwrap();
}
