//! Checks the parts of a lesson's chapter, and their order.

use std::collections::BTreeSet;

use course::{lessons, scenarios};

use crate::{
    directive::Directive,
    expand::Line,
    fault::Fault,
    parts::{differences, task},
    site::{Chapter, Site, chapter_path, heading_parts},
};

/// A part of a lesson's chapter.
struct Part {
    id: &'static str,
    /// The directives that it must use; for `check 05 red`, with its last word.
    asks: &'static [&'static str],
}

const fn part(id: &'static str, asks: &'static [&'static str]) -> Part {
    Part { id, asks }
}

const PARTS: [Part; 12] = [
    part("goal", &["total"]),
    part("side-by-side", &["side"]),
    part("predict", &[]),
    part("build", &["check red", "task"]),
    part("run", &[]),
    part("wire", &["transcript"]),
    part("differences", &["differences"]),
    part("break", &["experiments"]),
    part("exercises", &["exercises"]),
    part("check-yourself", &["question"]),
    part("diff", &["diff"]),
    part("instructor", &["instructor"]),
];

/// How many questions a lesson's chapter asks.
const QUESTIONS: std::ops::RangeInclusive<usize> = 3..=5;

/// Finds missing chapters of lessons, and missing parts of these chapters.
pub fn check(site: &Site) -> Vec<Fault> {
    let mut faults = capstone(site);
    for lesson in &site.lessons {
        let path = chapter_path(lesson);
        let Some(chapter) = site.chapters.iter().find(|chapter| chapter.path == path) else {
            let words =
                format!("it has no chapter book/text/{path}, or SUMMARY.md doesn't have its part");
            faults.push(Fault::new(format!("lessons/{}", lesson.name), 0, words));
            continue;
        };
        let mut optional = Vec::new();
        if site.before(lesson).is_none() {
            optional.push("diff");
        }
        // The part is only there if there are differences to show, and then it must be.
        if differences::write(site, Some(lesson)).is_err() {
            optional.push("differences");
        }
        faults.extend(parts(chapter, lesson.number, &optional));
        let scenarios = scenarios::of(lesson).into_iter();
        let new = scenarios.filter(|scenario| scenario.begins_with(lesson));
        let new: Vec<_> = new.map(|scenario| scenario.name).collect();
        faults.extend(tasks(chapter, lesson.number, &new));
    }
    faults
}

/// The faults in the capstone's chapter, which has parts of its own. Its tasks name every scenario. If the chapter is
/// missing, links to it lead nowhere.
fn capstone(site: &Site) -> Vec<Fault> {
    let Ok(lesson) = lessons::capstone() else {
        return Vec::new();
    };
    let path = chapter_path(&lesson);
    let scenarios = scenarios::of(&lesson);
    let names: Vec<_> = scenarios.iter().map(|scenario| scenario.name).collect();
    let chapter = site.chapters.iter().find(|chapter| chapter.path == path);
    chapter.map_or(Vec::new(), |chapter| tasks(chapter, lesson.number, &names))
}

/// The faults in the parts of a chapter. Parts in `optional` may be missing, or use no directives.
fn parts(chapter: &Chapter, number: u8, optional: &[&str]) -> Vec<Fault> {
    /// A part in the chapter: its id, its line, and its directives.
    type Found<'a> = (&'a str, usize, Vec<Directive<'a>>);
    let mut found: Vec<Found> = Vec::new();
    let mut faults = Vec::new();
    let mut fault = |line: usize, words: String| faults.push(chapter.fault(line, words));
    for (line, text) in (1..).zip(chapter.text.lines()) {
        if let Some(heading) = text.strip_prefix("# ") {
            let id = format!("lesson-{number:02}");
            if heading_parts(heading).1 != id {
                fault(
                    line,
                    format!("the title of the lesson needs the id {{#{id}}}"),
                );
            }
        } else if let Some(heading) = text.strip_prefix("## ") {
            found.push((heading_parts(heading).1, line, Vec::new()));
        } else if let (Some(directive), Some(part)) = (Directive::alone(text), found.last_mut()) {
            part.2.push(directive);
        }
    }

    let mut last = 0;
    for Part { id, asks } in PARTS {
        let is_optional = optional.contains(&id);
        let Some(place) = found.iter().position(|(other, ..)| *other == id) else {
            if !is_optional {
                fault(0, format!("the part {{#{id}}} is missing"));
            }
            continue;
        };
        let (_, line, directives) = &found[place];
        if place < last {
            fault(
                *line,
                format!("the part {{#{id}}} is too late in the chapter"),
            );
        }
        last = place;
        let has = |wanted: &str| {
            let (name, argument) = wanted.split_once(' ').unwrap_or((wanted, ""));
            let fits =
                |found: &&Directive| found.name == name && found.arguments.ends_with(argument);
            directives.iter().filter(fits).count()
        };
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
                format!("{questions} questions: a lesson needs three to five"),
            );
        }
    }
    faults
}

