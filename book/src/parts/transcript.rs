//! `{{#transcript}}`: what crossed the wire in a scenario, drawn and as text.

pub mod chart;

use anyhow::{Context, Error, Result};

use crate::{html::escape, site::Site};

/// A step of a scenario.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub title: String,
    /// What crossed, client by client.
    pub lines: Vec<Line>,
    /// Who heard nothing, in words.
    pub silence: Option<String>,
}

/// What crossed, or what happened to a client.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// The client.
    pub who: String,
    /// Which way it went.
    pub way: Way,
    /// The frame.
    pub text: String,
}

/// Which way a frame went, seen from the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To the server.
    Sent,
    /// From the server.
    Received,
    /// Not on the wire: something that happened to the client.
    Happened,
}

impl Way {
    const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Sent, "→", "sent"),
        (Self::Received, "←", "received"),
        (Self::Happened, "·", "happened"),
    ];

    fn sign(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(way, ..)| *way == self)
            .map_or("", |(_, sign, _)| sign)
    }

    /// Its class, for the style.
    pub fn class(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(way, ..)| *way == self)
            .map_or("", |(.., class)| class)
    }
}

/// The transcript of a scenario, by the number of the lesson that it begins with and its name.
pub fn write(site: &Site, lesson: &str, scenario: &str) -> Result<String> {
    let name = format!("{lesson}_{scenario}");
    let steps = parse(&site.snapshot(&name)?)
        .map_err(Error::msg)
        .with_context(|| format!("tests/snapshots/{name}.snap is not a transcript"))?;
    let title = title(scenario);
    let label = format!("Sequence chart: {title}. The same frames follow as text.");
    let chart = chart::draw(&steps, &label);
    let text: String = steps.iter().map(step).collect();
    Ok(format!(
        "<figure class=\"transcript\"><figcaption>{}</figcaption><div class=\"both\"><div class=\"chart\">{chart}</div><ol class=\"wire\">{text}</ol></div></figure>",
        escape(&title)
    ))
}

/// A scenario's name, as a person says it.
pub fn title(scenario: &str) -> String {
    let name = scenario.strip_prefix("exercise_").unwrap_or(scenario);
    name.replace('_', " ")
}

fn step(step: &Step) -> String {
    let mut lines = String::new();
    for line in &step.lines {
        lines += &format!(
            "<li class=\"{}\"><b>{}</b> <span class=\"way\">{}</span> <code>{}</code></li>",
            line.way.class(),
            escape(&line.who),
            line.way.sign(),
            escape(&line.text)
        );
    }
    if let Some(words) = &step.silence {
        lines += &format!("<li class=\"silence\">{}</li>", escape(words));
    }
    format!("<li><p>{}</p><ul>{lines}</ul></li>", escape(&step.title))
}

/// The steps of a transcript.
///
/// # Errors
/// A line is none of a transcript's; gives it.
pub fn parse(text: &str) -> Result<Vec<Step>, String> {
    let mut steps: Vec<Step> = Vec::new();
    for text in text.lines() {
        let Some(inside) = text.strip_prefix("  ") else {
            steps.push(Step {
                title: text.to_owned(),
                ..Step::default()
            });
            continue;
        };
        let step = steps.last_mut().ok_or(text)?;
        let line = Way::ALL.iter().find_map(|(way, sign, _)| {
            let (who, frame) = inside.split_once(&format!(" {sign} "))?;
            let who = who.trim_end();
            (!who.contains(' ')).then(|| Line {
                who: who.to_owned(),
                way: *way,
                text: frame.to_owned(),
            })
        });
        match line {
            Some(line) => step.lines.push(line),
            None if inside.ends_with(" nothing") => step.silence = Some(inside.to_owned()),
            None => return Err(text.to_owned()),
        }
    }
    Ok(steps)
}

/// Who heard nothing, from the words that say so.
fn silent(words: &str) -> Vec<&str> {
    let names = words.split(" hear").next().unwrap_or_default();
    names
        .split(", ")
        .flat_map(|names| names.split(" and "))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRANSCRIPT: &str = "\
ana and carla connect
  ana   ← 0{\"sid\":\"<sid of ana>\"}
  carla → 40
beto leaves
  beto  · the connection is cut
  ana, beto and carla hear nothing
";

    #[test]
    fn a_transcript_has_steps_with_lines() {
        let steps = parse(TRANSCRIPT).unwrap();
        assert_eq!(steps.len(), 2);
        assert_eq!(
            steps[0].lines[1],
            Line {
                who: "carla".into(),
                way: Way::Sent,
                text: "40".into()
            }
        );
        assert_eq!(steps[1].lines[0].way, Way::Happened);
        let words = steps[1].silence.as_deref().unwrap();
        assert_eq!(silent(words), ["ana", "beto", "carla"]);
        assert_eq!(silent("ana hears nothing"), ["ana"]);
    }

    #[test]
    fn what_is_no_transcript_is_refused() {
        assert_eq!(parse("a\n  b").unwrap_err(), "  b");
    }

    #[test]
    fn the_text_shows_every_frame_whole() {
        let steps = parse(TRANSCRIPT).unwrap();
        let text: String = steps.iter().map(step).collect();
        assert!(
            text.contains("<code>0{&quot;sid&quot;:&quot;&lt;sid of ana&gt;&quot;}</code>"),
            "{text}"
        );
        assert!(text.contains("ana, beto and carla hear nothing"), "{text}");
    }
}
