//! Several processes behind nginx, as `just run 23` starts them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use course::lessons::{self, root};
use futures_util::{SinkExt, StreamExt, future::join_all};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{process::Command, time::timeout};
use tokio_tungstenite::{connect_async, tungstenite::Message};
use wire::{
    connection::{Connection, Http, Transport, handshake},
    port::free_port,
    server::Server,
};
use workbook::programs;

/// How long a frame, or another process, may take.
const LIMIT: Duration = Duration::from_secs(20);

/// The line of the configuration that this is about.
const HASH: &str = "hash $arg_key consistent;";

/// Runs `just run 23` until it's dropped.
struct Site {
    base: String,
    server: Server,
    _folder: TempDir,
}

impl Site {
    /// Starts it on free ports. The configuration is the lesson's, except for what `change` does to it.
    async fn start(change: impl FnOnce(String) -> String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port().unwrap();
        let configuration = configuration(folder.path(), port, change);
        let mut command = Command::new(programs::workbook());
        command
            .args(["run", "23", "--nginx"])
            .arg(configuration)
            .env("DATABASE", folder.path().join("mensajes.db"));
        let server = Server::start_command(command, root(), &[]).await.unwrap();
        let base = format!("http://127.0.0.1:{port}");
        let open = format!("Open {base}");
        server.log.wait_for(&open, LIMIT).await.unwrap();
        Self {
            base,
            server,
            _folder: folder,
        }
    }

