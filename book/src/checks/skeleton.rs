//! The parts that the chapter of a lesson has, and their order.

use crate::{
    directive::Directive,
    fault::Fault,
    parts::differences,
    site::{Chapter, Site, heading_parts},
};

/// A part of a lesson's chapter.
struct Part {
    id: &'static str,
    /// Whether it takes time in class.
    timed: bool,
    /// What it must ask for: directives, of which `check 05 red` needs its last word, too.
    asks: &'static [&'static str],
}

const fn part(id: &'static str, timed: bool, asks: &'static [&'static str]) -> Part {
    Part { id, timed, asks }
}

const PARTS: [Part; 12] = [
    part("goal", false, &["total"]),
    part("side-by-side", true, &["side"]),
    part("predict", true, &[]),
    part("code", true, &[]),
    part("changed", false, &["diff"]),
    part("run", true, &[]),
    part("wire", true, &["transcript"]),
    part("differences", false, &["differences"]),
    part("break", true, &["experiments"]),
    part(
        "your-turn",
        true,
        &["check red", "check green", "exercises"],
    ),
    part("check-yourself", true, &["question"]),
    part("instructor", false, &["instructor"]),
];

/// How many questions a lesson asks.
const QUESTIONS: std::ops::RangeInclusive<usize> = 3..=5;

/// What is missing: chapters of lessons, lessons of chapters, parts of chapters.
#[must_use]
pub fn check(site: &Site) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (place, lesson) in site.lessons.iter().enumerate() {
        match site.chapter_of(lesson) {
            None => faults.push(Fault {
                file: "book/text/SUMMARY.md".to_owned(),
                line: 0,
                words: format!(
                    "lesson {} has no chapter lessons/{}.md",
                    lesson.package(),
                    lesson.name
                ),
            }),
            Some(chapter) => {
                let mut optional = Vec::new();
                if place == 0 {
                    optional.push("changed");
                }
                // Without listed differences there is nothing to show; with them there must be.
                if differences::write(site, Some(lesson)).is_err() {
                    optional.push("differences");
                }
                faults.extend(parts(chapter, lesson.number, &optional));
            }
        }
    }
    for chapter in &site.chapters {
        let lesson = chapter
            .path
            .strip_prefix("lessons/")
            .and_then(|path| path.strip_suffix(".md"));
        if let Some(name) = lesson
            && !site.lessons.iter().any(|lesson| lesson.name == name)
        {
            faults.push(Fault {
                file: format!("book/text/{}", chapter.path),
                line: 0,
                words: format!("there is no lesson lessons/{name}"),
            });
        }
    }
    faults
}

/// A part as the chapter has it: its id, its line, and what it asks for.
struct Found<'a> {
    id: String,
    line: usize,
    asks: Vec<Directive<'a>>,
}

