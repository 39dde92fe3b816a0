//! The session's id, which works like a key: anyone who knows it can act as the client.

use course::production::{PATIENCE, message};
use tokio::time::timeout;
use wire::connection::{Connection, Http, Transport, handshake};

use crate::{
    Program, attacks,
    raw::{self, Raw},
};

attacks! {
    broadcast:
        an_invalid_id_gives_no_access;
    observe:
        no_client_learns_the_id_of_another;
}

/// A client in the default namespace, and its session's id.
async fn join(base: &str, transport: Transport) -> (Connection, String) {
    let mut connection = Connection::open(base, transport).await.unwrap();
    let first = connection.receive().await.unwrap();
    let sid = handshake(&first).unwrap()["sid"]
        .as_str()
        .unwrap()
        .to_owned();
    connection.send("40".to_owned());
    assert!(connection.receive().await.unwrap().starts_with("40{"));
    (connection, sid)
}

async fn an_invalid_id_gives_no_access(program: Program) {
    let production = program.start(&[("REQUEST_SECONDS", "0.5")]).await;
    let (address, http) = (
        production.address(),
        Http::new(&production.server.base).unwrap(),
    );
    let long = "x".repeat(5000);
    for sid in [
        "AAAAAAAAAAAAAAAA",
        "",
        "0",
        "../../x",
        "%00",
        "ñ",
        long.as_str(),
    ] {
        let sid = sid.replace('ñ', "%C3%B1");
        let path = format!("/socket.io/?EIO=4&transport=polling&sid={sid}");
        for method in ["GET", "POST"] {
            let answer = http.request(method, &path, &[], "40").await.unwrap();
            assert_eq!(answer.status, 400, "{method} {path}: {}", answer.body);
        }
        let mut upgrade = Raw::connect(address).await;
        let request = raw::opening(address, Transport::WebSocket, &format!("&sid={sid}"), &[]);
        upgrade.write(request).await.unwrap();
        // The upgrade may be accepted before the session is looked up; then the connection just closes.
        match upgrade.answer().await.map(|answer| answer.status) {
            None | Some(400) => {}
            Some(101) => assert_eq!(upgrade.text().await, None),
            status => panic!("{sid}: {status:?}"),
        }
    }
    assert_eq!(production.clients().await.unwrap(), 0);
}

async fn no_client_learns_the_id_of_another(program: Program) {
    for format in ["text", "json"] {
        let production = program
            .start(&[("LOG_FORMAT", format), ("EVENTS_AT_ONCE", "4")])
            .await;
        let base = &production.server.base;
        let mut clients = Vec::new();
        for transport in [Transport::WebSocket, Transport::Polling].repeat(2) {
            clients.push(join(base, transport).await);
        }
        // A client can send valid events, invalid ones, too many, and ask for another namespace.
        for (connection, _) in &clients {
            for number in 0..5 {
                connection.send(message("hola", Some(number)));
            }
            for packet in [
                r#"429["enviar-mensaje",{"mensaje":7}]"#,
                r#"42["unknown",{}]"#,
                "40/fence,",
            ] {
                connection.send(packet.to_owned());
            }
        }
        for who in 0..clients.len() {
            let mut heard = String::new();
            // The messages that the three others may send, and the last answer.
            while !heard.contains("44/fence,") || heard.matches("42[").count() < 9 {
                let next = timeout(PATIENCE, clients[who].0.receive()).await;
                heard += &next.expect("nothing more arrived").expect("cut off");
            }
            for (_, sid) in &clients {
                assert!(!heard.contains(sid.as_str()), "{sid} in {heard}");
            }
        }
        let sids: Vec<_> = clients.iter().map(|(_, sid)| sid.clone()).collect();
        for (connection, _) in clients {
            connection.close().await;
        }
        production.wait_for_clients(0, PATIENCE).await.unwrap();
        let log = production.log().await.unwrap();
        for sid in &sids {
            assert!(!log.contains(sid), "{log}");
        }
        let metrics = production.metrics().await.unwrap();
        for sid in &sids {
            assert!(!metrics.contains(sid), "{metrics}");
        }
        assert!(log.contains("client disconnected"), "{log}");
    }
}
