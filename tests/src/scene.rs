//! A scene: one server, and the clients that a scenario names.

use std::{fmt, ops::RangeInclusive, time::Duration};

use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    connection::{Connection, Http, Response, Transport, handshake},
    server::Log,
    transcript::{Direction, Transcript, redact},
};

/// What should have happened and did not, in words.
#[derive(Debug)]
pub struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<String> for Failure {
    fn from(words: String) -> Self {
        Self(words)
    }
}

/// What an action of a scenario gives.
pub type Result<T = ()> = std::result::Result<T, Failure>;

struct Client {
    name: String,
    connection: Connection,
    /// The id of the next acknowledgement that the client asks for.
    next_ack: u64,
}

/// One server and its clients, and the transcript of what they say to each other.
pub struct Scene {
    base: String,
    transport: Transport,
    /// How long to wait for what should come.
    patience: Duration,
    log: Option<Log>,
    clients: Vec<Client>,
    transcript: Transcript,
}

impl Scene {
    /// A scene at the server at `base` (`http://host:port`), whose log is at hand or not.
    #[must_use]
    pub fn new(base: &str, transport: Transport, patience: Duration, log: Option<Log>) -> Self {
        Self {
            base: base.to_owned(),
            transport,
            patience,
            log,
            clients: Vec::new(),
            transcript: Transcript::default(),
        }
    }

    /// What was said so far.
    #[must_use]
    pub fn transcript(&self) -> String {
        self.transcript.render()
    }

    /// Begins the next step of the story; the one before is over once nothing more comes.
    ///
    /// # Errors
    /// The server has stopped answering.
    pub async fn step(&mut self, title: &str) -> Result {
        self.settle().await?;
        self.transcript.step(title);
        Ok(())
    }

    /// `GET`s a path from a page of the origin `https://example.com`, without changing the path.
    ///
    /// # Errors
    /// The server does not answer.
    pub async fn get(&mut self, who: &str, path: &str) -> Result<Response> {
        self.transcript
            .line(who, Direction::Sent, &format!("GET {path}"));
        let request = Http::new(&self.base)?;
        timeout(
            self.patience,
            request.get(path, Some("https://example.com")),
        )
        .await
        .map_err(|_| {
            Failure(format!(
                "GET {path} was not answered within {}",
                seconds(self.patience)
            ))
        })?
        .map_err(Failure)
    }

    /// Adds to the transcript what a client received outside of its connection.
    pub fn received(&mut self, who: &str, text: &str) {
        self.transcript.line(who, Direction::Received, text);
    }

    /// Connects these clients, one after the other, to the default namespace.
    ///
    /// # Errors
    /// The server does not answer, or not as the protocol says.
    pub async fn connect(&mut self, names: &[&str]) -> Result {
        for name in names {
            self.open(name).await?;
            self.send(name, "40")?;
            let answer = self.receive(name, "an answer to `40`").await?;
            if !answer.starts_with("40{") {
                return Err(unexpected(name, "an answer to `40`", &answer));
            }
        }
        Ok(())
    }

    /// Asks for the default namespace on a connection of its own, and is refused with a `connect_error`.
    ///
    /// # Errors
    /// The server lets it in, or does not answer.
    pub async fn is_refused(&mut self, who: &str) -> Result {
        self.open(who).await?;
        self.send(who, "40")?;
        let answer = self.receive(who, "a refusal").await?;
        if answer.starts_with("44{") {
            return Ok(());
        }
        let words = format!("{who} should have been refused, but was let in");
        Err(Failure(words))
    }

    async fn open(&mut self, name: &str) -> Result {
        let opening = Connection::open(&self.base, self.transport);
        let connection = timeout(self.patience, opening)
            .await
            .map_err(|_| {
                Failure(format!(
                    "{name} got no connection within {}",
                    seconds(self.patience)
                ))
            })?
            .map_err(|reason| Failure(format!("{name} cannot connect: {reason}")))?;
        self.clients.push(Client {
            name: name.to_owned(),
            connection,
            next_ack: 0,
        });
        let client = self.client(name)?;
        let packet = client.connection.receive().await.unwrap_or_default();
        let fields = handshake(&packet)?;
        let sid = fields["sid"].as_str().unwrap_or_default();
        self.transcript.name_sid(sid, name);
        self.transcript.line(name, Direction::Received, &packet);
        Ok(())
    }

    /// Emits an event without asking for an answer.
    ///
    /// # Errors
    /// There is no such client.
    pub fn emit(&mut self, who: &str, event: &str, payload: &Value) -> Result {
        self.send(who, &format!("42{}", json!([event, payload])))
    }