    /// Sends a signal to the process with this number, or without a number, to the program that has started them all.
    async fn signal(&self, signal: &str, number: Option<usize>) {
        let log = self.server.log.text();
        let id = match number {
            Some(number) => {
                let start = format!("{number} │ process ");
                let mut lines = log.lines().filter_map(|line| line.strip_prefix(&start));
                lines.next().unwrap().to_owned()
            }
            None => self.server.child.id().unwrap().to_string(),
        };
        let sent = Command::new("kill").args([signal, &id]).status().await;
        assert!(sent.unwrap().success());
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // Killed, it couldn't end what it has started.
        let Some(id) = self.server.child.id() else {
            return;
        };
        let mut kill = std::process::Command::new("kill");
        kill.arg(id.to_string()).status().ok();
        while let Ok(None) = self.server.child.try_wait() {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Writes the lesson's configuration with ports that are free.
fn configuration(folder: &Path, port: u16, change: impl FnOnce(String) -> String) -> PathBuf {
    let lesson = lessons::find("processes").unwrap();
    let text = fs::read_to_string(lesson.folder().join("nginx.conf")).unwrap();
    let mut text = change(text).replace("127.0.0.1:3000;", &format!("127.0.0.1:{port};"));
    for old in 3001..=3003 {
        text = text.replace(&format!(":{old};"), &format!(":{};", free_port().unwrap()));
    }
    let file = folder.join("nginx.conf");
    fs::write(&file, text).unwrap();
    file
}

/// A client with a name, and a key of its own.
struct Client {
    name: String,
    transport: Transport,
    connection: Connection,
    /// The last message that it has heard.
    last: Option<i64>,
}

impl Client {
    async fn connect(base: &str, number: usize) -> Self {
        let transport = Transport::BOTH[number % 2];
        let mut client = Self {
            name: format!("client {number}"),
            transport,
            connection: open(base, transport, number).await,
            last: None,
        };
        client.join().await;
        client
    }

    /// Enters the chat, which the server confirms, and waits until it's up to date.
    async fn join(&mut self) {
        self.receive().await;
        let Self { name, last, .. } = self;
        let auth =
            json!({ "nombre": name, "secreto": format!("the secret of {name}"), "desde": last });
        self.connection.send(format!("40{auth}"));
        let answer = self.receive().await;
        assert!(answer.starts_with("40"), "{}: {answer}", self.name);
    }

    async fn receive(&mut self) -> String {
        let received = timeout(LIMIT, self.connection.receive()).await;
        let packet = received.unwrap_or_else(|_| panic!("{} hears nothing", self.name));
        packet.unwrap_or_else(|| panic!("{} was disconnected", self.name))
    }

    fn send(&self, id: &str) {
        let message = json!(["enviar-mensaje", { "mensaje": id, "id": id, "fecha": 0 }]);
        self.connection.send(format!("421{message}"));
    }

    /// The next messages, each with its number.
    async fn hear(&mut self, count: usize) -> Vec<(i64, String)> {
        let mut heard = Vec::new();
        while heard.len() < count {
            let packet = self.receive().await;
            let Some(event) = packet.strip_prefix("42") else {
                continue;
            };
            let event: Value = serde_json::from_str(event).unwrap();
            let messages = match event[0].as_str().unwrap() {
                "enviar-mensaje" => &event.as_array().unwrap()[1..],
                "historial" => event[1].as_array().unwrap(),
                _ => continue,
            };
            for message in messages {
                let number = message["numero"].as_i64().unwrap();
                let text = message["mensaje"].as_str().unwrap().to_owned();
                self.last = Some(number);
                heard.push((number, text));
            }
        }
        heard
    }

    /// Whether the connection ends before this.
    async fn is_cut(&mut self, limit: Duration) -> bool {
        let end = async { while self.connection.receive().await.is_some() {} };
        timeout(limit, end).await.is_ok()
    }
}

async fn open(base: &str, transport: Transport, number: usize) -> Connection {
    let query = format!("key=the-key-of-{number}");
    let opening = Connection::open_query(base, transport, &query).await;
    opening.unwrap_or_else(|error| panic!("client {number}: {error:#}"))
}

/// Twelve clients, each of which sends a message once all are here. Returns what all of them hear.
async fn talk(clients: &mut [Client], word: &str) -> Vec<(i64, String)> {
    for client in &*clients {
        client.send(&format!("{word} of {}", client.name));
    }
    let count = clients.len();
    let heard = join_all(clients.iter_mut().map(|client| client.hear(count))).await;
    for one in &heard {
        assert_eq!(one, &heard[0], "not everyone hears the same");
    }
    heard.into_iter().next().unwrap()
}

/// How many log lines of each process contain these words.
fn counts(log: &str, words: &str) -> BTreeMap<char, usize> {
    let mut counts = BTreeMap::new();
    for line in log.lines().filter(|line| line.contains(words)) {
        *counts.entry(line.chars().next().unwrap()).or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn clients_of_three_processes_hear_the_same_messages_in_the_same_order() {
    let site = Site::start(|text| text).await;
    let mut clients = join_all((0..12).map(|number| Client::connect(&site.base, number))).await;
    let by_process = counts(&site.server.log.text(), "client connects");
    assert_eq!(by_process.len(), 3, "not every process has clients");

    let heard = talk(&mut clients, "hola").await;
    let numbers: Vec<_> = heard.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=12).collect::<Vec<_>>());

    // A process is killed: its clients are cut off, and come back on the others.
    site.signal("-KILL", Some(1)).await;
    site.server.log.wait_for("1 │ exited", LIMIT).await.unwrap();
    let mut moved = 0;
    for (number, client) in clients.iter_mut().enumerate() {
        // Those of the other processes hear nothing.
        if client.is_cut(Duration::from_millis(500)).await {
            client.connection = open(&site.base, client.transport, number).await;
            client.join().await;
            moved += 1;
        }
    }
    assert_eq!(moved, by_process[&'1']);
    let heard = talk(&mut clients, "de nuevo").await;
    assert_eq!(heard.last().unwrap().0, 24);
}

#[tokio::test]
async fn a_session_moves_from_long_polling_to_a_websocket_through_nginx() {
    let site = Site::start(|text| text).await;
    let query = "EIO=4&key=the-key-of-ana";
    let http = Http::new(&site.base).unwrap();
    let path = format!("/socket.io/?transport=polling&{query}");
    let opened = http.get(&path, None).await.unwrap();
    let fields = handshake(&opened.body).unwrap();
    let url = format!(
        "{}/socket.io/?transport=websocket&{query}&sid={}",
        site.base.replace("http", "ws"),
        fields["sid"].as_str().unwrap()
    );
    let (mut socket, _) = connect_async(url).await.unwrap();
    socket.send(Message::text("2probe")).await.unwrap();
    let answer = timeout(LIMIT, socket.next()).await.unwrap().unwrap();
    assert_eq!(answer.unwrap().to_text().unwrap(), "3probe");
}

#[tokio::test]
async fn without_the_key_requests_come_to_a_process_that_does_not_know_the_session() {
    let site = Site::start(|text| {
        assert!(text.contains(HASH));
        text.replace(HASH, "")
    })
    .await;
    let http = Http::new(&site.base).unwrap();
    let path = "/socket.io/?EIO=4&transport=polling&key=the-key-of-ana";
    let opened = http.get(path, None).await.unwrap();
    let fields = handshake(&opened.body).unwrap();
    let path = format!("{path}&sid={}", fields["sid"].as_str().unwrap());
    let refused = http.post(&path, "40".to_owned()).await.unwrap();
    assert_eq!(refused.status, 400);
    let reason: Value = serde_json::from_str(&refused.body).unwrap();
    assert_eq!(reason["message"], "Session ID unknown");
}

#[tokio::test]
async fn ctrl_c_ends_everything() {
    let mut site = Site::start(|text| text).await;
    let mut ana = Client::connect(&site.base, 0).await;
    // In a terminal, Ctrl-C reaches all of these.
    for number in 1..=3 {
        site.signal("-INT", Some(number)).await;
    }
    site.signal("-INT", None).await;
    assert!(ana.is_cut(LIMIT).await, "ana is still connected");
    let ended = timeout(LIMIT, site.server.child.wait()).await.unwrap();
    let log = site.server.log.text();
    assert!(ended.unwrap().success(), "{log}");
    let ended = counts(&log, "exited: exit status: 0");
    assert_eq!(ended, BTreeMap::from([('1', 1), ('2', 1), ('3', 1)]));
    let http = Http::new(&site.base).unwrap();
    http.get("/healthz", None).await.map(drop).unwrap_err();
}

#[tokio::test]
async fn a_port_that_is_taken_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port().unwrap();
    let _taken = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let configuration = configuration(folder.path(), port, |text| text);
    let mut command = Command::new(programs::workbook());
    command.args(["run", "23", "--nginx"]).arg(&configuration);
    let words = programs::run_to_end(command).await.unwrap().stderr;
    let words = String::from_utf8(words).unwrap();
    let expected = format!("Port {port} is already used by deployed");
    assert!(words.starts_with(&expected), "{words}");
}
