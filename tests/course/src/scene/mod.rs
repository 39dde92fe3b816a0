//! A scene: one server, and the clients that a scenario names.

mod bursts;
mod database;
mod presence;
mod queue;
mod talk;

use std::{collections::VecDeque, path::PathBuf, time::Duration};

use anyhow::{Context, Error, anyhow, bail};
use rusqlite::Connection as Database;
use serde_json::Value;
use tokio::time::timeout;
use wire::{
    connection::{Connection, Http, Response, Transport},
    server::{Log, Server},
    transcript::{Direction, Recorder, Transcript},
};

/// The last resort where a server doesn't answer at all. Nothing takes this long except on a very busy machine.
pub const LIMIT: Duration = Duration::from_secs(30);

/// After this much silence a client that expects a frame asks for a sign of life.
const QUIET: Duration = Duration::from_millis(100);

/// The same for a server that writes to a disk before it sends. A busy disk may take seconds.
const DISK_QUIET: Duration = Duration::from_secs(10);

/// How often it asks before it gives up.
const FENCES: usize = 10;

/// How long it goes on waiting after that. A server with several threads may answer the signs of life before it has handled
/// everything that was sent to it earlier.
const LATE: Duration = Duration::from_secs(1);

/// The beginning of an event that the server repeats each second, whatever happens.
const FIGURES: &str = "42/admin,[\"cifras\",";

/// The beginning of the capstone's event that says what the queue is like now. A server may leave some out if it changes
/// often.
const QUEUE: &str = "42[\"cola\",";

/// Events about a state: only the newest counts. The transcript shows them only where a scenario waits for one.
const STATES: [&str; 2] = [FIGURES, QUEUE];

/// How long a server's log may take to arrive here after the server has written it.
const LOG_LIMIT: Duration = Duration::from_secs(1);

/// The result of an action. An error says what should have happened and didn't.
pub type Result<T = ()> = anyhow::Result<T>;

/// Something that a scenario needs and a server may not offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unseen {
    /// The server's log can't be read.
    Log,
    /// The server's limit for messages isn't the one that the scenario needs.
    Limit,
    /// The server's database is unknown.
    Database,
    /// The server can't be restarted.
    Restart,
}

struct Client {
    /// The most bytes at once that the server says it accepts.
    max_payload: Option<u64>,
    name: String,
    connection: Connection,
    /// Frames that have arrived and that the scenario hasn't asked for yet.
    heard: VecDeque<String>,
    /// Events about a state, which have arrived.
    states: VecDeque<String>,
    /// The id of the next acknowledgement that the client asks for.
    next_ack: u64,
}

impl Client {
    /// The next frame, or `None` when the connection is closed.
    async fn next(&mut self) -> Option<String> {
        match self.heard.pop_front() {
            Some(frame) => Some(frame),
            None => self.receive().await,
        }
    }

    /// The same for a frame that hasn't arrived yet. It's never about a state.
    async fn receive(&mut self) -> Option<String> {
        loop {
            let frame = self.connection.receive().await?;
            if !is_state(&frame) {
                return Some(frame);
            }
            self.states.push_back(frame);
        }
    }
}

/// One server and its clients, and the record of everything that they send each other.
pub struct Scene {
    base: String,
    transport: Transport,
    log: Option<Log>,
    /// The server, if we've started it ourselves.
    server: Option<Server>,
    /// The server's database, if it's known.
    database: Option<PathBuf>,
    /// This process's own connection to that database, once there's one.
    writer: Option<Database>,
    writer_name: &'static str,
    clients: Vec<Client>,
    recorder: Recorder,
    /// Each client's introduction when it joins the namespace.
    introduction: Option<fn(&str) -> Value>,
    /// After this much silence a client that expects a frame asks for a sign of life.
    quiet: Duration,
    /// Whether the transcript says which clients heard nothing.
    notes_silence: bool,
    /// Something that the scenario needed and this server doesn't offer.
    pub(crate) unseen: Option<Unseen>,
}

impl Scene {
    /// A scene at the server at `base` (`http://host:port`), with its log and its database if we've started it ourselves.
    pub fn new(base: &str, transport: Transport, server: Option<Server>) -> Self {
        Self {
            base: base.to_owned(),
            transport,
            log: server.as_ref().map(|server| server.log.clone()),
            database: server.as_ref().map(|server| server.database.clone()),
            server,
            writer: None,
            writer_name: "",
            clients: Vec::new(),
            recorder: Recorder::default(),
            introduction: None,
            quiet: QUIET,
            notes_silence: true,
            unseen: None,
        }
    }

    /// The server, if we've started it ourselves.
    pub(crate) fn into_server(self) -> Option<Server> {
        self.server
    }

    /// The transcript so far.
    pub fn transcript(&self) -> Transcript {
        self.recorder.transcript()
    }