    /// Emits an event and asks for an answer: the acknowledgement.
    ///
    /// # Errors
    /// There is no such client.
    pub fn ask(&mut self, who: &str, event: &str, payload: &Value) -> Result {
        let id = self.ack_id(who)?;
        self.send(who, &format!("42{id}{}", json!([event, payload])))
    }

    /// The id of the acknowledgement that the client asks for next.
    ///
    /// # Errors
    /// There is no such client.
    pub fn ack_id(&mut self, who: &str) -> Result<u64> {
        let client = self.client(who)?;
        let id = client.next_ack;
        client.next_ack += 1;
        Ok(id)
    }

    /// Sends a frame as it is given.
    ///
    /// # Errors
    /// There is no such client.
    pub fn send(&mut self, who: &str, frame: &str) -> Result {
        self.client(who)?.connection.send(frame.to_owned());
        self.transcript.line(who, Direction::Sent, frame);
        Ok(())
    }

    /// Sends a frame under each session id of another that this client was shown. By long-polling the id is all
    /// that says who sends. Gives the owners of the ids under which the server took it.
    ///
    /// # Errors
    /// The server does not answer.
    pub async fn send_as_others(&mut self, who: &str, frame: &str) -> Result<Vec<String>> {
        let http = Http::new(&self.base).map_err(Failure)?;
        let mut owners = Vec::new();
        let sids = self.transcript.sids_shown_to(who);
        if sids.is_empty() {
            self.transcript
                .line(who, Direction::Happened, "was shown none");
        }
        for (sid, owner) in sids {
            let path = format!("/socket.io/?EIO=4&transport=polling&sid={sid}");
            self.transcript
                .line(who, Direction::Sent, &format!("POST {path} {frame}"));
            let posting = timeout(self.patience, http.post(&path, frame.to_owned())).await;
            let answer = posting.map_err(|_| {
                let patience = seconds(self.patience);
                Failure(format!("POST {path} was not answered within {patience}"))
            })??;
            if answer.status == 200 {
                owners.push(owner);
            }
        }
        Ok(owners)
    }

    /// The payload of the event that this client hears next.
    ///
    /// # Errors
    /// It hears nothing, or something else.
    pub async fn hears(&mut self, who: &str, event: &str) -> Result<Value> {
        let expected = format!("`{event}`");
        let frame = self.receive(who, &expected).await?;
        event_payload(&frame, event).ok_or_else(|| unexpected(who, &expected, &frame))
    }

    /// What the client hears next: the answer to what it asked last.
    ///
    /// # Errors
    /// It hears nothing, or something else.
    pub async fn hears_answer(&mut self, who: &str) -> Result<Value> {
        let last = self.client(who)?.next_ack.saturating_sub(1);
        let expected = format!("the answer to its question {last}");
        let frame = self.receive(who, &expected).await?;
        answer_payload(&frame, last).ok_or_else(|| unexpected(who, &expected, &frame))
    }

    /// The same for an answer that the server gives only after it has itself waited in vain, for this long.
    ///
    /// # Errors
    /// It hears nothing even then, or something else.
    pub async fn hears_late_answer(&mut self, who: &str, waiting: Duration) -> Result<Value> {
        self.patience += waiting;
        let answer = self.hears_answer(who).await;
        self.patience -= waiting;
        answer
    }

    /// The question that this client hears next: the id to answer to, and the payload.
    ///
    /// # Errors
    /// It hears nothing, or something else.
    pub async fn hears_question(&mut self, who: &str, event: &str) -> Result<(u64, Value)> {
        let expected = format!("the question `{event}`");
        let frame = self.receive(who, &expected).await?;
        let digits = frame.strip_prefix("42").unwrap_or_default();
        let end = digits.find('[').unwrap_or_default();
        let id = digits[..end].parse().ok();
        let payload = event_payload(&format!("42{}", &digits[end..]), event);
        // An answer in its place has a date that differs from run to run.
        id.zip(payload)
            .ok_or_else(|| unexpected(who, &expected, &redact(&frame, &[])))
    }

    /// Answers a question of the server.
    ///
    /// # Errors
    /// There is no such client.
    pub fn answer(&mut self, who: &str, id: u64, payload: &Value) -> Result {
        self.send(who, &format!("43{id}{}", json!([payload])))
    }

    /// Emits these payloads at once, asking for an answer to each or to none.
    ///
    /// # Errors
    /// There is no such client.
    pub fn burst(&mut self, who: &str, event: &str, payloads: &[Value], asking: bool) -> Result {
        let mut frames = Vec::with_capacity(payloads.len());
        for payload in payloads {
            let id = if asking {
                self.ack_id(who)?.to_string()
            } else {
                String::new()
            };
            let frame = format!("42{id}{}", json!([event, payload]));
            self.client(who)?.connection.send(frame.clone());
            frames.push(frame);
        }
        self.record_burst(who, Direction::Sent, &frames);
        Ok(())
    }

