//! What stands in the place of a directive, a file for each.

pub mod code;
pub mod diff;
pub mod differences;
pub mod exercises;
pub mod experiments;
pub mod inline;
pub mod measured;
pub mod minutes;
pub mod question;
pub mod schedule;
pub mod snapshot;
pub mod topics;
pub mod transcript;

use crate::{
    directive::Directive,
    site::{Chapter, Site},
};

/// The Markdown for a directive that stands alone.
///
/// # Errors
/// There is no such directive, or it asks for what is not there.
pub fn write(site: &Site, chapter: &Chapter, directive: Directive) -> Result<String, String> {
    let words = directive.words();
    match (directive.name, words.as_slice()) {
        ("minutes", [minutes]) => minutes::minutes(site, minutes),
        ("total", []) => Ok(minutes::total(site, chapter)),
        ("code", [path, items @ ..]) => code::write(&site.root, path, items),
        ("diff", [lesson]) => diff::lesson(site, site.lesson(lesson)?, None),
        ("diff", [lesson, file]) => diff::lesson(site, site.lesson(lesson)?, Some(file)),
        ("transcript", [lesson, scenario]) => transcript::write(site, lesson, scenario),
        ("snapshot", [name]) => snapshot::write(site, name, None),
        ("snapshot", [name, section]) => snapshot::write(site, name, Some(section)),
        ("check", [lesson, colour @ ("red" | "green")]) => {
            let lesson = site.lesson(lesson)?.number;
            snapshot::write(site, &format!("check_{lesson:02}_{colour}"), None)
        }
        ("exercises", [lesson]) => exercises::write(site, site.lesson(lesson)?),
        ("experiments", [lesson]) => experiments::all(site, site.lesson(lesson)?),
        ("experiment", [lesson, name]) => experiments::one(site, site.lesson(lesson)?, name),
        ("differences", []) => differences::write(site, None),
        ("differences", [lesson]) => differences::write(site, Some(site.lesson(lesson)?)),
        ("schedule", lengths @ [_, ..]) => schedule::write(site, chapter, lengths),
        ("topics", []) => topics::write(site, chapter),
        ("figure", [name]) => measured::figure(site, name),
        ("measured", [name]) => measured::table(site, name),
        ("end" | "versus", _) => Err(format!("`{{{{#{}}}}}` ends nothing", directive.name)),
        (name, _) => Err(match usage(name) {
            Some(usage) => format!("`{{{{#{name}}}}}` is asked for so: {usage}"),
            None => format!("there is no `{{{{#{name}}}}}`"),
        }),
    }
}

/// How a directive is written.
fn usage(name: &str) -> Option<&'static str> {
    Some(match name {
        "minutes" => "{{#minutes 5}}",
        "total" => "{{#total}}",
        "code" => "{{#code 05/src/lib.rs app}}",
        "diff" => "{{#diff 05}} or {{#diff 05 src/controller.rs}}",
        "transcript" => "{{#transcript 05 the_callback_answers_the_sender_alone}}",
        "snapshot" => "{{#snapshot NAME}} or {{#snapshot NAME SECTION}}",
        "check" => "{{#check 05 red}} or {{#check 05 green}}",
        "exercises" => "{{#exercises 05}}",
        "experiments" => "{{#experiments 05}}",
        "experiment" => "{{#experiment 05 NAME}}",
        "differences" => "{{#differences 05}} or {{#differences}}",
        "schedule" => "{{#schedule 240}} or {{#schedule 90 90 90}}",
        "topics" => "{{#topics}}",
        "figure" => "{{#figure NAME}}",
        "measured" => "{{#measured NAME}}",
        _ => return None,
    })
}
