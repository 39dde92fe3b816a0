//! Everything that crossed the wire, step by step, in a form for people to read and for snapshots to lock.

use std::{
    fmt::{self, Display, Formatter},
    str::FromStr,
};

use anyhow::{Context, Error, Result};
use serde_json::Value;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The longest frame that is shown completely, in characters.
const LONGEST_FRAME: usize = 400;

/// The direction of a line, from the client's point of view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server.
    Sent,
    /// From the server to the client.
    Received,
    /// Not on the wire: something that happened to the client.
    Happened,
}

impl Direction {
    const ALL: [Self; 3] = [Self::Sent, Self::Received, Self::Happened];

    /// Its sign between a client's name and a frame.
    pub fn sign(self) -> char {
        match self {
            Self::Sent => '→',
            Self::Received => '←',
            Self::Happened => '·',
        }
    }
}

/// A frame that crossed, or something that happened to a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The client.
    pub who: String,
    /// Which way the frame went.
    pub direction: Direction,
    /// The frame.
    pub text: String,
}

/// An action of a scenario, and what crossed because of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The action.
    pub title: String,
    /// The frames, client by client.
    pub lines: Vec<Line>,
    /// The connected clients that heard nothing.
    pub silent: Vec<String>,
}

/// The steps of a scenario. Snapshots contain its text, which can be parsed again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// The steps, in order.
    pub steps: Vec<Step>,
}

impl Transcript {
    /// The first difference from another transcript, in words.
    pub fn difference(&self, actual: &Self) -> Option<String> {
        let (expected, actual) = (self.rows(), actual.rows());
        let parts = capture_diff_slices(Algorithm::Myers, &expected, &actual);
        let first = parts
            .into_iter()
            .find(|part| !matches!(part, DiffOp::Equal { .. }))?;
        let expected = expected[first.old_range()].first();
        let actual = actual[first.new_range()].first();
        Some(match (expected, actual) {
            (Some(expected), Some(actual)) => format!("expected `{expected}`, got `{actual}`"),
            (Some(expected), None) => format!("`{expected}` is missing"),
            (None, actual) => format!("`{}` is unexpected", actual.map_or("", String::as_str)),
        })
    }

    /// Every row, without the spaces for alignment.
    pub fn rows(&self) -> Vec<String> {
        let rows = self.steps.iter().flat_map(|step| step.rows(0));
        rows.map(|row| row.trim_start().to_owned()).collect()
    }

    /// The length of the longest name, to which the names in rows are padded.
    pub fn width(&self) -> usize {
        let lines = self.steps.iter().flat_map(|step| &step.lines);
        lines
            .map(|line| line.who.chars().count())
            .max()
            .unwrap_or_default()
    }
}

impl Step {
    /// Its title, its lines with the names padded to this width, and the silent clients.
    pub fn rows(&self, width: usize) -> Vec<String> {
        let mut rows = vec![self.title.clone()];
        rows.extend(self.lines.iter().map(
            |Line {
                 who,
                 direction,
                 text,
             }| { format!("  {who:width$} {} {text}", direction.sign()) },
        ));
        rows.extend(self.silence().map(|words| format!("  {words}")));
        rows
    }

    /// The silent clients, in words: `ana and beto hear nothing`.
    pub fn silence(&self) -> Option<String> {
        match self.silent.as_slice() {
            [] => None,
            [who] => Some(format!("{who} hears nothing")),
            [first @ .., last] => Some(format!("{} and {last} hear nothing", first.join(", "))),
        }
    }
}

impl Display for Transcript {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let width = self.width();
        let mut rows = self.steps.iter().flat_map(|step| step.rows(width));
        rows.try_for_each(|row| writeln!(formatter, "{row}"))
    }
}

impl FromStr for Transcript {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut steps: Vec<Step> = Vec::new();
        for row in text.lines() {
            let Some(inside) = row.strip_prefix("  ") else {
                steps.push(Step {
                    title: row.to_owned(),
                    ..Step::default()
                });
                continue;
            };
            let step = steps.last_mut();
            let step = step.with_context(|| format!("no step begins before `{row}`"))?;
            if let Some(line) = parse_line(inside) {
                step.lines.push(line);
            } else {
                let names = inside.strip_suffix(" hears nothing");
                let names = names.or_else(|| inside.strip_suffix(" hear nothing"));
                let names =
                    names.with_context(|| format!("`{row}` isn't a line of a transcript"))?;
                step.silent = names
                    .replace(" and ", ", ")
                    .split(", ")
                    .map(str::to_owned)
                    .collect();
            }
        }
        Ok(Self { steps })
    }
}

fn parse_line(text: &str) -> Option<Line> {
    let (who, rest) = text.split_once(' ')?;
    let rest = rest.trim_start();
    let mut directions = Direction::ALL.into_iter();
    let direction = directions.find(|direction| rest.starts_with(direction.sign()))?;
    Some(Line {
        who: who.to_owned(),
        direction,
        text: rest.split_once(' ')?.1.to_owned(),
    })
}

/// Records what crosses while a scenario is played.
#[derive(Default)]
pub struct Recorder {
    steps: Vec<Step>,
    /// The clients in the order in which they first appear, which is the order of their lines.
    clients: Vec<String>,
    /// Session ids, each with the client that it belongs to.
    sids: Vec<(String, String)>,
}

