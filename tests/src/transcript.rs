//! What crossed the wire, step by step, in a form that a person reads and a snapshot locks.

use std::fmt::Write as _;

use serde_json::Value;

/// The longest frame that is shown whole, in characters.
const LONGEST_FRAME: usize = 400;

/// Which way a line went, seen from the client.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server.
    Sent,
    /// From the server to the client.
    Received,
    /// Not on the wire: something that happened to the client.
    Happened,
}

struct Line {
    who: String,
    direction: Direction,
    text: String,
}

struct Step {
    title: String,
    lines: Vec<Line>,
    /// Who could have heard something and did not, known when the step is over.
    silent: Vec<String>,
}

/// The steps of a scenario, each with the frames that crossed in it.
#[derive(Default)]
pub struct Transcript {
    steps: Vec<Step>,
    /// The clients in the order in which they first came, which is the order of their lines.
    clients: Vec<String>,
    /// Session ids, and the clients whose they are.
    sids: Vec<(String, String)>,
}

impl Transcript {
    /// Begins a step.
    pub fn step(&mut self, title: &str) {
        self.steps.push(Step {
            title: title.to_owned(),
            lines: Vec::new(),
            silent: Vec::new(),
        });
    }

    /// Adds a line to the step.
    pub fn line(&mut self, who: &str, direction: Direction, text: &str) {
        if !self.clients.iter().any(|client| client == who) {
            self.clients.push(who.to_owned());
        }
        let text = if direction == Direction::Happened {
            text.to_owned()
        } else {
            shorten(&redact(text, &self.sids))
        };
        if let Some(step) = self.steps.last_mut() {
            step.lines.push(Line {
                who: who.to_owned(),
                direction,
                text,
            });
        }
    }

    /// Says whose session id this is, so that a name stands for it.
    pub fn name_sid(&mut self, sid: &str, who: &str) {
        self.sids.push((sid.to_owned(), who.to_owned()));
    }

    /// The session ids of others that this client was shown, and whose they are.
    #[must_use]
    pub fn sids_shown_to(&self, who: &str) -> Vec<(String, String)> {
        let lines = self.steps.iter().flat_map(|step| &step.lines);
        let heard = lines.filter(|line| line.who == who && line.direction == Direction::Received);
        let heard: Vec<_> = heard.map(|line| &line.text).collect();
        let mut sids = self.sids.clone();
        sids.retain(|(_, owner)| {
            let name = sid_name(owner);
            owner != who && heard.iter().any(|text| text.contains(&name))
        });
        sids
    }

    /// Whether this client heard anything in the step.
    #[must_use]
    pub fn has_heard(&self, who: &str) -> bool {
        self.steps.last().is_some_and(|step| {
            step.lines
                .iter()
                .any(|line| line.who == who && line.direction == Direction::Received)
        })
    }

    /// Ends the step: these clients were there and heard nothing.
    pub fn silent(&mut self, who: Vec<String>) {
        if let Some(step) = self.steps.last_mut() {
            step.silent = who;
        }
    }

    /// The transcript as text: a title, then the lines client by client, then who heard nothing.
    #[must_use]
    pub fn render(&self) -> String {
        let width = self.clients.iter().map(|who| who.chars().count()).max();
        let width = width.unwrap_or_default();
        let mut text = String::new();
        for step in &self.steps {
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "{}", step.title);
            for who in &self.clients {
                for line in step.lines.iter().filter(|line| line.who == *who) {
                    let sign = match line.direction {
                        Direction::Sent => '→',
                        Direction::Received => '←',
                        Direction::Happened => '·',
                    };
                    let _ = writeln!(text, "  {who:width$} {sign} {}", line.text);
                }
            }
            match step.silent.as_slice() {
                [] => {}
                [who] => {
                    let _ = writeln!(text, "  {who} hears nothing");
                }
                [first @ .., last] => {
                    let _ = writeln!(text, "  {} and {last} hear nothing", first.join(", "));
                }
            }
        }
        text
    }
}

/// Replaces what differs from run to run by names: session ids (`sids`: id and client), dates in Unix
/// milliseconds, the reason of an error, and the upgrades on offer, which depend on the transport.
#[must_use]
pub fn redact(frame: &str, sids: &[(String, String)]) -> String {
    let mut frame = frame.to_owned();
    for (sid, who) in sids {
        frame = frame.replace(sid, &sid_name(who));
    }
    let Some(start) = frame.find(['[', '{']) else {
        return frame;
    };
    let (head, json) = frame.split_at(start);
    let Ok(mut value) = serde_json::from_str(json) else {
        return frame;
    };
    if redact_value(&mut value) {
        format!("{head}{value}")
    } else {
        frame
    }
}

/// What stands for a session id.
fn sid_name(who: &str) -> String {
    format!("<sid of {who}>")
}

/// Replaces in place; `true` where anything was replaced.
fn redact_value(value: &mut Value) -> bool {
    match value {
        Value::Object(fields) => {
            let mut redacted = false;
            for (name, field) in fields {
                let placeholder = match (name.as_str(), &*field) {
                    ("error", Value::String(_)) => "<reason>",
                    ("date" | "fecha", Value::Number(number)) if number.is_u64() => "<date>",
                    ("upgrades", _) => "<upgrades>",
                    _ => {
                        redacted |= redact_value(field);
                        continue;
                    }
                };
                *field = placeholder.into();
                redacted = true;
            }
            redacted
        }
        Value::Array(items) => {
            let mut redacted = false;
            for item in items {
                redacted |= redact_value(item);
            }
            redacted
        }
        _ => false,
    }
}

/// A long frame by its beginning and its length.
fn shorten(frame: &str) -> String {
    let length = frame.chars().count();
    if length <= LONGEST_FRAME {
        return frame.to_owned();
    }
    let beginning: String = frame.chars().take(60).collect();
    format!("{beginning}… ({length} characters)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_run_to_run_is_replaced_by_names() {
        let sids = [("x7".to_owned(), "ana".to_owned())];
        assert_eq!(
            redact(r#"40{"sid":"x7"}"#, &sids),
            r#"40{"sid":"<sid of ana>"}"#
        );
        assert_eq!(
            redact(
                r#"430[{"id":"1","processID":999,"date":1700000000000}]"#,
                &[]
            ),
            r#"430[{"id":"1","processID":999,"date":"<date>"}]"#
        );
        assert_eq!(
            redact(r#"430[{"error":"no"}]"#, &[]),
            r#"430[{"error":"<reason>"}]"#
        );
    }

    #[test]
    fn what_is_wrong_stays_as_it_is() {
        for frame in [
            r#"430[{"error":7}]"#,
            r#"42["x",{"fecha":"ayer"}]"#,
            "42[",
            "41",
        ] {
            assert_eq!(redact(frame, &[]), frame);
        }
    }
}
