//! Guesses what went wrong, from the transcripts and the source code.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;
use wire::transcript::{Direction, Line, Step};

use crate::check::Fault;

/// Describes a fault that it recognises. `sources` is the folder of the server's code, if it's available.
pub fn diagnose(fault: &Fault, sources: Option<&Path>) -> Option<String> {
    if let Some(ended) = &fault.ended {
        return Some(format!(
            "The program exited ({ended}) while clients were still connected."
        ));
    }
    if fault.panic().is_some() {
        return Some("A handler panicked, so it never finished.".to_owned());
    }
    if fault.timed_out {
        return Some(
            "The server stopped answering. A handler keeps its only thread busy: look for a loop without an `.await`, or for \
             a call that blocks, such as `std::thread::sleep` (use `tokio::time::sleep(...).await`)."
                .to_owned(),
        );
    }
    let nothing = Step::default();
    let at = first_difference(fault);
    let expected = fault.expected.steps.get(at).unwrap_or(&nothing);
    let actual = fault.actual.steps.get(at).unwrap_or(&nothing);
    unhandled_event(expected, actual, sources)
        .or_else(|| missing_answer(fault, expected, actual))
        .or_else(|| wrong_field(expected, actual))
        .or_else(|| wrong_listeners(fault, expected, actual))
}

/// The first step where the transcripts differ.
pub fn first_difference(fault: &Fault) -> usize {
    let (expected, actual) = (&fault.expected.steps, &fault.actual.steps);
    let mut pairs = expected.iter().zip(actual);
    let differs = pairs.position(|(expected, actual)| expected != actual);
    differs.unwrap_or(expected.len().min(actual.len()))
}

fn lines(step: &Step, direction: Direction) -> impl Iterator<Item = &Line> {
    step.lines
        .iter()
        .filter(move |line| line.direction == direction)
}

/// Whether anything that a client should have received, or the server should have logged, is missing.
fn lacks(expected: &Step, actual: &Step) -> bool {
    let mut wanted = expected
        .lines
        .iter()
        .filter(|line| line.direction != Direction::Sent);
    wanted.any(|line| !actual.lines.contains(line))
}

/// A client's event for which the sources register no handler.
fn unhandled_event(expected: &Step, actual: &Step, sources: Option<&Path>) -> Option<String> {
    let code = code(sources?);
    if !lacks(expected, actual) {
        return None;
    }
    let registrations: Vec<_> = code.split(".on(").skip(1).map(str::trim_start).collect();
    let handled: BTreeSet<_> = registrations
        .iter()
        .filter_map(|registration| registration.strip_prefix('"')?.split('"').next())
        .collect();
    // If a handler isn't registered with a literal name, its event could be any that the code mentions.
    let are_all_known = registrations
        .iter()
        .all(|registration| registration.starts_with('"'));
    let is_handled = |event: &String| {
        handled.contains(event.as_str()) || !are_all_known && code.contains(&format!("\"{event}\""))
    };
    let mut sent = lines(expected, Direction::Sent).filter_map(|line| event(&line.text));
    let event = sent.find(|event| !is_handled(event))?;
    let handled: Vec<_> = handled.iter().map(|name| format!("`{name}`")).collect();
    Some(if handled.is_empty() {
        format!("Nothing handles `{event}`: your code registers no handler for any event.")
    } else {
        format!(
            "Nothing handles `{event}`. Your code handles {}.",
            handled.join(", ")
        )
    })
}

/// All of the source code.
fn code(folder: &Path) -> String {
    let Ok(entries) = fs::read_dir(folder) else {
        return String::new();
    };
    let mut code = String::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            code.push_str(&self::code(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            // A file that can't be read registers no handlers.
            code.push_str(&fs::read_to_string(&path).unwrap_or_default());
        }
    }
    code
}

/// The name of the event in `42["event",...]`, with an acknowledgement's number or without.
fn event(packet: &str) -> Option<String> {
    let arguments = packet.strip_prefix("42")?;
    let arguments = arguments.trim_start_matches(|digit: char| digit.is_ascii_digit());
    // A long packet is shortened, so it isn't valid JSON.
    let name = arguments.strip_prefix("[\"")?.split('"').next()?;
    Some(name.to_owned())
}

/// A packet's head (`43` and the number of the question, or `42`) and its arguments.
fn packet(text: &str) -> Option<(&str, Value)> {
    let at = text.find('[')?;
    let (head, arguments) = text.split_at(at);
    Some((head, serde_json::from_str(arguments).ok()?))
}

