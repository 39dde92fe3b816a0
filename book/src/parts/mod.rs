//! The expansions of directives, a file for each.

pub mod diff;
pub mod differences;
pub mod exercises;
pub mod experiments;
pub mod question;
pub mod schedule;
pub mod snapshot;
pub mod task;
pub mod topics;
pub mod transcript;

use anyhow::{Context, Result, bail};

use crate::{
    directive::Directive,
    site::{Chapter, Site, chapter_path},
    source,
};

/// Examples of each directive.
const USAGE: [&str; 15] = [
    "check 05 red",
    "code 05/src/lib.rs app",
    "diff 05",
    "differences}} or {{#differences 05",
    "exercises 05",
    "experiment 05 NAME",
    "experiments 05",
    "measured NAME",
    "minutes 5",
    "schedule PART 240}} or {{#schedule PART 90 90 90",
    "snapshot NAME}} or {{#snapshot NAME SECTION",
    "starter",
    "topics",
    "total",
    "transcript 05 only_the_sender_gets_the_answer",
];

/// The Markdown for a directive that's alone on its line.
pub fn write(site: &Site, chapter: &Chapter, directive: Directive) -> Result<String> {
    let words: Vec<_> = directive.arguments.split_whitespace().collect();
    match (directive.name, words.as_slice()) {
        ("minutes", [minutes]) => {
            // It stands below the heading, where the rule's own would.
            let _: u32 = minutes.parse().context("`{{#minutes 5}}` needs a number")?;
            Ok(String::new())
        }
        ("total", []) => Ok(format!(
            "<p class=\"minutes\">{} minutes in class</p>",
            chapter.minutes
        )),
        ("code", [path, items @ ..]) => source::write(site, path, items),
        ("diff", [lesson]) => diff::folded(site, site.lesson(lesson)?),
        ("transcript", [lesson, scenario]) => transcript::write(site, lesson, scenario),
        ("snapshot", [name]) => Ok(snapshot::output(&site.snapshot(name)?)),
        ("snapshot", [name, section]) => snapshot::section(site, name, section),
        ("check", [lesson, "red"]) => Ok(snapshot::output(
            &site.snapshot(&format!("check_{lesson}_red"))?,
        )),
        ("exercises", [lesson]) => exercises::write(site, site.lesson(lesson)?),
        ("experiments", [lesson]) => experiments::all(site, site.lesson(lesson)?),
        ("experiment", [lesson, name]) => experiments::one(site, site.lesson(lesson)?, name),
        ("differences", []) => differences::write(site, None),
        ("differences", [lesson]) => differences::write(site, Some(site.lesson(lesson)?)),
        ("schedule", [part, lengths @ ..]) if !lengths.is_empty() => {
            let part: u8 = part
                .parse()
                .with_context(|| format!("`{part}` isn't the number of a part"))?;
            let is_of_the_part = |chapter: &&Chapter| {
                let mut lessons = site.lessons.iter().filter(|lesson| lesson.part == part);
                lessons.any(|lesson| chapter.path == chapter_path(lesson))
            };
            let chapters = site.chapters.iter().filter(is_of_the_part);
            let chapters: Vec<_> = chapters.cloned().collect();
            schedule::write(&chapters, chapter, lengths)
        }
        ("starter", []) => Ok(source::figure("work/src/lib.rs", workbook::work::EMPTY)),
        ("topics", []) => topics::write(site, chapter),
        ("measured", [name]) => site.text(&format!("book/measured/{name}.md")),
        ("end" | "versus", _) => bail!("`{{{{#{}}}}}` ends nothing", directive.name),
        (name, _) => {
            let is_of_name = |usage: &&&str| usage.split([' ', '}']).next() == Some(name);
            match USAGE.iter().find(is_of_name) {
                Some(usage) => bail!("`{{{{#{name}}}}}` is written like this: {{{{#{usage}}}}}"),
                None => bail!("there's no `{{{{#{name}}}}}`"),
            }
        }
    }
}
