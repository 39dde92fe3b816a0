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

/// What is missing: chapters of lessons, and parts of these chapters.
pub fn check(site: &Site) -> Vec<Fault> {
    let mut faults = Vec::new();
    for lesson in &site.lessons {
        let path = format!("lessons/{}.md", lesson.name);
        let Some(chapter) = site.chapters.iter().find(|chapter| chapter.path == path) else {
            let words =
                format!("it has no chapter book/text/{path}, or SUMMARY.md doesn't have its part");
            faults.push(Fault::new(format!("lessons/{}", lesson.name), 0, words));
            continue;
        };
        let mut optional = Vec::new();
        if site.before(lesson).is_none() {
            optional.push("changed");
        }
        // Without listed differences there is nothing to show; with them there must be.
        if differences::write(site, Some(lesson)).is_err() {
            optional.push("differences");
        }
        faults.extend(parts(chapter, lesson.number, &optional));
    }
    faults
}

/// What is wrong with the parts of a chapter. `optional` are those that may be missing, or ask for nothing.
fn parts(chapter: &Chapter, number: u8, optional: &[&str]) -> Vec<Fault> {
    /// A part as the chapter has it: its id, its line, and what it asks for.
    type Found<'a> = (&'a str, usize, Vec<Directive<'a>>);
    let mut found: Vec<Found> = Vec::new();
    let mut faults = Vec::new();
    let mut fault = |line: usize, words: String| faults.push(chapter.fault(line, words));
    for (line, text) in (1..).zip(chapter.text.lines()) {
        if let Some(heading) = text.strip_prefix("# ") {
            let id = format!("lesson-{number:02}");
            if heading_parts(heading).1 != id {
                fault(line, format!("the title of a lesson has the id {{#{id}}}"));
            }
        } else if let Some(heading) = text.strip_prefix("## ") {
            found.push((heading_parts(heading).1, line, Vec::new()));
        } else if let (Some(directive), Some(part)) = (Directive::alone(text), found.last_mut()) {
            part.2.push(directive);
        }
    }

    let mut last = 0;
    for Part { id, timed, asks } in PARTS {
        let is_optional = optional.contains(&id);
        let Some(place) = found.iter().position(|(other, ..)| *other == id) else {
            if !is_optional {
                fault(0, format!("the part {{#{id}}} is missing"));
            }
            continue;
        };
        let (_, line, directives) = &found[place];
        if place < last {
            fault(*line, format!("the part {{#{id}}} comes too late"));
        }
        last = place;
        let has = |wanted: &str| {
            let (name, argument) = wanted.split_once(' ').unwrap_or((wanted, ""));
            let fits =
                |found: &&Directive| found.name == name && found.arguments.ends_with(argument);
            directives.iter().filter(fits).count()
        };
        if timed && has("minutes") == 0 {
            fault(
                *line,
                format!("the part {{#{id}}} says no {{{{#minutes}}}}"),
            );
        }
        for wanted in asks
            .iter()
            .filter(|wanted| has(wanted) == 0 && !is_optional)
        {
            fault(
                *line,
                format!("the part {{#{id}}} has no {{{{#{wanted}}}}}"),
            );
        }
        let questions = has("question");
        if id == "check-yourself" && questions > 0 && !QUESTIONS.contains(&questions) {
            fault(
                *line,
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
        for (part, fault) in [
            ("{{#total}}\n", "the part {#goal} has no {{#total}}"),
            (
                "{{#check 05 red}}\n",
                "the part {#your-turn} has no {{#check red}}",
            ),
            (
                "{{#minutes 5}}\n",
                "the part {#side-by-side} says no {{#minutes}}",
            ),
            (
                "{{#question}}\n",
                "2 questions: a lesson asks three to five",
            ),
        ] {
            assert_eq!(faults(&whole().replacen(part, "", 1)), [fault]);
        }
        assert_eq!(
            faults(&whole().replace("{#lesson-05}", "{#lesson-06}")),
            ["the title of a lesson has the id {#lesson-05}"]
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
    fn a_lesson_without_a_chapter_is_a_fault() {
        let site = Site::read(Vec::new()).unwrap();
        let faults: Vec<_> = check(&site).iter().map(ToString::to_string).collect();
        let missing =
            |fault: &String| fault.contains("has no chapter book/text/lessons/05-callbacks.md");
        assert!(faults.iter().any(missing), "{faults:?}");
    }
}
