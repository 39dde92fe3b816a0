//! Servers that lose something, and the figures that have to show it.

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::broadcast::{Receiver, Sender, channel},
};
use tokio_tungstenite::{accept_async, tungstenite::Message};

use super::*;
use crate::contender::Dialect;

/// A server's fault.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    Nothing,
    /// One question in the first connection isn't answered.
    SilentOnce,
    /// One question gets another one's answer.
    AnswersAnother,
    /// One message doesn't reach the first connection.
    MissesOnce,
    /// One message reaches the first connection twice.
    RepeatsOnce,
    /// No message reaches the second connection.
    Misses,
}

/// The question and the message that a fault affects.
const CONCERNED: &str = "423[";

/// The packets that a client of a chat hears before the messages.
const NEWS: [&str; 2] = [
    r#"42["personas",["ana"]]"#,
    r#"42["historial",[{"de":"ana","mensaje":"hola","id":"1","fecha":1,"numero":1}]]"#,
];

const TIMES: Times = Times {
    warm_up: Duration::from_millis(50),
    measured: Duration::from_millis(250),
    settle: Duration::ZERO,
    patience: Duration::from_millis(500),
};

/// A server in this process, which answers and broadcasts like lesson 06.
async fn serve(fault: Fault) -> Target {
    serve_in(Dialect::SocketIo, fault).await
}

/// The same in another dialect.
async fn serve_in(dialect: Dialect, fault: Fault) -> Target {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (to_all, _) = channel(1_000);
    tokio::spawn(async move {
        for number in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            let concerned = usize::from(fault == Fault::Misses);
            let fault = if number == concerned {
                fault
            } else {
                Fault::Nothing
            };
            let from_all = to_all.subscribe();
            tokio::spawn(converse(
                stream,
                number,
                dialect,
                fault,
                to_all.clone(),
                from_all,
            ));
        }
    });
    Target {
        dialect,
        addresses: vec![address],
        pids: vec![std::process::id()],
        redis: None,
    }
}

