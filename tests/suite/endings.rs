//! How a server ends: as lesson 07 does, and in two ways that look as good and are not. Recorded for the book.

#![cfg(unix)]

#[path = "support/copies.rs"]
mod copies;
#[expect(dead_code, reason = "other suites use the rest")]
mod support;

use std::{fmt::Write as _, process::Command, time::Duration};

use contract::{
    connection::{Connection, Transport, handshake},
    server::Server,
    transcript::{Direction, Transcript},
    work::build,
};
use tokio::time::timeout;

use copies::copy_with;

/// How long anything here may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where lesson 07 begins to end.
const FIRST: &str = "        sleep(settings.drain).await;\n";

/// A client that is there when the server is told to end, and that comes back.
struct Client {
    transcript: Transcript,
    connection: Connection,
}

impl Client {
    /// Opens a session.
    async fn open(transcript: Transcript, base: &str) -> Self {
        let connection = Connection::open(base, Transport::WebSocket).await.unwrap();
        let mut client = Self {
            transcript,
            connection,
        };
        let packet = client.hears().await.unwrap();
        let fields = handshake(&packet).unwrap();
        client
            .transcript
            .name_sid(fields["sid"].as_str().unwrap(), "ana");
        client.transcript.line("ana", Direction::Received, &packet);
        client
    }

    async fn hears(&mut self) -> Option<String> {
        let next = timeout(PATIENCE, self.connection.receive()).await;
        next.expect("something is said, or the connection closed")
    }

    /// Asks for the default namespace, and gives what the server says to it.
    async fn join(&mut self) {
        self.connection.send("40".to_owned());
        self.transcript.line("ana", Direction::Sent, "40");
        let answer = self.hears().await.unwrap();
        self.transcript.line("ana", Direction::Received, &answer);
    }

    /// Hears the server out.
    async fn hear_the_end(&mut self) {
        while let Some(packet) = self.hears().await {
            self.transcript.line("ana", Direction::Received, &packet);
        }
        let note = "the server closes the connection";
        self.transcript.line("ana", Direction::Happened, note);
    }
}

/// What a client sees of the end of lesson 07, begun in this way; `comes_back` while the process is still there.
async fn ending(begin: &str, comes_back: bool) -> String {
    let folder = copy_with("07", "src/main.rs", &[(FIRST, begin)]);
    let work = folder.path().join("work");
    let program = build(&work).unwrap();
    let drain = if comes_back { "2" } else { "0" };
    let settings = [("HOST", "127.0.0.1"), ("DRAIN_SECONDS", drain)];
    let mut server = Server::start(&program.path, &work, &settings)
        .await
        .unwrap();

    let mut transcript = Transcript::default();
    transcript.step("ana connects");
    let mut ana = Client::open(transcript, &server.base).await;
    ana.join().await;
    ana.transcript.step("the platform tells the server to end");
    let pid = server.child.id().unwrap().to_string();
    let told = Command::new("kill").args(["-TERM", &pid]).status();
    assert!(told.unwrap().success());
    ana.hear_the_end().await;
    if comes_back {
        ana.transcript.step("ana comes back at once");
        ana = Client::open(ana.transcript, &server.base).await;
        ana.join().await;
    }
    let ended = timeout(PATIENCE * 3, server.child.wait()).await;
    assert!(ended.unwrap().unwrap().success(), "{}", server.log.text());
    ana.transcript.render()
}

#[tokio::test]
async fn what_a_client_sees_of_the_end() {
    let mut report = String::new();
    let close = format!("        io.close().await;\n{FIRST}");
    let disconnect = format!("        io.disconnect().await.ok();\n{FIRST}");
    for (name, begin, comes_back) in [
        ("lesson_07", FIRST, false),
        ("disconnect", &disconnect, false),
        ("close_before_the_listener", &close, true),
    ] {
        let seen = ending(begin, comes_back).await;
        writeln!(report, "== {name}\n{seen}").unwrap();
    }
    support::assert_transcript("endings", &report);
}
