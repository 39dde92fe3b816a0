//! How long the parts of a chapter take in class: a rule, so that they don't depend on anyone's optimism.
//!
//! The rule counts what a reader sees: words, lines of code, frames, questions, tasks. Text that's folded isn't counted,
//! since a class doesn't unfold it, except for the whole diff, with which students compare their own code.

use std::sync::LazyLock;

use regex::Regex;

use crate::{
    directive::Directive,
    expand::expand,
    parts::diff,
    site::{Chapter, Site, chapter_path, heading_parts},
};

/// Milliseconds for a word: twice as long as adults take who read silently in their own language, 238 words a minute
/// (Brysbaert 2019, "How many words do we read per minute?"). Many readers have another language, and the text is technical.
const WORD: usize = 2 * 60_000 / 238;
/// Milliseconds for a line of code, or of a program's output, that is read.
const LINE: usize = 4000;
/// Milliseconds for a frame of a transcript.
const FRAME: usize = 3000;
/// Milliseconds for a line of Rust that a student adds: to think of it, to type it, to get it to compile.
const ADDED: usize = 15_000;
/// Milliseconds for a command: to type it, to wait, to read what it says. A task and an experiment end with one.
const RUN: usize = 90_000;
/// Milliseconds for a line of the whole diff, which students compare with theirs.
const COMPARED: usize = 1000;
/// Milliseconds to write down an answer: a prediction, or an option.
const ANSWER: usize = 30_000;
/// Milliseconds for an exercise, from the task to a green check.
const EXERCISE: usize = 900_000;

/// The part that students do on their own: it isn't in the sum.
pub const ON_THEIR_OWN: &str = "exercises";

/// A part of a chapter: what stands under a heading `##`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    /// The id of its heading.
    pub id: String,
    /// The minutes by the rule.
    pub least: u32,
    /// The line and the number of the author's `{{#minutes 5}}`, if there is one.
    pub said: Option<(usize, u32)>,
}

impl Time {
    /// How long the part takes.
    pub fn minutes(&self) -> u32 {
        self.said.map_or(self.least, |(_, minutes)| minutes)
    }
}

static TAG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("<[^>]*>|\\]\\([^)]*\\)|\\{#[^}]*\\}").expect("the pattern is valid")
});

/// The parts of a chapter that says how long it takes, `{{#total}}`, and how long each of them does.
pub fn measure(site: &Site, chapter: &Chapter) -> Vec<Time> {
    let mut said = Vec::new();
    let mut asks_total = false;
    for (line, text) in (1..).zip(chapter.text.lines()) {
        let directive = Directive::alone(text);
        let is = |name: &str| directive.is_some_and(|directive| directive.name == name);
        if text.starts_with("## ") {
            said.push(None);
        } else if is("total") {
            asks_total = true;
        } else if is("minutes") {
            let minutes = directive.and_then(|directive| directive.arguments.parse().ok());
            if let (Some(part), Some(minutes)) = (said.last_mut(), minutes) {
                *part = Some((line, minutes));
            }
        }
    }
    if !asks_total {
        return Vec::new();
    }
    let (text, _) = expand(site, chapter);
    let mut lesson = site.lessons.iter();
    let lesson = lesson.find(|lesson| chapter.path == chapter_path(lesson));
    let parts = format!("\n{text}");
    let parts = parts.split("\n## ").skip(1).zip(said);
    parts
        .map(|(text, said)| {
            let (heading, text) = text.split_once('\n').unwrap_or((text, ""));
            let id = heading_parts(heading).1;
            let text = match (id, text.match_indices("\n### ").nth(1)) {
                // A class does one experiment.
                ("break", Some((second, _))) => &text[..second],
                _ => text,
            };
            let mut time = read(text, id);
            if let ("build", Some(lesson)) = (id, lesson) {
                time += ADDED * diff::added(site, lesson);
            }
            Time {
                id: id.to_owned(),
                least: minutes(time),
                said,
            }
        })
        .collect()
}

/// Whole minutes of milliseconds. Up to 20 seconds more don't make another one.
fn minutes(time: usize) -> u32 {
    u32::try_from(time.saturating_sub(20_000).div_ceil(60_000)).unwrap_or(u32::MAX)
}

/// The milliseconds for a part as mdBook gets it, where each figure is one line.
fn read(text: &str, id: &str) -> usize {
    let mut time = 0;
    let mut folds = 0;
    for line in text.lines() {
        let count = |wanted| line.matches(wanted).count();
        folds += count("<details");
        folds -= count("</details>").min(folds);
        if id == "diff" {
            time += COMPARED * (count("\"row add\"") + count("\"row del\""));
        } else if folds == 0 {
            time += if count("language-sh\"") > 0 {
                RUN * (1 + count("&#10;"))
            } else if count("<figure class=\"transcript") > 0 {
                FRAME * count("<li class=")
            } else if count("<figure") > 0 {
                LINE * (1 + count("&#10;"))
            } else {
                prose(line, id)
            };
        }
    }
    time
}

/// The milliseconds for a line that isn't a figure: its words, and what it asks the reader to do.
fn prose(line: &str, id: &str) -> usize {
    let count = |wanted| line.matches(wanted).count();
    let is_numbered = line.starts_with(|first: char| first.is_ascii_digit());
    WORD * TAG.replace_all(line, " ").split_whitespace().count()
        + ANSWER * count("<div class=\"question\"")
        + RUN * (count("<div class=\"task\"") + count("**Predict:**"))
        + match id {
            ON_THEIR_OWN => EXERCISE * count("{#exercise-"),
            "predict" if is_numbered => ANSWER,
            _ => 0,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_takes_as_long_as_what_is_in_it() {
        for (text, id, expected) in [
            ("word ".repeat(119), "run", 119 * WORD),
            ("[one](a-long-way.md) two".to_owned(), "run", 2 * WORD),
            (
                "<figure class=\"code \">a&#10;b</figure>".to_owned(),
                "run",
                8_000,
            ),
            (
                "<details>\n\nfolded words\n\n</details>".to_owned(),
                "run",
                0,
            ),
            (
                "<details>\n<span class=\"row add\">a</span>\n</details>".to_owned(),
                "diff",
                1_000,
            ),
            ("1.\n2.\n".to_owned(), "predict", 60_000 + 2 * WORD),
            (
                "<figure><code class=\"language-sh\">just run 04</figure>".to_owned(),
                "run",
                90_000,
            ),
            ("<div class=\"task\">\n\n</div>".to_owned(), "build", 90_000),
        ] {
            assert_eq!(read(&text, id), expected, "{text}");
        }
    }

    #[test]
    fn minutes_are_whole() {
        assert_eq!(
            [0, 20_000, 21_000, 80_000, 81_000].map(minutes),
            [0, 0, 1, 1, 2]
        );
    }
}
