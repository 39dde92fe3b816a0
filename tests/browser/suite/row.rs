//! Each page against the transcript of its lesson: the panel cannot say one thing and the snapshot another.

use std::collections::BTreeMap;

use browser::{Chromium, Result, Tab};
use course::{lessons::Lesson, scenarios};
use serde_json::json;
use wire::transcript::redact;

use crate::servers;

/// What a scenario's transcript says of one client: direction and frame.
type Frames = Vec<(String, String)>;

/// The scenario that a person can play on the lesson's pages: everybody connects, and ana sends one message.
fn scenario(lesson: &Lesson) -> &'static str {
    match lesson.number {
        2 => "a_client_that_vanishes_disturbs_nobody",
        3 => "a_message_is_logged_and_nobody_hears_it",
        4 => "a_message_reaches_everyone_the_sender_included",
        5 => "the_callback_answers_the_sender_alone",
        _ => "broadcast_reaches_everyone_but_the_sender",
    }
}

/// The frames of each client, as the snapshot of the lesson's scenario has them.
fn transcript(lesson: &Lesson) -> Result<BTreeMap<String, Frames>> {
    let name = scenario(lesson);
    let all = scenarios::all();
    let scenario = all.iter().find(|scenario| scenario.name == name);
    let scenario = scenario.ok_or_else(|| format!("there is no scenario {name}"))?;
    let mut clients: BTreeMap<String, Frames> = BTreeMap::new();
    for line in scenario.expected()?.lines() {
        for (sign, direction) in [(" → ", "sent"), (" ← ", "received")] {
            if let Some((who, frame)) = line.split_once(sign) {
                let frames = clients.entry(who.trim().to_owned()).or_default();
                frames.push((direction.to_owned(), frame.to_owned()));
            }
        }
    }
    Ok(clients)
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
    let base = servers::serve(lesson).await?;
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
    // Everybody twice: what ana's message leads to is on its way once she has settled.
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
            return Err(format!(
                "{name}'s panel shows\n{frames:#?}\nbut should show\n{expected:#?}"
            )
            .into());
        }
        shows(tab, name, expected, text.as_deref()).await?;

        let problems = tab.problems(true).await?;
        if !problems.is_empty() {
            return Err(format!("{name}'s page has problems: {problems:#?}").into());
        }
        let authority = base.trim_start_matches("http://");
        let requests = tab.requests().await?;
        let is_ours = |url: &&String| !url.contains(&format!("://{authority}/"));
        if let Some(foreign) = requests.iter().find(is_ours) {
            return Err(format!("{name}'s page asks for {foreign}").into());
        }
    }
    for tab in tabs.into_values() {
        tab.close().await?;
    }
    Ok(())
}

/// The page itself: the list, the answer, the console as in the notes.
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
            return Err(format!("{name}'s page should list {text:?}, but lists {messages}").into());
        }
    } else if tab.messages().await? != json!([]) {
        return Err(format!("{name}'s page should list nothing").into());
    }

    if received("43") {
        expected.push("Desde el server object".to_owned());
        let answer = tab.evaluate("JSON.parse(lblRespuesta.textContent)").await?;
        if answer["id"] != "123" || answer["processID"] != 999 || !answer["date"].is_u64() {
            return Err(format!("{name}'s page shows the answer {answer}").into());
        }
    }

    if console != expected {
        return Err(
            format!("{name}'s console should say {expected:?}, but says {console:?}").into(),
        );
    }
    Ok(())
}
