//! Compares each page with its lesson's transcript, so that the panel and the snapshot agree.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use browser::{Chromium, Result, Tab};
use course::{lessons::Lesson, scenarios};
use serde_json::json;
use wire::transcript::{Direction, redact};

use crate::servers;

/// One client's lines in a scenario's transcript: direction and frame.
type Frames = Vec<(String, String)>;

/// Scenarios that can be played on a page: everybody connects, and ana sends one message.
const ON_PAGES: [&str; 5] = [
    "a_client_that_vanishes_disturbs_nobody",
    "a_message_is_logged_but_not_sent_on",
    "a_message_reaches_everyone_including_the_sender",
    "only_the_sender_gets_the_answer",
    "broadcast_reaches_everyone_but_the_sender",
];

/// The frames of each client in the snapshot of the newest of these scenarios that applies to the lesson.
fn transcript(lesson: &Lesson) -> Result<BTreeMap<String, Frames>> {
    let mut held = scenarios::of(lesson).into_iter().rev();
    let scenario = held.find(|scenario| ON_PAGES.contains(&scenario.name));
    let scenario = scenario.context("no page can play a scenario of this lesson")?;
    let mut clients: BTreeMap<String, Frames> = BTreeMap::new();
    for line in scenario
        .expected()?
        .steps
        .into_iter()
        .flat_map(|step| step.lines)
    {
        let direction = match line.direction {
            Direction::Sent => "sent",
            Direction::Received => "received",
            Direction::Happened => continue,
        };
        let frames = clients.entry(line.who).or_default();
        frames.push((direction.to_owned(), line.text));
    }
    Ok(clients)
}

/// Whether the lesson's page lists what others send.
pub fn lists_messages(lesson: &Lesson) -> Result<bool> {
    let transcript = transcript(lesson)?;
    let beto = transcript.get("beto").context("there's no beto")?;
    Ok(beto.iter().any(|(_, frame)| frame.starts_with("42")))
}

/// The text of the message that ana sends, if she sends one.
fn message(frames: &Frames) -> Option<String> {
    let sent = frames
        .iter()
        .find(|(direction, frame)| direction == "sent" && frame.contains('['));
    let (_, frame) = sent?;
    let arguments: serde_json::Value = serde_json::from_str(&frame[frame.find('[')?..]).ok()?;
    arguments[1]["mensaje"].as_str().map(str::to_owned)
}

pub async fn shows_what_its_transcript_says(
    chromium: &Chromium,
    lesson: &Lesson,
    transport: &str,
) -> Result {
    let server = servers::serve(lesson).await?;
    let base = &server.base;
    let transcript = transcript(lesson)?;
    let guest = chromium.guest().await?;
    let mut tabs: BTreeMap<&str, Tab> = BTreeMap::new();
    for name in transcript.keys() {
        let query = if transport == "both" {
            String::new()
        } else {
            format!("?transport={transport}")
        };
        let tab = guest.open(&format!("{base}/{query}")).await?;
        tab.is_online().await?;
        tabs.insert(name, tab);
    }
    let text = message(&transcript["ana"]);
    if let Some(text) = &text {
        tabs["ana"].send(text).await?;
    }
    // Everybody twice: once ana has settled, the effects of her message are on their way.
    for tab in tabs.values().chain(tabs.values()) {
        tab.settle().await?;
    }

    let mut sids = Vec::new();
    for (name, tab) in &tabs {
        let sid = tab.evaluate("socket.io.engine.id").await?;
        sids.push((
            sid.as_str().unwrap_or_default().to_owned(),
            (*name).to_owned(),
        ));
    }
    for (name, tab) in &mut tabs {
        let expected = &transcript[*name];
        let frames = tab.frames().await?.into_iter();
        let frames: Frames = frames
            .filter(|(_, frame)| !frame.contains("/fence"))
            .map(|(direction, frame)| (direction, redact(&frame, &sids)))
            .collect();
        if frames != *expected {
            bail!("{name}'s panel shows\n{frames:#?}\nbut expected\n{expected:#?}");
        }
        shows(tab, name, expected, text.as_deref()).await?;

        let problems = tab.problems().await?;
        if !problems.is_empty() {
            bail!("{name}'s page has problems: {problems:#?}");
        }
        let authority = base.trim_start_matches("http://");
        let requests = tab.requests().await?;
        let is_ours = |url: &&String| !url.contains(&format!("://{authority}/"));
        if let Some(foreign) = requests.iter().find(is_ours) {
            bail!("{name}'s page asks for {foreign}");
        }
    }
    for tab in tabs.into_values() {
        tab.close().await?;
    }
    Ok(())
}

/// Checks the page itself: the list, the answer, and the console as in the notes.
async fn shows(tab: &mut Tab, name: &str, frames: &Frames, text: Option<&str>) -> Result {
    let received = |start: &str| {
        let mut received = frames
            .iter()
            .filter(|(direction, _)| direction == "received");
        received.any(|(_, frame)| frame.starts_with(start))
    };
    let console = tab.console().await?;
    let mut expected = vec!["Conectado".to_owned()];

    if received("42") {
        expected.push("object".to_owned());
        let messages = tab.messages().await?;
        if messages != json!([text]) {
            bail!("{name}'s page should list {text:?}, but lists {messages}");
        }
    } else if tab.messages().await? != json!([]) {
        bail!("{name}'s page should list nothing");
    }

    if received("43") {
        expected.push("Desde el server object".to_owned());
        let answer = tab.evaluate("JSON.parse(lblRespuesta.textContent)").await?;
        if answer["id"] != "123" || answer["processID"] != 999 || !answer["date"].is_u64() {
            bail!("{name}'s page shows the answer {answer}");
        }
    }

    if console != expected {
        bail!("{name}'s console should say {expected:?}, but says {console:?}");
    }
    Ok(())
}
