//! The test client itself, against a server that asks questions, which no lesson does.

use std::time::Duration;

use axum::Router;
use course::scene::Scene;
use serde_json::{Value, json};
use socketioxide::{
    SocketIo,
    extract::{AckSender, Data, SocketRef},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::{advance, pause},
};
use wire::connection::{Http, Transport};

async fn server() -> String {
    let (layer, io) = SocketIo::new_layer();
    io.ns("/", async |socket: SocketRef| {
        socket.on("ask me", async |socket: SocketRef| {
            let answer = socket.emit_with_ack::<_, Value>("2 + 2?", "a sum").unwrap();
            let answer = answer.await.unwrap();
            socket.emit("you said", &answer).unwrap();
        });
        socket.on(
            "sum",
            async |ack: AckSender, Data((a, b)): Data<(i64, i64)>| {
                ack.send(&(a + b)).unwrap();
            },
        );
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().layer(layer);
    tokio::spawn(async move { axum::serve(listener, app).await });
    base
}

async fn scene(transport: Transport) -> Scene {
    let mut scene = Scene::new(&server().await, transport, None);
    scene.step("ana connects").await.unwrap();
    scene.connect(&["ana"]).await.unwrap();
    scene
}

#[tokio::test]
async fn the_client_answers_a_question_of_the_server() {
    for transport in Transport::BOTH {
        let mut scene = scene(transport).await;
        scene.emit("ana", "ask me", &Value::Null).unwrap();
        let (id, payload) = scene.hears_question("ana", "2 + 2?").await.unwrap();
        assert_eq!(payload, "a sum");
        scene.answer("ana", id, &json!(4)).unwrap();
        assert_eq!(scene.hears("ana", "you said").await.unwrap(), 4);
    }
}

#[tokio::test]
async fn the_client_sends_several_arguments() {
    for transport in Transport::BOTH {
        let mut scene = scene(transport).await;
        let id = scene.ack_id("ana").unwrap();
        scene.send("ana", &format!("42{id}[\"sum\",40,2]")).unwrap();
        assert_eq!(scene.hears_answer("ana").await.unwrap(), 42);
    }
}

#[tokio::test]
async fn a_missing_event_is_reported_in_words() {
    let mut scene = scene(Transport::WebSocket).await;
    let failure = scene.hears("ana", "nada").await.unwrap_err();
    assert_eq!(
        failure.to_string(),
        "ana should have heard `nada`, but heard nothing"
    );
}

#[tokio::test]
async fn an_unexpected_frame_is_in_the_transcript() {
    let mut scene = scene(Transport::WebSocket).await;
    scene.step("ana asks").await.unwrap();
    scene.send("ana", "420[\"sum\",1,2]").unwrap();
    scene.step("nothing more").await.unwrap();
    let transcript = scene.transcript().to_string();
    assert!(transcript.contains("  ana ← 430[3]\n"), "{transcript}");
}

/// A server that answers every request, and reports on which connection each arrived.
async fn counting_server() -> (String, UnboundedReceiver<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (seen, requests) = unbounded_channel();
    tokio::spawn(async move {
        for number in 0.. {
            let (mut connection, _) = listener.accept().await.unwrap();
            let seen = seen.clone();
            tokio::spawn(async move {
                // Each request is short enough to arrive in one piece.
                while let Ok(1..) = connection.read(&mut [0; 4096]).await {
                    seen.send(number).unwrap();
                    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
                    connection.write_all(answer).await.unwrap();
                }
            });
        }
    });
    (base, requests)
}

/// A server may close an idle connection at any time, even when the next request is on its way.
#[tokio::test]
async fn an_idle_connection_is_not_reused() {
    let (base, mut requests) = counting_server().await;
    let http = Http::new(&base).unwrap();
    for _ in 0..2 {
        http.get("/", None).await.unwrap();
    }
    pause();
    advance(Duration::from_secs(2)).await;
    http.get("/", None).await.unwrap();
    let connections = [
        requests.recv().await,
        requests.recv().await,
        requests.recv().await,
    ];
    assert_eq!(connections, [Some(0), Some(0), Some(1)]);
}
