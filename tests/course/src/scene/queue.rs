//! The capstone's queue: answers whose words and order are the server's own choice, and the newest state.

use std::time::Duration;

use anyhow::{bail, ensure};
use serde_json::{Value, json};
use wire::transcript::Direction;

use super::{
    QUEUE, Result, Scene,
    talk::{answer_payload, state_payload},
    unexpected,
};

/// How long a server may take that writes to a disk before it answers. Fences don't wait for that.
const STORE_LIMIT: Duration = Duration::from_secs(3);

impl Scene {
    /// From now on, the transcript doesn't say who heard nothing: every change of the queue reaches everyone.
    pub fn watches_the_queue(&mut self) {
        self.notes_silence = false;
    }

    /// Hears this answer to its last question, with its fields in any order.
    pub async fn is_answered(&mut self, who: &str, answer: &Value) -> Result {
        let (last, frame) = self.receive_stored(who).await?;
        if answer_payload(&frame, last).as_ref() == Some(answer) {
            let frame = format!("43{last}{}", json!([answer]));
            self.recorder.line(who, Direction::Received, &frame);
            return Ok(());
        }
        self.recorder.line(who, Direction::Received, &frame);
        Err(unexpected(who, &answer.to_string(), &frame))
    }

    /// Hears why its last question is refused: in an `error`, in the server's own words.
    pub async fn is_told_why_not(&mut self, who: &str) -> Result {
        let (last, frame) = self.receive_stored(who).await?;
        let answer = answer_payload(&frame, last).unwrap_or_default();
        let words = answer["error"].as_str().unwrap_or_default();
        if words.trim().is_empty() || answer.get("ok").is_some() {
            self.recorder.line(who, Direction::Received, &frame);
            return Err(unexpected(who, "an `error` with a sentence", &frame));
        }
        let frame = format!("43{last}{}", json!([{ "error": "<reason>" }]));
        self.recorder.line(who, Direction::Received, &frame);
        Ok(())
    }

    /// Hears an answer to each of its last `count` questions, in any order, and returns them.
    pub async fn is_answered_in_any_order(&mut self, who: &str, count: u64) -> Result<Vec<Value>> {
        let next = self.client(who)?.next_ack;
        let mut open: Vec<_> = (next - count..next).collect();
        let mut answers = Vec::new();
        while !open.is_empty() {
            let expected = format!("answers to {} more questions", open.len());
            let frame = self.receive_later(who, &expected, STORE_LIMIT).await?;
            let answered = open
                .iter()
                .enumerate()
                .find_map(|(at, id)| Some((at, answer_payload(&frame, *id)?)));
            let Some((at, answer)) = answered else {
                self.recorder.line(who, Direction::Received, &frame);
                return Err(unexpected(who, &expected, &frame));
            };
            open.remove(at);
            answers.push(answer);
        }
        let note = format!("hears {count} answers, in any order");
        self.recorder.line(who, Direction::Happened, &note);
        Ok(answers)
    }

    /// Hears at last what the queue is like now, and nothing else about it afterwards.
    pub async fn sees_queue(&mut self, who: &str, queue: &Value) -> Result {
        let expected = format!("{QUEUE}{queue}]");
        let (heard, newest) = self.hears_state(who, QUEUE, queue, STORE_LIMIT).await?;
        if heard.is_none() {
            let Some(newest) = newest else {
                bail!("{who} should have heard `{expected}`, but heard no `cola`");
            };
            self.recorder.line(who, Direction::Received, &newest);
            return Err(unexpected(who, &expected, &newest));
        }
        self.recorder.line(who, Direction::Received, &expected);
        for _ in 0..2 {
            self.fence().await?;
        }
        for frame in &self.client(who)?.states {
            ensure!(
                state_payload(frame, QUEUE).as_ref() == Some(queue),
                "{who} heard `{expected}`, but afterwards {frame}"
            );
        }
        Ok(())
    }

    /// The next frame, which should answer the client's last question.
    async fn receive_stored(&mut self, who: &str) -> Result<(u64, String)> {
        let (last, expected) = self.last_question(who)?;
        let frame = self.receive_later(who, &expected, STORE_LIMIT).await?;
        Ok((last, frame))
    }
}
