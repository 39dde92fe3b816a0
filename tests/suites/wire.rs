//! Frames that no scenario shows: heartbeats, the bodies of long-polling, the change to WebSocket and what it loses, a
//! payload of bytes, three ways to shut down a server. Recorded for the book, each from a run.

use axum::{Router, body::Bytes};
use course::lessons;
use futures_util::{SinkExt as _, StreamExt as _};
use socketioxide::{
    SocketIo,
    extract::{AckSender, Data, SocketRef},
};
use suites::{assert_snapshot, start};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};
use wire::server::Server;
use wire::{
    connection::{Http, handshake},
    transcript::{Direction, Recorder},
};

/// The path of the page's first request.
const POLLING: &str = "/socket.io/?EIO=4&transport=polling";

/// One page with a server of its own, and what crosses between them.
struct Page {
    base: String,
    http: Http,
    sid: String,
    recorder: Recorder,
}

impl Page {
    /// A page with a server in this process.
    async fn new(app: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self::at(base)
    }

    fn at(base: String) -> Self {
        Self {
            http: Http::new(&base).unwrap(),
            base,
            sid: String::new(),
            recorder: Recorder::default(),
        }
    }

    fn transcript(&self) -> String {
        self.recorder.transcript().to_string()
    }

    fn step(&mut self, title: &str) {
        self.recorder.step(title);
    }

    fn sent(&mut self, text: &str) {
        self.recorder.line("ana", Direction::Sent, text);
    }

    fn received(&mut self, text: &str) {
        // In the bodies of long-polling, a control character separates two packets.
        let text = text.replace('\u{1e}', "␞");
        self.recorder.line("ana", Direction::Received, &text);
    }

    /// Reads the session's id from the first packet.
    fn name_session(&mut self, packet: &str) {
        let fields = handshake(packet).unwrap();
        self.sid = fields["sid"].as_str().unwrap().into();
        self.recorder.name_sid(&self.sid, "ana");
    }

    /// The path of the session's requests.
    fn path(&self) -> String {
        format!("{POLLING}&sid={}", self.sid)
    }

    async fn get(&mut self, path: &str) -> String {
        self.sent(&format!("GET {path}"));
        let body = self.http.get(path, None).await.unwrap().body;
        if self.sid.is_empty() {
            self.name_session(&body);
        }
        self.received(&body);
        body
    }

    async fn post(&mut self, body: &str) {
        let path = self.path();
        self.sent(&format!("POST {path} {}", body.replace('\u{1e}', "␞")));
        let answer = self.http.post(&path, body.to_owned()).await.unwrap();
        self.received(&answer.body);
    }

    async fn websocket(&mut self, query: &str) -> WebSocket {
        let path = format!("/socket.io/?EIO=4&transport=websocket{query}");
        self.sent(&format!("GET {path}"));
        let url = format!("{}{path}", self.base.replacen("http", "ws", 1));
        let (socket, response) = connect_async(url).await.unwrap();
        self.received(&response.status().to_string());
        socket
    }

    async fn send(&mut self, socket: &mut WebSocket, packet: &str) {
        self.sent(packet);
        socket.send(Message::text(packet)).await.unwrap();
    }

    async fn hear(&mut self, socket: &mut WebSocket) {
        let message = socket.next().await.unwrap().unwrap();
        let text = match message {
            Message::Text(packet) => {
                let packet = packet.as_str().to_owned();
                if self.sid.is_empty() {
                    self.name_session(&packet);
                }
                packet
            }
            Message::Binary(bytes) => {
                let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                format!("{}, as a binary message", digits.join(" "))
            }
            other => panic!("{other:?} isn't a packet"),
        };
        self.received(&text);
    }

    /// Opens a session over WebSocket and joins the default namespace.
    async fn connect(&mut self) -> WebSocket {
        let mut socket = self.websocket("").await;
        self.hear(&mut socket).await;
        self.hear(&mut socket).await;
        self.send(&mut socket, "3").await;
        self.send(&mut socket, "40").await;
        self.hear(&mut socket).await;
        socket
    }

    /// Opens a session over long-polling and joins the default namespace.
    async fn join_by_polling(&mut self) {
        self.get(POLLING).await;
        let path = self.path();
        self.get(&path).await;
        self.post("3\u{1e}40").await;
        self.get(&path).await;
    }

    /// Opens a WebSocket for a polling session, and checks that it works.
    async fn try_websocket(&mut self) -> WebSocket {
        let mut socket = self.websocket(&format!("&sid={}", self.sid)).await;
        self.send(&mut socket, "2probe").await;
        self.hear(&mut socket).await;
        socket
    }

    /// Receives everything until the connection ends.
    async fn hear_the_end(&mut self, mut socket: WebSocket) {
        while let Some(Ok(Message::Text(packet))) = socket.next().await {
            self.received(packet.as_str());
        }
        self.recorder.line(
            "ana",
            Direction::Happened,
            "the server closes the connection",
        );
    }
}

/// The server of lesson 04, which sends each message to everyone, including the sender.
async fn lesson() -> Server {
    start(&lessons::find("server-emit").unwrap()).await
}