/// Checks what students are asked to build: the tasks name each new scenario of the lesson once, and nothing above
/// them shows the lesson's own code. Minutes are at least what the material takes.
fn tasks(chapter: &Chapter, number: u8, new: &[&str]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |line: usize, words: String| faults.push(chapter.fault(line, words));
    let lines: Vec<Line> = (1..).zip(chapter.text.lines()).collect();
    let mut named = BTreeSet::new();
    let mut part = "";
    for (at, (line, text)) in lines.iter().enumerate() {
        if let Some(heading) = text.strip_prefix("## ") {
            part = heading_parts(heading).1;
        }
        let Some(directive) = Directive::alone(text) else {
            continue;
        };
        match directive.name {
            "code"
                if ["side-by-side", "predict"].contains(&part)
                    && directive.arguments.starts_with(&format!("{number:02}/")) =>
            {
                fault(
                    *line,
                    "this shows the lesson's own code before the tasks: a student couldn't think first".to_owned(),
                );
            }
            "task" if part != "build" => {
                fault(*line, "a task belongs to the part {#build}".to_owned());
            }
            "task" => {
                let inside = lines[at + 1..].iter().copied();
                let inside: Vec<Line> =
                    inside.take_while(|(_, text)| *text != "{{#end}}").collect();
                // An invalid list is reported when the task is written.
                for name in task::scenarios(&inside).unwrap_or_default() {
                    if !new.contains(&name) {
                        fault(*line, format!("`{name}` doesn't begin with this lesson"));
                    } else if !named.insert(name) {
                        fault(*line, format!("`{name}` turned green in an earlier task"));
                    }
                }
            }
            _ => {}
        }
    }
    for name in new.iter().filter(|name| !named.contains(*name)) {
        fault(0, format!("no task turns `{name}` green"));
    }
    for time in &chapter.parts {
        if let Some((line, said)) = time.said.filter(|(_, said)| *said < time.least) {
            let least = time.least;
            fault(
                line,
                format!("{said} minutes are too few for this part: at least {least}"),
            );
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::minutes::Time;

    /// A chapter with everything that it needs.
    fn whole() -> String {
        let mut text = "# Lesson 05: x {#lesson-05}\n".to_owned();
        for part in PARTS {
            text += &format!("## X {{#{}}}\n", part.id);
            for asks in part.asks {
                let times = if *asks == "question" { 3 } else { 1 };
                let asks = asks.replacen("check ", "check 05 ", 1);
                text += &format!("{{{{#{asks}}}}}\n").repeat(times);
                if asks == "task" {
                    text += "- a\n- b\n{{#end}}\n";
                }
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
    fn a_complete_chapter_has_no_faults() {
        assert_eq!(faults(&whole()), Vec::<String>::new());
    }

    #[test]
    fn every_part_is_required() {
        for part in PARTS {
            let without = whole().replace(&format!("{{#{}}}", part.id), "{#other}");
            assert_eq!(
                faults(&without),
                [format!("the part {{#{}}} is missing", part.id)]
            );
        }
    }

    #[test]
    fn a_part_needs_its_directives() {
        for (part, fault) in [
            ("{{#total}}\n", "the part {#goal} has no {{#total}}"),
            (
                "{{#check 05 red}}\n",
                "the part {#build} has no {{#check red}}",
            ),
            (
                "{{#question}}\n",
                "2 questions: a lesson needs three to five",
            ),
        ] {
            assert_eq!(faults(&whole().replacen(part, "", 1)), [fault]);
        }
        assert_eq!(
            faults(&whole().replace("{#lesson-05}", "{#lesson-06}")),
            ["the title of the lesson needs the id {#lesson-05}"]
        );
    }

    #[test]
    fn what_is_optional_may_be_missing() {
        let chapter = Chapter::new("a.md", &whole().replace("{#diff}", "{#other}"));
        assert_eq!(parts(&chapter, 5, &["diff"]), Vec::new());
    }

    #[test]
    fn the_tasks_name_each_new_scenario_once() {
        let faults = |text: &str, new: &[&str]| {
            let chapter = Chapter::new("lessons/05-callbacks.md", text);
            let faults = tasks(&chapter, 5, new).into_iter();
            faults.map(|fault| fault.words).collect::<Vec<_>>()
        };
        let whole = whole();
        assert_eq!(faults(&whole, &["a", "b"]), Vec::<String>::new());
        assert_eq!(
            faults(&whole, &["a", "b", "c"]),
            ["no task turns `c` green"]
        );
        assert_eq!(
            faults(&whole, &["a"]),
            ["`b` doesn't begin with this lesson"]
        );
        assert_eq!(
            faults(&whole.replace("- b", "- a"), &["a"]),
            ["`a` turned green in an earlier task"]
        );
        assert_eq!(
            faults(&whole.replace("{#build}", "{#run}"), &[]),
            ["a task belongs to the part {#build}"]
        );
        let early = whole.replace("{{#side}}", "{{#side}}\n{{#code 05/src/lib.rs app}}");
        assert_eq!(faults(&early, &["a", "b"]).len(), 1);
        assert_eq!(faults(&early.replace("05/", "04/"), &["a", "b"]).len(), 0);
    }

    #[test]
    fn minutes_are_never_fewer_than_the_material_takes() {
        let mut chapter = Chapter::new("lessons/05-callbacks.md", "");
        let time = |said| Time {
            id: "run".to_owned(),
            least: 5,
            said: Some((1, said)),
        };
        chapter.set_parts(vec![time(4), time(6)]);
        let faults = tasks(&chapter, 5, &[]);
        assert_eq!(faults.len(), 1, "{faults:?}");
    }

    #[test]
    fn parts_have_a_fixed_order() {
        let swapped = whole()
            .replace("{#run}", "{#x}")
            .replace("{#wire}", "{#run}")
            .replace("{#x}", "{#wire}");
        assert!(
            faults(&swapped)
                .iter()
                .any(|words| words.ends_with("is too late in the chapter")),
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