async fn converse(
    stream: TcpStream,
    number: usize,
    dialect: Dialect,
    fault: Fault,
    to_all: Sender<(usize, String)>,
    mut from_all: Receiver<(usize, String)>,
) -> Option<()> {
    let mut socket = accept_async(stream).await.ok()?;
    socket.send(Message::text("0{}")).await.ok()?;
    socket.next().await?.ok()?;
    socket.send(Message::text("40{}")).await.ok()?;
    if dialect.has_names() {
        for packet in NEWS {
            socket.send(Message::text(packet)).await.ok()?;
        }
    }
    if dialect == Dialect::Room {
        socket.next().await?.ok()?;
        let joined = Message::text(r#"430[{"ok":true}]"#);
        socket.send(joined).await.ok()?;
    }
    loop {
        tokio::select! {
            asked = socket.next() => {
                let asked = asked?.ok()?.into_text().ok()?;
                let (id, event) = asked.strip_prefix("42")?.split_once('[')?;
                let concerned = asked.starts_with(CONCERNED);
                let id = if concerned && fault == Fault::AnswersAnother { "99" } else { id };
                if !(concerned && fault == Fault::SilentOnce) {
                    let answer = answer(dialect, event)?;
                    socket.send(Message::text(format!("43{id}[{answer}]"))).await.ok()?;
                }
                to_all.send((number, asked.to_string())).ok()?;
            }
            passed = from_all.recv() => {
                let (sender, packet) = passed.ok()?;
                // Everyone hears a message to everyone in a chat.
                if sender == number && dialect != Dialect::Chat {
                    continue;
                }
                let times = match fault {
                    Fault::Misses => 0,
                    Fault::MissesOnce if packet.starts_with(CONCERNED) => 0,
                    Fault::RepeatsOnce if packet.starts_with(CONCERNED) => 2,
                    _ => 1,
                };
                let (_, event) = packet.split_once('[')?;
                let event = if dialect.has_names() {
                    event.replacen('{', r#"{"de":"ana","#, 1)
                } else {
                    event.to_owned()
                };
                for _ in 0..times {
                    socket.send(Message::text(format!("42[{event}"))).await.ok()?;
                }
            }
        }
    }
}

/// The contents of an acknowledgement.
fn answer(dialect: Dialect, event: &str) -> Option<String> {
    Some(match dialect {
        Dialect::Chat => r#"{"ok":true,"numero":1}"#.to_owned(),
        Dialect::Room => r#"{"ok":true}"#.to_owned(),
        Dialect::Tutorial => String::new(),
        Dialect::SocketIo | Dialect::Raw => {
            let sender = event.split(r#""id":""#).nth(1)?.split('"').next()?;
            format!(r#"{{"id":"{sender}","processID":999,"date":1}}"#)
        }
    })
}

async fn lost_answers_in(dialect: Dialect, fault: Fault) -> Result<String> {
    let figures = acknowledged::run(&serve_in(dialect, fault).await, 1, TIMES).await?;
    Ok(figures["lost"].to_string())
}

async fn lost_answers(fault: Fault) -> Result<String> {
    lost_answers_in(Dialect::SocketIo, fault).await
}

async fn lost_deliveries_in(dialect: Dialect, fault: Fault) -> Result<String> {
    let figures = broadcast::run(&serve_in(dialect, fault).await, 3, TIMES).await?;
    Ok(figures["lost"].to_string())
}

async fn lost_deliveries(fault: Fault) -> Result<String> {
    lost_deliveries_in(Dialect::SocketIo, fault).await
}

#[tokio::test]
async fn a_missing_answer_is_lost() {
    assert_eq!(lost_answers(Fault::Nothing).await.unwrap(), "0");
    assert_eq!(lost_answers(Fault::SilentOnce).await.unwrap(), "1");
}

#[tokio::test]
async fn an_answer_to_something_else_is_an_error() {
    let error = lost_answers(Fault::AnswersAnother).await;
    let error = error.unwrap_err().to_string();
    assert!(
        error.starts_with("expected 433[") && error.contains("received 4399["),
        "{error}"
    );
}

#[tokio::test]
async fn a_missing_delivery_is_lost() {
    assert_eq!(lost_deliveries(Fault::Nothing).await.unwrap(), "0");
    assert_eq!(lost_deliveries(Fault::MissesOnce).await.unwrap(), "1");
}

#[tokio::test]
async fn a_missing_answer_in_a_chat_is_lost() {
    for dialect in [Dialect::Chat, Dialect::Tutorial] {
        let lost = async |fault| lost_answers_in(dialect, fault).await.unwrap();
        assert_eq!(lost(Fault::Nothing).await, "0");
        assert_eq!(lost(Fault::SilentOnce).await, "1");
    }
}

#[tokio::test]
async fn a_missing_delivery_in_a_chat_is_lost() {
    for dialect in [Dialect::Chat, Dialect::Room] {
        let lost = async |fault| lost_deliveries_in(dialect, fault).await.unwrap();
        assert_eq!(lost(Fault::Nothing).await, "0");
        assert_eq!(lost(Fault::MissesOnce).await, "1");
    }
}

#[tokio::test]
async fn a_first_message_that_does_not_reach_everyone_is_an_error() {
    let error = lost_deliveries_in(Dialect::Chat, Fault::Misses).await;
    let error = error.unwrap_err().to_string();
    assert_eq!(error, "the first message hasn't reached everyone");
}

#[tokio::test]
async fn clients_are_spread_over_the_processes_of_a_server() {
    let mut target = serve(Fault::Nothing).await;
    let other = serve(Fault::Nothing).await;
    target.addresses.extend(other.addresses);
    // These two processes pass nothing on to each other: the client of the second hears nothing.
    let error = broadcast::run(&target, 2, TIMES).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the first message hasn't reached everyone"
    );
}

#[tokio::test]
async fn a_repeated_delivery_is_an_error() {
    let error = lost_deliveries(Fault::RepeatsOnce).await;
    let error = error.unwrap_err().to_string();
    assert!(error.starts_with("expected message 4"), "{error}");
}

#[tokio::test]
async fn an_idle_client_that_receives_nothing_is_lost() {
    let hear = async |fault| {
        let measured = idle::run(&serve(fault).await, &[2, 5], TIMES)
            .await
            .unwrap();
        let lost = measured
            .iter()
            .map(|(number, figures)| (*number, figures["lost"]));
        lost.collect::<Vec<_>>()
    };
    assert_eq!(hear(Fault::Nothing).await, [(2, 0.0), (5, 0.0)]);
    assert_eq!(hear(Fault::Misses).await, [(2, 0.0), (5, 1.0)]);
}