type WebSocket = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[tokio::test]
async fn a_heartbeat() {
    let server = lesson().await;
    let mut page = Page::at(server.base.clone());
    page.step("the page opens a WebSocket");
    let mut socket = page.websocket("").await;
    page.hear(&mut socket).await;
    page.step("the server asks whether the page is still there");
    page.hear(&mut socket).await;
    page.send(&mut socket, "3").await;
    assert_snapshot("wire_heartbeat", &page.transcript());
}

#[tokio::test]
async fn long_polling() {
    let server = lesson().await;
    let mut page = Page::at(server.base.clone());
    page.step("the page opens a session");
    page.get(POLLING).await;
    page.step("the first heartbeat");
    let path = page.path();
    page.get(&path).await;
    page.post("3").await;
    page.step("the page joins the default namespace");
    page.post("40").await;
    page.get(&path).await;
    page.step("the page sends two events in one body, and hears both");
    page.post("42[\"enviar-mensaje\",1]\u{1e}42[\"enviar-mensaje\",2]")
        .await;
    page.get(&path).await;
    page.step("the page leaves the namespace and ends the session");
    page.post("41\u{1e}1").await;
    assert_snapshot("wire_polling", &page.transcript());
}

#[tokio::test]
async fn from_long_polling_to_websocket() {
    let server = lesson().await;
    let mut page = Page::at(server.base.clone());
    page.step("the page opens a session");
    page.join_by_polling().await;
    page.step("the page tests whether a WebSocket works");
    let mut socket = page.try_websocket().await;
    let path = page.path();
    page.step("the server ends the last request, and the page changes to WebSocket");
    page.get(&path).await;
    page.send(&mut socket, "5").await;
    page.step("from now on, the session uses the WebSocket");
    page.send(&mut socket, "42[\"enviar-mensaje\",1]").await;
    page.hear(&mut socket).await;
    assert_snapshot("wire_upgrade", &page.transcript());
}

/// A server that returns messages, and puts only one into a body.
fn narrow() -> Router {
    let (layer, io) = SocketIo::builder().max_payload(50).build_layer();
    io.ns("/", async |socket: SocketRef| {
        socket.on(
            "enviar-mensaje",
            async |socket: SocketRef, Data::<String>(text)| {
                socket.emit("enviar-mensaje", &text).unwrap();
            },
        );
    });
    Router::new().layer(layer)
}

#[tokio::test]
async fn a_message_that_does_not_fit_in_the_last_body_is_lost() {
    let mut page = Page::new(narrow()).await;
    page.step("the page joins over long-polling");
    page.join_by_polling().await;
    page.step("two messages wait for the page, and a body has room for one");
    page.post(r#"42["enviar-mensaje","la primera"]"#).await;
    page.post(r#"42["enviar-mensaje","la segunda"]"#).await;
    let path = page.path();
    page.get(&path).await;
    page.step("the page changes to WebSocket, and sends a third");
    let mut socket = page.try_websocket().await;
    page.send(&mut socket, "5").await;
    page.send(&mut socket, r#"42["enviar-mensaje","la tercera"]"#)
        .await;
    page.hear(&mut socket).await;
    assert_snapshot("wire_lost_at_the_upgrade", &page.transcript());
}

/// A server that returns bytes.
fn echo() -> Router {
    let (layer, io) = SocketIo::new_layer();
    io.ns("/", async |socket: SocketRef| {
        socket.on("imagen", async |ack: AckSender, Data::<Bytes>(bytes)| {
            ack.send(&bytes).unwrap();
        });
    });
    Router::new().layer(layer)
}

#[tokio::test]
async fn bytes() {
    let mut page = Page::new(echo()).await;
    page.step("the page connects");
    let mut socket = page.connect().await;
    page.step("the page sends three bytes and asks for an answer");
    let placeholder = r#"451-0["imagen",{"_placeholder":true,"num":0}]"#;
    page.send(&mut socket, placeholder).await;
    page.sent("01 02 03, as a binary message");
    socket.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    page.hear(&mut socket).await;
    page.hear(&mut socket).await;
    assert_snapshot("wire_bytes", &page.transcript());
}

/// A server without events, and how it shuts down.
fn silent() -> (Router, SocketIo) {
    let (layer, io) = SocketIo::new_layer();
    io.ns("/", async || {});
    (Router::new().layer(layer), io)
}

#[tokio::test]
async fn a_shutdown_that_keeps_clients_away() {
    let (app, io) = silent();
    let mut page = Page::new(app).await;
    page.step("the page connects");
    let mut socket = page.connect().await;
    page.step("the server shuts down with io.disconnect()");
    io.disconnect().await.unwrap();
    page.hear(&mut socket).await;
    assert_snapshot("wire_end_by_disconnect", &page.transcript());
}

#[tokio::test]
async fn a_shutdown_after_which_clients_reconnect() {
    let (app, io) = silent();
    let mut page = Page::new(app).await;
    page.step("the page connects");
    let socket = page.connect().await;
    page.step("the server shuts down with io.close()");
    io.close().await;
    page.hear_the_end(socket).await;
    assert_snapshot("wire_end_by_close", &page.transcript());
}

#[tokio::test]
async fn a_shutdown_that_still_accepts_connections() {
    let (app, io) = silent();
    let mut page = Page::new(app).await;
    page.step("the server shuts down with io.close(), and still listens");
    io.close().await;
    page.step("the page reconnects");
    page.connect().await;
    assert_snapshot("wire_end_while_listening", &page.transcript());
}