/// What is wrong with the parts of a chapter. `optional` are those that may be missing, or ask for nothing.
fn parts(chapter: &Chapter, number: u8, optional: &[&str]) -> Vec<Fault> {
    let mut found: Vec<Found> = Vec::new();
    let mut faults = Vec::new();
    let mut fault = |line: usize, words: String| {
        faults.push(Fault {
            file: format!("book/text/{}", chapter.path),
            line,
            words,
        });
    };
    for (line, text) in (1..).zip(chapter.text.lines()) {
        if let Some(heading) = text.strip_prefix("# ") {
            let id = format!("lesson-{number:02}");
            if heading_parts(heading).1 != id {
                fault(line, format!("the title of a lesson has the id {{#{id}}}"));
            }
        } else if let Some(heading) = text.strip_prefix("## ") {
            found.push(Found {
                id: heading_parts(heading).1,
                line,
                asks: Vec::new(),
            });
        } else if let (Some(directive), Some(part)) = (Directive::alone(text), found.last_mut()) {
            part.asks.push(directive);
        }
    }

    let mut last = 0;
    for part in PARTS {
        let Some(place) = found.iter().position(|found| found.id == part.id) else {
            if !optional.contains(&part.id) {
                fault(0, format!("the part {{#{}}} is missing", part.id));
            }
            continue;
        };
        let here = &found[place];
        if place < last {
            fault(
                here.line,
                format!("the part {{#{}}} comes too late", part.id),
            );
        }
        last = place;
        let asks = |wanted: &str| {
            let (name, argument) = wanted.split_once(' ').unwrap_or((wanted, ""));
            here.asks
                .iter()
                .any(|directive| directive.name == name && directive.arguments.ends_with(argument))
        };
        if part.timed && !asks("minutes") {
            fault(
                here.line,
                format!("the part {{#{}}} says no {{{{#minutes}}}}", part.id),
            );
        }
        for wanted in part.asks {
            if !asks(wanted) && !optional.contains(&part.id) {
                fault(
                    here.line,
                    format!("the part {{#{}}} has no {{{{#{wanted}}}}}", part.id),
                );
            }
        }
        let questions = here
            .asks
            .iter()
            .filter(|directive| directive.name == "question")
            .count();
        if part.id == "check-yourself" && questions > 0 && !QUESTIONS.contains(&questions) {
            fault(
                here.line,
                format!("{questions} questions: a lesson asks three to five"),
            );
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chapter that has all that it must have.
    fn whole() -> String {
        let mut text = "# Lesson 05: x {#lesson-05}\n".to_owned();
        for part in PARTS {
            text += &format!("## X {{#{}}}\n", part.id);
            if part.timed {
                text += "{{#minutes 5}}\n";
            }
            for asks in part.asks {
                let times = if *asks == "question" { 3 } else { 1 };
                let asks = asks.replacen("check ", "check 05 ", 1);
                text += &format!("{{{{#{asks}}}}}\n").repeat(times);
            }
        }
        text
    }

    fn faults(text: &str) -> Vec<String> {
        let chapter = Chapter::new("lessons/05-callbacks.md", text);
        parts(&chapter, 5, &[])
            .into_iter()
            .map(|fault| fault.words)
            .collect()
    }

    #[test]
    fn a_whole_chapter_has_no_fault() {
        assert_eq!(faults(&whole()), Vec::<String>::new());
    }

    #[test]
    fn each_part_must_be_there() {
        for part in PARTS {
            let without = whole().replace(&format!("{{#{}}}", part.id), "{#other}");
            assert_eq!(
                faults(&without),
                [format!("the part {{#{}}} is missing", part.id)]
            );
        }
    }

    #[test]
    fn a_part_must_ask_for_what_it_shows() {
        assert_eq!(
            faults(&whole().replace("{{#total}}", "")),
            ["the part {#goal} has no {{#total}}"]
        );
        assert_eq!(
            faults(&whole().replace("{{#check 05 red}}", "")),
            ["the part {#your-turn} has no {{#check red}}"]
        );
        assert_eq!(
            faults(&whole().replacen("{{#minutes 5}}\n", "", 1)),
            ["the part {#side-by-side} says no {{#minutes}}"]
        );
        assert_eq!(
            faults(&whole().replacen("{{#question}}\n", "", 1)),
            ["2 questions: a lesson asks three to five"]
        );
    }

    #[test]
    fn what_is_optional_may_be_missing() {
        let chapter = Chapter::new("a.md", &whole().replace("{#changed}", "{#other}"));
        assert_eq!(parts(&chapter, 5, &["changed"]), Vec::new());
    }

    #[test]
    fn parts_come_in_their_order() {
        let swapped = whole()
            .replace("{#run}", "{#x}")
            .replace("{#wire}", "{#run}")
            .replace("{#x}", "{#wire}");
        assert!(
            faults(&swapped)
                .iter()
                .any(|words| words.ends_with("comes too late")),
            "{swapped}"
        );
    }

    #[test]
    fn a_lesson_without_a_chapter_and_a_chapter_without_a_lesson_are_faults() {
        let chapter = Chapter::new("lessons/99-nada.md", "# Lesson 99 {#lesson-99}\n");
        let site = Site::read(vec![chapter]).unwrap();
        let faults: Vec<_> = check(&site).iter().map(ToString::to_string).collect();
        assert!(
            faults
                .iter()
                .any(|fault| fault.contains("has no chapter lessons/05-callbacks.md")),
            "{faults:?}"
        );
        assert!(
            faults.contains(
                &"book/text/lessons/99-nada.md: there is no lesson lessons/99-nada".to_owned()
            ),
            "{faults:?}"
        );
    }
}
