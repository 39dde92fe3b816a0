//! Short pieces of text that several reports share.
//!
//! Students choose the names of their folders and what their programs print. Before any of it gets out, it loses
//! everything that a terminal or a page would obey instead of showing.

use console::strip_ansi_codes;

use crate::results::{Class, Score, State, Student};

/// In place of what isn't known, or isn't there.
pub const NOTHING: &str = "–";

/// The text as one line, without control characters and escape sequences.
pub fn plain(text: &str) -> String {
    let lines = plain_lines(text);
    lines.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same, but the lines and the spaces in them are kept.
pub fn plain_lines(text: &str) -> String {
    let text = strip_ansi_codes(text).replace("\r\n", "\n");
    let text = text.replace('\t', "    ").replace('\r', "\n");
    text.chars()
        .filter(|&sign| sign == '\n' || !sign.is_control() && !turns_text_around(sign))
        .collect()
}

/// The characters that change the direction of the text after them, or end a line where nobody sees it.
fn turns_text_around(sign: char) -> bool {
    matches!(sign, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Why a student got no further, or the first scenario that fails, as a short line. Exercises are for those who have time.
pub fn first_failure(student: &Student) -> Option<String> {
    if let Some(reason) = &student.outcome.reason {
        return Some(plain(reason));
    }
    let mut scenarios = student.outcome.scenarios.iter();
    if let Some(fault) = scenarios.find_map(|checked| checked.fault.as_ref()) {
        return Some(short(&fault.words));
    }
    let has_ended_early = !matches!(student.outcome.state, State::Passed | State::Partly);
    has_ended_early.then(|| state(student.outcome.state).to_owned())
}

/// The first sentence of a description of a fault, without its backticks and its full stop.
pub fn short(words: &str) -> String {
    let words = plain(words);
    let mut is_code = false;
    let mut end = words.len();
    for (at, sign) in words.char_indices() {
        match sign {
            '`' => is_code = !is_code,
            // A message between backticks may contain sentences of its own.
            '.' if !is_code && matches!(words[at + 1..].chars().next(), None | Some(' ')) => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    let sentence = words[..end].replace('`', "");
    // After a code at its beginning, such as `Message`, the case has a meaning.
    if words.starts_with('`') {
        return sentence;
    }
    let mut signs = sentence.chars();
    match (signs.next(), signs.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && !second.is_uppercase() => {
            first.to_lowercase().chain([second]).chain(signs).collect()
        }
        _ => sentence,
    }
}

/// How far a submission got, in words.
pub fn state(state: State) -> &'static str {
    match state {
        State::Passed => "passes all scenarios",
        State::Partly => "fails some scenarios",
        State::DoesNotCompile => "does not compile",
        State::DoesNotStart => "does not start",
        State::BuildTimedOut => "the build took too long",
        State::RunTimedOut => "stopped answering",
        State::Unreachable => "does not answer at its URL",
        State::NotHandedIn => "nothing handed in",
        State::Skipped => "was not built",
        State::Error => "could not be checked",
    }
}

/// `7/8`, or a dash if there was nothing to pass.
pub fn fraction(score: Score) -> String {
    match score.of {
        0 => NOTHING.to_owned(),
        of => format!("{}/{of}", score.passed),
    }
}

/// A number of things: `1 student`, `2 students`.
pub fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

/// How many of the lesson's scenarios are new: `8 of 14 scenarios are new in this lesson`.
pub fn how_many_are_new(class: &Class) -> String {
    let all = class.scenarios.len();
    let new = class.scenarios.iter().filter(|scenario| scenario.new);
    let new = new.count();
    let are = if new == 1 { "is" } else { "are" };
    format!(
        "{new} of {} {are} new in this lesson",
        count(all, "scenario")
    )
}

/// The title of a scenario in reports. An exercise is called by its name.
pub fn title<'a>(class: &'a Class, name: &'a str) -> &'a str {
    let mut scenarios = class.scenarios.iter();
    let scenario = scenarios.find(|scenario| scenario.name == name);
    scenario.map_or(name, |scenario| &scenario.title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::{class, student};

    #[test]
    fn nothing_is_left_that_a_terminal_obeys() {
        let text = "a\u{1b}[31mb\u{1b}]0;title\u{7}c\u{9b}2Jd\r\ne\u{8}\u{202e}f\tg\0";
        assert_eq!(plain_lines(text), "abcd\nef    g");
        assert_eq!(plain(text), "abcd ef g");
        assert_eq!(plain("señal\u{1b}"), "señal");
    }

    #[test]
    fn a_fault_becomes_a_short_line() {
        for (words, expected) in [
            (
                "Nothing handles `a`. Your code handles `b`.",
                "nothing handles a",
            ),
            (
                "`ana ← 42[\"hola. adiós\"]` is missing",
                "ana ← 42[\"hola. adiós\"] is missing",
            ),
            ("`Message` lacks a field.", "Message lacks a field"),
            (
                "GET / was answered with 404.\nMore.",
                "GET / was answered with 404",
            ),
            (
                "A handler panicked, so it never finished.",
                "a handler panicked, so it never finished",
            ),
            ("Ñ", "Ñ"),
            ("", ""),
        ] {
            assert_eq!(short(words), expected);
        }
    }

    #[test]
    fn the_first_failure_is_the_reason_or_the_fault_or_the_state() {
        let class = class();
        let first = |name| first_failure(student(&class, name));
        assert_eq!(first("pair-06").as_deref(), Some("nothing handed in"));
        assert_eq!(
            first("田中 Carla").as_deref(),
            Some("nothing handles enviar-mensaje")
        );
        assert_eq!(first("Fidel Ruiz"), None);
        let mut silent = student(&class, "Inés Rey").clone();
        silent.outcome.reason = None;
        assert_eq!(
            first_failure(&silent).as_deref(),
            Some("could not be checked")
        );
    }
}
