//! `{{#transcript}}`: what crossed the wire in a scenario, drawn and as text.

pub mod chart;

use anyhow::{Context, Result};
use wire::transcript::{Direction, Step, Transcript};

use crate::{html::escape, site::Site};

/// The class of a line, for the style.
fn class(direction: Direction) -> &'static str {
    match direction {
        Direction::Sent => "sent",
        Direction::Received => "received",
        Direction::Happened => "happened",
    }
}

/// The transcript of a scenario, by the number of the lesson that it begins with and its name.
pub fn write(site: &Site, lesson: &str, scenario: &str) -> Result<String> {
    let name = format!("{lesson}_{scenario}");
    let transcript: Transcript = site
        .snapshot(&name)?
        .parse()
        .with_context(|| format!("tests/snapshots/{name}.snap is not a transcript"))?;
    let steps = transcript.steps;
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
            class(line.direction),
            escape(&line.who),
            line.direction.sign(),
            escape(&line.text)
        );
    }
    if let Some(words) = step.silence() {
        lines += &format!("<li class=\"silence\">{}</li>", escape(&words));
    }
    format!("<li><p>{}</p><ul>{lines}</ul></li>", escape(&step.title))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_shows_every_frame_whole() {
        let text =
            "ana connects\n  ana  ← 0{\"sid\":\"<sid of ana>\"}\n  ana and beto hear nothing\n";
        let transcript: Transcript = text.parse().unwrap();
        let text: String = transcript.steps.iter().map(step).collect();
        assert!(
            text.contains("<code>0{&quot;sid&quot;:&quot;&lt;sid of ana&gt;&quot;}</code>"),
            "{text}"
        );
        assert!(text.contains("ana and beto hear nothing"), "{text}");
    }
}
