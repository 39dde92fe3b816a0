//! Many events at once, of which the transcript shows the first, the last, and how many there are between.

use std::{ops::RangeInclusive, time::Duration};

use anyhow::Context;
use serde_json::{Value, json};
use wire::transcript::Direction;

use super::{
    Result, Scene,
    talk::{answer_payload, event_payload},
    unexpected,
};

/// How long the next event may take if the server sends at intervals.
const TICK: Duration = Duration::from_secs(5);

impl Scene {
    /// Emits these payloads at once, asking for an answer to each or to none.
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

    /// Hears these payloads of several senders: those of each sender in their order, one sender's between the other's.
    pub async fn hears_bursts(&mut self, who: &str, event: &str, bursts: &[&[Value]]) -> Result {
        let mut heard = vec![Vec::new(); bursts.len()];
        for number in 0..bursts.iter().map(|burst| burst.len()).sum() {
            let expected = format!("`{event}` number {number}");
            let frame = self.receive_silently(who, &expected).await?;
            let payload = event_payload(&frame, event);
            let next = |(burst, heard): (&&[Value], &mut Vec<String>)| {
                let is_next = payload.is_some() && burst.get(heard.len()) == payload.as_ref();
                is_next.then(|| heard.push(frame.clone()))
            };
            let sender = bursts.iter().zip(&mut heard).find_map(next);
            sender.with_context(|| format!("{who} heard {frame} out of order"))?;
        }
        for frames in &heard {
            self.record_burst(who, Direction::Received, frames);
        }
        Ok(())
    }

    /// Hears this many numbers, each greater by one than the one before and nothing between them, and returns the first
    /// and the last. They depend on when the client connected, so the transcript leaves them out.
    pub async fn hears_rising(
        &mut self,
        who: &str,
        event: &str,
        count: u64,
    ) -> Result<RangeInclusive<u64>> {
        let expected = format!("`{event}` with a number");
        let frame = self.receive_later(who, &expected, TICK).await?;
        let first = event_payload(&frame, event).and_then(|payload| payload.as_u64());
        let first = first.ok_or_else(|| unexpected(who, &expected, &frame))?;
        let last = first + count - 1;
        for number in first + 1..=last {
            let expected = format!("`{event}` with {number}");
            let frame = self.receive_later(who, &expected, TICK).await?;
            if event_payload(&frame, event) != Some(number.into()) {
                return Err(unexpected(who, &expected, &frame));
            }
        }
        let frame = format!("42{}", json!([event, "<number>"]));
        self.recorder.line(who, Direction::Received, &frame);
        let others = format!("… {} more, each greater by one …", count - 1);
        self.recorder.line(who, Direction::Received, &others);
        Ok(first..=last)
    }

    /// Hears the answers to its last `count` questions, in the order of its questions.
    pub async fn hears_answers(&mut self, who: &str, count: u64) -> Result {
        let next = self.client(who)?.next_ack;
        let mut frames = Vec::new();
        for id in next - count..next {
            let expected = format!("the answer to question {id}");
            let frame = self.receive_silently(who, &expected).await?;
            if answer_payload(&frame, id).is_none() {
                return Err(unexpected(who, &expected, &frame));
            }
            frames.push(frame);
        }
        self.record_burst(who, Direction::Received, &frames);
        Ok(())
    }

    pub(super) fn record_burst(&mut self, who: &str, direction: Direction, frames: &[String]) {
        if let [first, .., last] = frames {
            self.recorder.line(who, direction, first);
            let between = format!("… {} more, in order …", frames.len() - 2);
            self.recorder.line(who, direction, &between);
            self.recorder.line(who, direction, last);
        }
    }
}