impl Recorder {
    /// Begins a step.
    pub fn step(&mut self, title: &str) {
        self.steps.push(Step {
            title: title.to_owned(),
            ..Step::default()
        });
    }

    /// Places a client's lines after those of the clients so far, and before those of later clients.
    pub fn place(&mut self, who: &str) {
        if !self.clients.iter().any(|client| client == who) {
            self.clients.push(who.to_owned());
        }
    }

    /// Adds a line to the step.
    pub fn line(&mut self, who: &str, direction: Direction, text: &str) {
        self.place(who);
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

    /// From now on, replaces this session id with a name made from the client's.
    pub fn name_sid(&mut self, sid: &str, who: &str) {
        self.sids.push((sid.to_owned(), who.to_owned()));
    }

    /// The session ids of other clients that were sent to this one, with their owners.
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

    /// Ends the step, and notes those of these clients that heard nothing in it as silent.
    pub fn end_step(&mut self, present: Vec<String>) {
        if let Some(step) = self.steps.last_mut() {
            let has_heard = |who: &String| {
                let mut lines = step.lines.iter();
                lines.any(|line| line.who == *who && line.direction == Direction::Received)
            };
            step.silent = present.into_iter().filter(|who| !has_heard(who)).collect();
        }
    }

    /// The record so far. Within a step, the lines are sorted by client, since the order between clients isn't
    /// defined.
    pub fn transcript(&self) -> Transcript {
        let mut steps = self.steps.clone();
        for step in &mut steps {
            let place = |line: &Line| self.clients.iter().position(|client| *client == line.who);
            step.lines.sort_by_key(place);
        }
        Transcript { steps }
    }
}

/// Replaces values that differ from run to run with names: session ids (`sids`: id and client), dates in Unix
/// milliseconds, the reason of an error, tokens, and the offered upgrades, which depend on the transport.
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

/// The name for a session id.
fn sid_name(who: &str) -> String {
    format!("<sid of {who}>")
}

/// Replaces in place. Returns `true` if anything was replaced.
fn redact_value(value: &mut Value) -> bool {
    match value {
        Value::Object(fields) => {
            let mut redacted = false;
            for (name, field) in fields {
                let placeholder = match (name.as_str(), &*field) {
                    ("error", Value::String(_)) => "<reason>",
                    ("date" | "fecha", Value::Number(number)) if number.is_u64() => "<date>",
                    // A JSON Web Token, which begins with the encoded `{"`.
                    ("token", Value::String(token)) if token.starts_with("eyJ") => "<token>",
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

/// Shortens a long frame to its beginning and its length.
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

    const TEXT: &str = "\
ana and carla connect
  ana   ← 0{\"sid\":\"<sid of ana>\"}
  carla → 40
beto leaves
  beto  · the connection is cut
  ana, beto and carla hear nothing
";

    #[test]
    fn parsing_and_printing_a_transcript_does_not_change_it() {
        let transcript: Transcript = TEXT.parse().unwrap();
        assert_eq!(transcript.steps.len(), 2);
        let carla = &transcript.steps[0].lines[1];
        assert_eq!(
            (&*carla.who, carla.direction, &*carla.text),
            ("carla", Direction::Sent, "40")
        );
        assert_eq!(transcript.steps[1].silent, ["ana", "beto", "carla"]);
        assert_eq!(transcript.to_string(), TEXT);

        let refusal = |text: &str| text.parse::<Transcript>().unwrap_err().to_string();
        assert_eq!(refusal("a\n  b"), "`  b` isn't a line of a transcript");
        assert_eq!(refusal("  ana → 40"), "no step begins before `  ana → 40`");
    }

    #[test]
    fn the_first_difference_is_named_and_padding_is_ignored() {
        let expected: Transcript = TEXT.parse().unwrap();
        let difference = |from: &str, to: &str| {
            assert!(TEXT.contains(from));
            expected.difference(&TEXT.replace(from, to).parse().unwrap())
        };
        assert_eq!(difference("  ana   ←", "  ana ←"), None);
        let words = |from, to| difference(from, to).unwrap();
        assert_eq!(words("  carla → 40\n", ""), "`carla → 40` is missing");
        assert_eq!(
            words("→ 40\n", "→ 40\n  carla ← 41\n"),
            "`carla ← 41` is unexpected"
        );
        assert_eq!(
            words("→ 40", "→ 41"),
            "expected `carla → 40`, got `carla → 41`"
        );
    }

    #[test]
    fn lines_are_sorted_by_client_and_silence_is_noted() {
        let mut recorder = Recorder::default();
        recorder.step("ana asks");
        recorder.line("ana", Direction::Sent, "1");
        recorder.line("beto", Direction::Sent, "2");
        recorder.line("ana", Direction::Received, "3");
        recorder.end_step(vec!["ana".into(), "beto".into()]);
        assert_eq!(
            recorder.transcript().to_string(),
            "ana asks\n  ana  → 1\n  ana  ← 3\n  beto → 2\n  beto hears nothing\n"
        );
    }

    #[test]
    fn values_that_differ_from_run_to_run_get_names() {
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
    fn wrong_values_are_not_replaced() {
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
