//! A scene: one server, and the clients that a scenario names.

mod bursts;
mod failure;
mod presence;
mod talk;

use std::time::Duration;

use tokio::time::timeout;

pub use failure::{Failure, Result};
use failure::{seconds, unexpected};

use crate::{
    connection::{Connection, Http, Response, Transport},
    server::Log,
    transcript::{Direction, Transcript},
};

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

    /// Waits until the server has logged a line that holds this text.
    ///
    /// # Errors
    /// It did not.
    pub async fn is_logged(&mut self, text: &str) -> Result {
        if let Some(log) = &self.log {
            let logged = log.wait_for(text, self.patience).await;
            // The log itself is before the eyes of who runs the server.
            logged.map_err(|_| Failure(format!("the server should have logged {text:?}")))?;
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