    /// Hears these payloads, in this order and nothing between them.
    ///
    /// # Errors
    /// One is missing, is another, or comes out of order.
    pub async fn hears_burst(&mut self, who: &str, event: &str, payloads: &[Value]) -> Result {
        let mut frames = Vec::with_capacity(payloads.len());
        for (number, payload) in payloads.iter().enumerate() {
            let expected = format!("`{event}` number {number}");
            let frame = self.receive_silently(who, &expected).await?;
            if event_payload(&frame, event).as_ref() != Some(payload) {
                return Err(unexpected(who, &expected, &frame));
            }
            frames.push(frame);
        }
        self.record_burst(who, Direction::Received, &frames);
        Ok(())
    }

    /// Hears this many numbers, each greater by one than the one before and nothing between them, and gives
    /// the first and the last. They depend on when the client came, so the transcript does not say them.
    ///
    /// # Errors
    /// One is missing, is no number, or is out of order.
    pub async fn hears_rising(
        &mut self,
        who: &str,
        event: &str,
        count: u64,
    ) -> Result<RangeInclusive<u64>> {
        let expected = format!("`{event}` with a number");
        let frame = self.receive_silently(who, &expected).await?;
        let first = event_payload(&frame, event).and_then(|payload| payload.as_u64());
        let first = first.ok_or_else(|| unexpected(who, &expected, &frame))?;
        let last = first + count - 1;
        for number in first + 1..=last {
            let expected = format!("`{event}` with {number}");
            let frame = self.receive_silently(who, &expected).await?;
            if event_payload(&frame, event) != Some(number.into()) {
                return Err(unexpected(who, &expected, &frame));
            }
        }
        let frame = format!("42{}", json!([event, "<number>"]));
        self.transcript.line(who, Direction::Received, &frame);
        let others = format!("… {} more, each greater by one …", count - 1);
        self.transcript.line(who, Direction::Received, &others);
        Ok(first..=last)
    }

    /// Hears the answers to its last `count` questions, in the order in which it asked.
    ///
    /// # Errors
    /// One is missing or comes out of order.
    pub async fn hears_answers(&mut self, who: &str, count: u64) -> Result {
        let next = self.client(who)?.next_ack;
        let mut frames = Vec::new();
        for id in next - count..next {
            let expected = format!("the answer to its question {id}");
            let frame = self.receive_silently(who, &expected).await?;
            if answer_payload(&frame, id).is_none() {
                return Err(unexpected(who, &expected, &frame));
            }
            frames.push(frame);
        }
        self.record_burst(who, Direction::Received, &frames);
        Ok(())
    }

    fn record_burst(&mut self, who: &str, direction: Direction, frames: &[String]) {
        if let [first, .., last] = frames {
            self.transcript.line(who, direction, first);
            let between = format!("… {} more, in order …", frames.len() - 2);
            self.transcript.line(who, direction, &between);
            self.transcript.line(who, direction, last);
        }
    }

    /// Sees its connection closed by the server.
    ///
    /// # Errors
    /// The connection stays open.
    pub async fn is_closed(&mut self, who: &str) -> Result {
        let patience = self.patience;
        let client = self.client(who)?;
        loop {
            match timeout(patience, client.connection.receive()).await {
                Ok(None) => break,
                Ok(Some(_)) => {}
                Err(_) => {
                    return Err(Failure(format!(
                        "the server should have closed {who}'s connection, but left it open"
                    )));
                }
            }
        }
        self.clients.retain(|client| client.name != who);
        let note = "the server closes the connection";
        self.transcript.line(who, Direction::Happened, note);
        Ok(())
    }

    /// Leaves politely: the namespace first, then the connection.
    ///
    /// # Errors
    /// There is no such client.
    pub async fn leave(&mut self, who: &str) -> Result {
        self.send(who, "41")?;
        let connection = self.take(who)?.connection;
        timeout(self.patience, connection.close())
            .await
            .map_err(|_| {
                Failure(format!(
                    "{who} could not say goodbye within {}",
                    seconds(self.patience)
                ))
            })
    }

    /// Is cut off, without a goodbye.
    ///
    /// # Errors
    /// There is no such client.
    pub fn vanish(&mut self, who: &str) -> Result {
        drop(self.take(who)?);
        let note = "the connection is cut";
        self.transcript.line(who, Direction::Happened, note);
        Ok(())
    }

