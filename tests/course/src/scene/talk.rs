//! Events and acknowledgements, one at a time.

use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};
use tokio::time::timeout;
use wire::{
    connection::Http,
    transcript::{Direction, redact},
};

use super::{FIGURES, LIMIT, Result, Scene, is_state, unexpected};

/// How long figures that arrive each second may take.
const FIGURES_LIMIT: Duration = Duration::from_secs(10);

impl Scene {
    /// Emits an event without asking for an answer.
    pub fn emit(&mut self, who: &str, event: &str, payload: &Value) -> Result {
        self.send(who, &format!("42{}", json!([event, payload])))
    }

    /// Emits an event and asks for an answer: the acknowledgement.
    pub fn ask(&mut self, who: &str, event: &str, payload: &Value) -> Result {
        let id = self.ack_id(who)?;
        self.send(who, &format!("42{id}{}", json!([event, payload])))
    }

    /// The id of the acknowledgement that the client asks for next.
    pub fn ack_id(&mut self, who: &str) -> Result<u64> {
        let client = self.client(who)?;
        let id = client.next_ack;
        client.next_ack += 1;
        Ok(id)
    }

    /// Sends a frame unchanged.
    pub fn send(&mut self, who: &str, frame: &str) -> Result {
        self.client(who)?.connection.send(frame.to_owned());
        self.recorder.line(who, Direction::Sent, frame);
        Ok(())
    }

    /// Sends a frame under each session id of another client that this one has seen. Over long-polling the id is the only
    /// thing that says who sends. Returns the owners of the ids under which the server accepted the frame.
    pub async fn send_as_others(&mut self, who: &str, frame: &str) -> Result<Vec<String>> {
        let http = Http::new(&self.base)?;
        let mut owners = Vec::new();
        let sids = self.recorder.sids_shown_to(who);
        if sids.is_empty() {
            self.recorder
                .line(who, Direction::Happened, "has seen none");
        }
        for (sid, owner) in sids {
            let path = format!("/socket.io/?EIO=4&transport=polling&sid={sid}");
            self.recorder
                .line(who, Direction::Sent, &format!("POST {path} {frame}"));
            let posting = timeout(LIMIT, http.post(&path, frame.to_owned())).await;
            let answer = posting.with_context(|| format!("POST {path} was not answered"))??;
            if answer.status == 200 {
                owners.push(owner);
            }
        }
        Ok(owners)
    }

    /// The payload of the event that this client hears next.
    pub async fn hears(&mut self, who: &str, event: &str) -> Result<Value> {
        let expected = format!("`{event}`");
        let frame = self.receive(who, &expected).await?;
        event_payload(&frame, event).ok_or_else(|| unexpected(who, &expected, &frame))
    }

    /// The answer to the client's last question, which must be what it hears next.
    pub async fn hears_answer(&mut self, who: &str) -> Result<Value> {
        let (last, expected) = self.last_question(who)?;
        let frame = self.receive(who, &expected).await?;
        answer_payload(&frame, last).ok_or_else(|| unexpected(who, &expected, &frame))
    }

    /// The same for an answer that the server only sends after it has waited this long.
    pub async fn hears_late_answer(&mut self, who: &str, waiting: Duration) -> Result<Value> {
        let (last, expected) = self.last_question(who)?;
        let frame = self.receive_later(who, &expected, waiting + LIMIT).await?;
        self.recorder.line(who, Direction::Received, &frame);
        answer_payload(&frame, last).ok_or_else(|| unexpected(who, &expected, &frame))
    }

    pub(super) fn last_question(&mut self, who: &str) -> Result<(u64, String)> {
        let last = self.client(who)?.next_ack.saturating_sub(1);
        Ok((last, format!("the answer to question {last}")))
    }

    /// Waits until the event that the server repeats has exactly this payload.
    pub async fn hears_figures(&mut self, who: &str, payload: &Value) -> Result {
        let (frame, _) = self
            .hears_state(who, FIGURES, payload, FIGURES_LIMIT)
            .await?;
        let frame = frame.with_context(|| {
            format!("{who} should have heard `{FIGURES}{payload}]`, but didn't")
        })?;
        self.recorder.line(who, Direction::Received, &frame);
        Ok(())
    }

    /// Waits for an event about a state that begins like this and has this payload, for at most `limit`. Returns it, and
    /// the newest one before it.
    pub(super) async fn hears_state(
        &mut self,
        who: &str,
        begin: &str,
        payload: &Value,
        limit: Duration,
    ) -> Result<(Option<String>, Option<String>)> {
        let client = self.client(who)?;
        let mut newest = None;
        let waiting = async {
            loop {
                while let Some(frame) = client.states.pop_front() {
                    if state_payload(&frame, begin).as_ref() == Some(payload) {
                        return Some(frame);
                    }
                    newest = Some(frame);
                }
                let frame = client.connection.receive().await?;
                let frames = if is_state(&frame) {
                    &mut client.states
                } else {
                    &mut client.heard
                };
                frames.push_back(frame);
            }
        };
        let heard = timeout(limit, waiting).await.ok().flatten();
        Ok((heard, newest))
    }

    /// The question that this client hears next: the id to answer to, and the payload.
    pub async fn hears_question(&mut self, who: &str, event: &str) -> Result<(u64, Value)> {
        let expected = format!("the question `{event}`");
        let frame = self.receive(who, &expected).await?;
        let digits = frame.strip_prefix("42").unwrap_or_default();
        let end = digits.find('[').unwrap_or_default();
        let id = digits[..end].parse().ok();
        let payload = event_payload(&format!("42{}", &digits[end..]), event);
        // If an answer arrives instead, its date differs from run to run.
        id.zip(payload)
            .ok_or_else(|| unexpected(who, &expected, &redact(&frame, &[])))
    }

    /// Answers a question of the server.
    pub fn answer(&mut self, who: &str, id: u64, payload: &Value) -> Result {
        self.send(who, &format!("43{id}{}", json!([payload])))
    }
}

/// The payload of an event about a state that begins like this.
pub(super) fn state_payload(frame: &str, begin: &str) -> Option<Value> {
    let payload = frame.strip_prefix(begin)?.strip_suffix(']')?;
    serde_json::from_str(payload).ok()
}

/// The payload of the event packet `42["event",payload]`.
pub(super) fn event_payload(frame: &str, event: &str) -> Option<Value> {
    let arguments: Value = serde_json::from_str(frame.strip_prefix("42")?).ok()?;
    (arguments[0] == event).then(|| arguments[1].clone())
}

/// The payload of the acknowledgement packet `43id[payload]`.
pub(super) fn answer_payload(frame: &str, id: u64) -> Option<Value> {
    let arguments = frame.strip_prefix(&format!("43{id}["))?;
    let arguments: Value = serde_json::from_str(&format!("[{arguments}")).ok()?;
    Some(arguments[0].clone())
}