    /// From now on, clients introduce themselves when they join the namespace: with this `auth`, made from their names.
    pub fn introduce(&mut self, introduction: fn(&str) -> Value) {
        self.introduction = Some(introduction);
    }

    /// From now on, the server writes to a disk before it sends.
    pub fn waits_for_disk(&mut self) {
        self.quiet = DISK_QUIET;
    }

    /// Whether clients introduce themselves when they join the namespace.
    pub fn has_introductions(&self) -> bool {
        self.introduction.is_some()
    }

    /// Begins the next step of the story, once nothing more arrives in the one before.
    pub async fn step(&mut self, title: &str) -> Result {
        self.settle().await?;
        self.recorder.step(title);
        Ok(())
    }

    /// `GET`s a path from a page of the origin `https://example.com`, without changing the path.
    pub async fn get(&mut self, who: &str, path: &str) -> Result<Response> {
        let origin = [("origin", "https://example.com")];
        let shown = format!("GET {path}");
        self.request(who, &shown, "GET", path, &origin).await
    }

    /// Sends a request with these headers. The transcript shows it as `shown`.
    pub async fn request(
        &mut self,
        who: &str,
        shown: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<Response> {
        self.recorder.line(who, Direction::Sent, shown);
        self.send_request(shown, method, path, headers, "").await
    }

    /// The address of the page's own server, which the server's log says. If the log can't be read, the scenario can't go
    /// on.
    pub async fn page(&mut self) -> Result<Option<String>> {
        self.second_address("its page").await
    }

    /// The same for the server's second node.
    pub async fn second_node(&mut self) -> Result<Option<String>> {
        self.second_address("its second node").await
    }

    async fn second_address(&mut self, whose: &str) -> Result<Option<String>> {
        if let Some(log) = &self.log {
            return log.second_address(whose, LOG_LIMIT).await.map(Some);
        }
        self.unseen.get_or_insert(Unseen::Log);
        Ok(None)
    }

    /// Where the server listens, `http://127.0.0.1:3000`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// From now on, requests go to the page's own server. Returns whether its address is known.
    pub async fn move_to_page(&mut self) -> Result<bool> {
        let page = self.page().await?;
        let is_known = page.is_some();
        self.base = page.unwrap_or_default();
        Ok(is_known)
    }

    /// `POST`s a JSON value to a path.
    pub async fn post(&mut self, who: &str, path: &str, payload: &Value) -> Result<Response> {
        let shown = format!("POST {path} {payload}");
        self.recorder.line(who, Direction::Sent, &shown);
        let json = [("content-type", "application/json")];
        let body = payload.to_string();
        self.send_request(&shown, "POST", path, &json, &body).await
    }

    /// `POST`s a secret to a path, as text. The transcript doesn't show the secret.
    pub async fn post_secret(&mut self, who: &str, path: &str, secret: &str) -> Result<Response> {
        let shown = format!("POST {path} <secret>");
        self.recorder.line(who, Direction::Sent, &shown);
        let text = [("content-type", "text/plain;charset=UTF-8")];
        self.send_request(&shown, "POST", path, &text, secret).await
    }

    /// `GET`s a path, which the transcript doesn't show.
    pub async fn get_silently(&self, path: &str) -> Result<Response> {
        self.send_request(path, "GET", path, &[], "").await
    }

    async fn send_request(
        &self,
        shown: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Response> {
        let http = Http::new(&self.base)?;
        let request = http.request(method, path, headers, body.to_owned());
        let answer = timeout(LIMIT, request).await;
        answer.with_context(|| format!("{shown} was not answered"))?
    }

    /// Adds to the transcript what a client received outside of its connection.
    pub fn received(&mut self, who: &str, text: &str) {
        self.recorder.line(who, Direction::Received, text);
    }

    /// Waits until the server has logged a line that contains this string.
    pub async fn is_logged(&mut self, text: &str) -> Result {
        self.is_logged_as(&format!("{text:?}"), &[text]).await
    }

    /// The same for something that servers put in different words. The transcript calls it `name`.
    pub async fn is_logged_as(&mut self, name: &str, words: &[&str]) -> Result {
        if let Some(log) = self.log.clone() {
            if log.wait_for_any(words, self.quiet).await.is_err() {
                for _ in 0..FENCES {
                    self.fence().await?;
                }
                let logged = log.wait_for_any(words, LOG_LIMIT).await;
                // The program that runs the server shows the log itself.
                logged.map_err(|_| anyhow!("the server should have logged {name}"))?;
            }
        } else {
            self.unseen.get_or_insert(Unseen::Log);
        }
        let note = format!("logs {name}");
        self.recorder.line("server", Direction::Happened, &note);
        Ok(())
    }

    /// Fails if the server has logged these words: once it has handled everything that was sent to it so far.
    pub async fn is_not_logged(&mut self, text: &str) -> Result {
        let Some(log) = self.log.clone() else {
            self.unseen.get_or_insert(Unseen::Log);
            return Ok(());
        };
        for _ in 0..2 {
            self.fence().await?;
        }
        if log.text().contains(text) {
            bail!("the server logs {text:?}");
        }
        Ok(())
    }

    /// Ends the step: records everything that's still on its way, then notes which clients heard nothing.
    pub(crate) async fn settle(&mut self) -> Result {
        // Twice, since a server may answer the first fence while the handler of the last event has still to run.
        for _ in 0..2 {
            self.fence().await?;
        }
        for client in &mut self.clients {
            for frame in client.heard.drain(..) {
                self.recorder
                    .line(&client.name, Direction::Received, &frame);
            }
        }
        let present = if self.notes_silence {
            self.names()
        } else {
            Vec::new()
        };
        self.recorder.end_step(present);
        let closed = self
            .clients
            .iter()
            .find(|client| client.connection.is_closed());
        match closed {
            Some(client) => Err(closed_early(&client.name, "a sign of life")),
            None => Ok(()),
        }
    }

    /// Collects every frame that the server has queued for its clients by now.
    ///
    /// Waiting proves no silence, so every client asks for a namespace that doesn't exist. The refusal arrives after
    /// everything that was queued for the client before.
    async fn fence(&mut self) -> Result {
        for client in &self.clients {
            client.connection.send("40/fence,".to_owned());
        }
        for client in &mut self.clients {
            loop {
                let frame = timeout(LIMIT, client.receive()).await;
                match frame
                    .ok()
                    .with_context(|| format!("the server doesn't answer {}", client.name))?
                {
                    Some(frame) if frame.starts_with("44/fence,") => break,
                    Some(frame) => client.heard.push_back(frame),
                    None => break,
                }
            }
        }
        Ok(())
    }

    async fn receive(&mut self, who: &str, expected: &str) -> Result<String> {
        let frame = self.receive_silently(who, expected).await?;
        self.recorder.line(who, Direction::Received, &frame);
        Ok(frame)
    }

    /// The next frame, which isn't recorded. If none is on its way, the fences show that soon.
    async fn receive_silently(&mut self, who: &str, expected: &str) -> Result<String> {
        if let Ok(frame) = timeout(self.quiet, self.client(who)?.next()).await {
            return frame.ok_or_else(|| closed_early(who, expected));
        }
        for _ in 0..FENCES {
            self.fence().await?;
            let client = self.client(who)?;
            if let Some(frame) = client.heard.pop_front() {
                return Ok(frame);
            }
            if client.connection.is_closed() {
                return Err(closed_early(who, expected));
            }
        }
        match timeout(LATE, self.client(who)?.next()).await {
            Ok(frame) => frame.ok_or_else(|| closed_early(who, expected)),
            Err(_) => bail!("{who} should have heard {expected}, but heard nothing"),
        }
    }

    /// The next frame of a server that itself waits before it sends, for at most this long.
    async fn receive_later(
        &mut self,
        who: &str,
        expected: &str,
        limit: Duration,
    ) -> Result<String> {
        let frame = timeout(limit, self.client(who)?.next()).await;
        let limit = limit.as_secs_f32();
        let frame = frame.ok().with_context(|| {
            format!("{who} should have heard {expected}, but heard nothing within {limit} s")
        })?;
        frame.ok_or_else(|| closed_early(who, expected))
    }

    /// Whether the server says that it accepts messages of up to this many bytes. If not, the scenario can't go on.
    pub fn has_limit(&mut self, bytes: u64) -> bool {
        let has_limit = self
            .clients
            .iter()
            .all(|client| client.max_payload == Some(bytes));
        if !has_limit {
            self.unseen = Some(Unseen::Limit);
        }
        has_limit
    }

    fn names(&self) -> Vec<String> {
        self.clients
            .iter()
            .map(|client| client.name.clone())
            .collect()
    }

    fn client(&mut self, who: &str) -> Result<&mut Client> {
        let mut clients = self.clients.iter_mut();
        let client = clients.find(|client| client.name == who);
        client.with_context(|| format!("{who} is not connected"))
    }

    fn take(&mut self, who: &str) -> Result<Client> {
        let at = self.clients.iter().position(|client| client.name == who);
        let at = at.with_context(|| format!("{who} is not connected"))?;
        Ok(self.clients.remove(at))
    }
}

fn is_state(frame: &str) -> bool {
    STATES.iter().any(|state| frame.starts_with(state))
}

fn closed_early(who: &str, expected: &str) -> Error {
    anyhow!("{who} should have heard {expected}, but the server closed its connection")
}

/// A client heard something else.
fn unexpected(who: &str, expected: &str, frame: &str) -> Error {
    let shown: String = frame.chars().take(200).collect();
    anyhow!("{who} should have heard {expected}, but heard {shown}")
}