    /// Is gone as a page that its person closes: without leaving the namespace. Long-polling has no connection
    /// that the server would miss, so there the page's last request ends the session.
    ///
    /// # Errors
    /// There is no such client.
    pub async fn close_page(&mut self, who: &str) -> Result {
        let connection = self.take(who)?.connection;
        match self.transport {
            Transport::WebSocket => drop(connection),
            Transport::Polling => {
                let closing = timeout(self.patience, connection.close()).await;
                closing.map_err(|_| Failure(format!("{who} could not end its session")))?;
            }
        }
        let note = "the page is closed";
        self.transcript.line(who, Direction::Happened, note);
        Ok(())
    }

    /// Waits until the server has logged a line that holds this text.
    ///
    /// # Errors
    /// It did not.
    pub async fn is_logged(&mut self, text: &str) -> Result {
        if let Some(log) = &self.log {
            timeout(self.patience, log.wait_for(text))
                .await
                .map_err(|_| Failure(format!("the server should have logged {text:?}")))?;
        }
        let note = format!("logs {text:?}");
        self.transcript.line("server", Direction::Happened, &note);
        Ok(())
    }

    /// Ends the step: hears what is still on its way, then notes who heard nothing.
    ///
    /// Waiting proves no silence, so every client asks for a namespace that does not exist. The refusal
    /// comes after all that was queued for the client before. Twice, since a server may answer the first
    /// while the handler of the last event has still to run.
    pub(crate) async fn settle(&mut self) -> Result {
        for _ in 0..2 {
            for client in &self.clients {
                client.connection.send("40/fence,".to_owned());
            }
            for name in self.names() {
                while !self.receive_until_fence(&name).await? {}
            }
        }
        let transcript = &self.transcript;
        let silent = self.names().into_iter();
        let silent = silent.filter(|name| !transcript.has_heard(name)).collect();
        self.transcript.silent(silent);
        Ok(())
    }

    /// Records the next frame; `true` if it is the end of the silence.
    async fn receive_until_fence(&mut self, who: &str) -> Result<bool> {
        let frame = self.receive_silently(who, "a sign of life").await?;
        let is_fence = frame.starts_with("44/fence,");
        if !is_fence {
            self.transcript.line(who, Direction::Received, &frame);
        }
        Ok(is_fence)
    }

    async fn receive(&mut self, who: &str, expected: &str) -> Result<String> {
        let frame = self.receive_silently(who, expected).await?;
        self.transcript.line(who, Direction::Received, &frame);
        Ok(frame)
    }

    async fn receive_silently(&mut self, who: &str, expected: &str) -> Result<String> {
        let patience = self.patience;
        let next = self.client(who)?.connection.receive();
        match timeout(patience, next).await {
            Ok(Some(frame)) => Ok(frame),
            Ok(None) => Err(Failure(format!(
                "{who} should have heard {expected}, but the server closed its connection"
            ))),
            Err(_) => Err(Failure(format!(
                "{who} should have heard {expected}, but heard nothing within {}",
                seconds(patience)
            ))),
        }
    }

    fn names(&self) -> Vec<String> {
        self.clients
            .iter()
            .map(|client| client.name.clone())
            .collect()
    }

    fn client(&mut self, who: &str) -> Result<&mut Client> {
        self.clients
            .iter_mut()
            .find(|client| client.name == who)
            .ok_or_else(|| Failure(format!("{who} is not connected")))
    }

    fn take(&mut self, who: &str) -> Result<Client> {
        let at = self.clients.iter().position(|client| client.name == who);
        at.map(|at| self.clients.remove(at))
            .ok_or_else(|| Failure(format!("{who} is not connected")))
    }
}

/// A duration as a person writes it, `1 s` or `0.05 s`.
fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f32())
}

fn unexpected(who: &str, expected: &str, frame: &str) -> Failure {
    let shown: String = frame.chars().take(200).collect();
    Failure(format!(
        "{who} should have heard {expected}, but heard {shown}"
    ))
}

/// The payload of the event packet `42["event",payload]`.
fn event_payload(frame: &str, event: &str) -> Option<Value> {
    let arguments: Value = serde_json::from_str(frame.strip_prefix("42")?).ok()?;
    (arguments[0] == event).then(|| arguments[1].clone())
}

/// The payload of the acknowledgement packet `43id[payload]`.
fn answer_payload(frame: &str, id: u64) -> Option<Value> {
    let arguments = frame.strip_prefix(&format!("43{id}["))?;
    let arguments: Value = serde_json::from_str(&format!("[{arguments}")).ok()?;
    Some(arguments[0].clone())
}
