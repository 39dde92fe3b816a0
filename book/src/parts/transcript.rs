//! `{{#transcript}}`: what crossed the wire in a scenario, as a sequence chart.
//!
//! The chart is a list, and its style draws it: a lifeline for each client and for the server, an arrow below each frame.
//! So it's as wide as the page, its text can be read aloud and copied, and no frame is cut off.

use anyhow::{Context, Result};
use course::lessons::CAPSTONE;
use wire::transcript::{Direction, Line, Step, Transcript};

use crate::{html::escape, site::Site};

/// The name of the server's lifeline, and what a transcript calls the server where it tells what the server did.
const SERVER: &str = "server";

/// The class of a line, for the style.
fn class(direction: Direction) -> &'static str {
    match direction {
        Direction::Sent => "sent",
        Direction::Received => "received",
        Direction::Happened => "happened",
    }
}

/// The transcript of a scenario, by the number of the lesson that it begins with (or `capstone`) and its name.
pub fn write(site: &Site, lesson: &str, scenario: &str) -> Result<String> {
    let name = format!("{lesson}_{scenario}");
    let transcript: Transcript = site
        .snapshot(&name)?
        .parse()
        .with_context(|| format!("tests/snapshots/{name}.snap is not a transcript"))?;
    let steps = transcript.steps;
    let is_explained = lesson == CAPSTONE || {
        let lesson = site.lesson(lesson)?;
        lesson.includes("connect") && lesson.package() != "connect"
    };
    let hides_openings = is_explained && !steps.iter().all(is_opening);
    Ok(format!(
        "<figure class=\"transcript\"><figcaption>{}</figcaption>{}</figure>",
        escape(&title(scenario)),
        chart(&steps, hides_openings)
    ))
}

/// Whether a step is a handshake and nothing else. Lesson 02 shows these frames; after it they hide what is new.
fn is_opening(step: &Step) -> bool {
    let is_of_it = |line: &Line| {
        line.text == "40" || line.text.starts_with("40{") || line.text.starts_with("0{")
    };
    step.silent.is_empty() && step.lines.iter().all(is_of_it)
}

/// A scenario's name, as a person says it.
pub fn title(scenario: &str) -> String {
    let name = scenario.strip_prefix("exercise_").unwrap_or(scenario);
    name.replace('_', " ")
}

fn chart(steps: &[Step], hides_openings: bool) -> String {
    let clients = clients(steps);
    let names = clients.iter().copied().chain([SERVER]);
    let names: Vec<_> = names.map(escape).collect();
    let steps = steps.iter().map(|found| {
        let is_hidden = hides_openings && is_opening(found);
        step(found, if is_hidden { &[] } else { &found.lines }, &clients)
    });
    let steps: String = steps.collect();
    format!(
        "<div class=\"chart\" style=\"--clients:{}\"><p class=\"names\" aria-hidden=\"true\"><b>{}</b></p><p class=\"lifelines\" aria-hidden=\"true\">{}</p><ol>{steps}</ol></div>",
        clients.len(),
        names.join("</b><b>"),
        "<i></i>".repeat(names.len())
    )
}

/// The clients, in the order in which they appear.
fn clients(steps: &[Step]) -> Vec<&str> {
    let mut clients: Vec<&str> = Vec::new();
    for step in steps {
        let lines = step.lines.iter().map(|line| &*line.who);
        let silent = step.silent.iter().map(String::as_str);
        for who in lines.chain(silent) {
            if who != SERVER && !clients.contains(&who) {
                clients.push(who);
            }
        }
    }
    clients
}

fn step(step: &Step, shown: &[Line], clients: &[&str]) -> String {
    let mut lines = String::new();
    for line in shown {
        // The server's lifeline is the last one.
        let lifeline = clients.iter().position(|client| *client == line.who);
        lines += &format!(
            "<li class=\"{}\" style=\"--at:{}\"><div><b>{} {}</b> <code>{}</code></div></li>",
            class(line.direction),
            lifeline.unwrap_or(clients.len()),
            escape(&line.who),
            line.direction.sign(),
            escape(&line.text)
        );
    }
    if let Some(words) = step.silence() {
        lines += &format!("<li><div><i>{}</i></div></li>", escape(&words));
    }
    format!("<li><p>{}</p><ul>{lines}</ul></li>", escape(&step.title))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(text: &str) -> String {
        chart(&text.parse::<Transcript>().unwrap().steps, false)
    }

    #[test]
    fn a_handshake_is_shown_in_the_lesson_that_explains_it() {
        let site = Site::read(Vec::new()).unwrap();
        let frames = |lesson: &str, scenario: &str| {
            let text = write(&site, lesson, scenario).unwrap();
            text.matches("<code>40</code>").count()
        };
        assert_ne!(frames("02", "clients_come_and_go"), 0);
        let scenario = "a_message_reaches_everyone_including_the_sender";
        assert_eq!(frames("04", scenario), 0);
    }

    #[test]
    fn every_frame_is_whole() {
        let chart = draw(
            "ana connects\n  ana  ← 0{\"sid\":\"<sid of ana>\"}\n  ana and beto hear nothing\n",
        );
        assert!(
            chart.contains("<code>0{&quot;sid&quot;:&quot;&lt;sid of ana&gt;&quot;}</code>"),
            "{chart}"
        );
        assert!(chart.contains("ana and beto hear nothing"), "{chart}");
    }

    #[test]
    fn each_client_has_a_lifeline_and_the_server_the_last_one() {
        let chart = draw(
            "a step\n  ana    → 40\n  server · logs it\n  beto   ← 42[\"x\"]\n  carla hears nothing\n",
        );
        assert!(
            chart.contains("<b>ana</b><b>beto</b><b>carla</b><b>server</b>"),
            "{chart}"
        );
        assert_eq!(chart.matches("<i></i>").count(), 4);
        for line in [
            "<li class=\"sent\" style=\"--at:0\"><div><b>ana →",
            "<li class=\"happened\" style=\"--at:3\"><div><b>server ·",
            "<li class=\"received\" style=\"--at:1\"><div><b>beto ←",
        ] {
            assert!(chart.contains(line), "{chart}");
        }
    }
}