fn missing_answer(fault: &Fault, expected: &Step, actual: &Step) -> Option<String> {
    let answers = |step| {
        let received = lines(step, Direction::Received);
        let answers = received.filter(|line| is_answer(&line.text));
        answers.map(|line| line.who.clone()).collect::<Vec<_>>()
    };
    let wanted = answers(expected);
    let who = wanted
        .first()
        .filter(|who| !answers(actual).contains(who))?;
    // The client received something else first.
    if fault.words.contains("but heard ") && !fault.words.contains("but heard nothing") {
        return None;
    }
    let because = if fault.complaints().is_empty() {
        ""
    } else {
        " Did the handler run at all? With `Data`, a payload that doesn't fit never reaches it."
    };
    Some(format!(
        "The acknowledgement is never sent: {who} asked for an answer, but no `ack.send(...)` sent it.{because}"
    ))
}

/// Whether a string is an acknowledgement packet, `430[...]`. A status such as 431 isn't one.
fn is_answer(text: &str) -> bool {
    let after = text.strip_prefix("43").unwrap_or_default();
    after
        .trim_start_matches(|digit: char| digit.is_ascii_digit())
        .starts_with('[')
}

/// Two packets of the same kind whose fields differ.
fn wrong_field(expected: &Step, actual: &Step) -> Option<String> {
    let missing = lines(expected, Direction::Received).find(|line| !actual.lines.contains(line))?;
    let (head, wanted) = packet(&missing.text)?;
    let others = lines(actual, Direction::Received).filter(|line| line.who == missing.who);
    let mut others = others.filter_map(|line| packet(&line.text));
    let (_, got) = others.find(|(other, arguments)| {
        *other == head && (head != "42" || arguments[0] == wanted[0]) && *arguments != wanted
    })?;
    let what = if head == "42" {
        format!("the event `{}`", wanted[0].as_str().unwrap_or_default())
    } else {
        "the answer".to_owned()
    };
    difference(&wanted, &got, "").map(|words| format!("In {what}, {words}."))
}

/// Describes the first field where two values differ.
fn difference(expected: &Value, actual: &Value, path: &str) -> Option<String> {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            let extra: Vec<_> = actual
                .keys()
                .filter(|name| !expected.contains_key(*name))
                .collect();
            for (name, value) in expected {
                match actual.get(name) {
                    Some(other) => {
                        if let Some(words) = difference(value, other, name) {
                            return Some(words);
                        }
                    }
                    None if extra.is_empty() => {
                        return Some(format!("the field `{name}` is missing"));
                    }
                    None => {
                        return Some(format!(
                            "the field `{name}` is missing; there's `{}` instead",
                            extra[0]
                        ));
                    }
                }
            }
            extra
                .first()
                .map(|name| format!("there's an unexpected field `{name}`"))
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            let mut pairs = expected.iter().zip(actual);
            pairs.find_map(|(expected, actual)| difference(expected, actual, path))
        }
        _ if expected == actual => None,
        _ if path.is_empty() => Some(format!("expected {expected}, got {actual}")),
        _ => Some(format!("`{path}` should be {expected}, not {actual}")),
    }
}

/// An event that reaches too many clients, or too few.
fn wrong_listeners(fault: &Fault, expected: &Step, actual: &Step) -> Option<String> {
    let listeners = |step, name: &str| {
        let heard = lines(step, Direction::Received);
        let heard = heard.filter(|line| event(&line.text).as_deref() == Some(name));
        heard.map(|line| line.who.clone()).collect::<BTreeSet<_>>()
    };
    let heard = [expected, actual].map(|step| lines(step, Direction::Received));
    let names: BTreeSet<_> = heard
        .into_iter()
        .flatten()
        .filter_map(|line| event(&line.text))
        .collect();
    for name in names {
        let (wanted, got) = (listeners(expected, &name), listeners(actual, &name));
        let list = |names: BTreeSet<String>| Vec::from_iter(names).join(" and ");
        let (extra, lacking) = (list(&got - &wanted), list(&wanted - &got));
        if !extra.is_empty() {
            return Some(format!(
                "`{name}` reaches too many clients: {extra} shouldn't receive it."
            ));
        }
        if !lacking.is_empty() && fault.is_whole {
            return Some(format!(
                "`{name}` reaches too few clients: {lacking} should receive it, too."
            ));
        }
    }
    None
}
