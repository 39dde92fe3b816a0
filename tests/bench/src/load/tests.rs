//! Servers that lose something, and the figures that have to show it.

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::broadcast::{Receiver, Sender, channel},
};
use tokio_tungstenite::{accept_async, tungstenite::Message};

use super::*;
use crate::server::Dialect;

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

const TIMES: Times = Times {
    warm_up: Duration::from_millis(50),
    measured: Duration::from_millis(250),
    settle: Duration::ZERO,
    patience: Duration::from_millis(500),
};

/// A server in this process, which answers and broadcasts like lesson 06.
async fn serve(fault: Fault) -> Target {
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
            tokio::spawn(converse(stream, number, fault, to_all.clone(), from_all));
        }
    });
    Target {
        address,
        dialect: Dialect::SocketIo,
        pid: std::process::id(),
    }
}

async fn converse(
    stream: TcpStream,
    number: usize,
    fault: Fault,
    to_all: Sender<(usize, String)>,
    mut from_all: Receiver<(usize, String)>,
) -> Option<()> {
    let mut socket = accept_async(stream).await.ok()?;
    socket.send(Message::text("0{}")).await.ok()?;
    socket.next().await?.ok()?;
    socket.send(Message::text("40{}")).await.ok()?;
    loop {
        tokio::select! {
            asked = socket.next() => {
                let asked = asked?.ok()?.into_text().ok()?;
                let (id, event) = asked.strip_prefix("42")?.split_once('[')?;
                let sender = event.split(r#""id":""#).nth(1)?.split('"').next()?;
                let concerned = asked.starts_with(CONCERNED);
                let id = if concerned && fault == Fault::AnswersAnother { "99" } else { id };
                if !(concerned && fault == Fault::SilentOnce) {
                    let answer = format!(r#"43{id}[{{"id":"{sender}","processID":999,"date":1}}]"#);
                    socket.send(Message::text(answer)).await.ok()?;
                }
                to_all.send((number, asked.to_string())).ok()?;
            }
            passed = from_all.recv() => {
                let (sender, packet) = passed.ok()?;
                if sender == number {
                    continue;
                }
                let times = match fault {
                    Fault::Misses => 0,
                    Fault::MissesOnce if packet.starts_with(CONCERNED) => 0,
                    Fault::RepeatsOnce if packet.starts_with(CONCERNED) => 2,
                    _ => 1,
                };
                let (_, event) = packet.split_once('[')?;
                for _ in 0..times {
                    socket.send(Message::text(format!("42[{event}"))).await.ok()?;
                }
            }
        }
    }
}

async fn lost_answers(fault: Fault) -> Result<String> {
    let figures = acknowledged::run(serve(fault).await, 1, TIMES).await?;
    Ok(figures["lost"].to_string())
}

async fn lost_deliveries(fault: Fault) -> Result<String> {
    let figures = broadcast::run(serve(fault).await, 3, TIMES).await?;
    Ok(figures["lost"].to_string())
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
async fn a_repeated_delivery_is_an_error() {
    let error = lost_deliveries(Fault::RepeatsOnce).await;
    let error = error.unwrap_err().to_string();
    assert!(error.starts_with("expected message 4"), "{error}");
}

#[tokio::test]
async fn an_idle_client_that_receives_nothing_is_lost() {
    let hear = async |fault| {
        let measured = idle::run(serve(fault).await, &[2, 5], TIMES).await.unwrap();
        let lost = measured
            .iter()
            .map(|(number, figures)| (*number, figures["lost"]));
        lost.collect::<Vec<_>>()
    };
    assert_eq!(hear(Fault::Nothing).await, [(2, 0.0), (5, 0.0)]);
    assert_eq!(hear(Fault::Misses).await, [(2, 0.0), (5, 1.0)]);
}
