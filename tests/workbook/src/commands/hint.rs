//! `workbook hint`: one more hint for the first scenario that fails.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::Result;
use console::style;
use course::{
    lessons::{Lesson, root},
    scenario::Hints,
    scenarios,
};
use workbook::{
    check::Verdict,
    unfit::{State, Unfit},
};

use super::{
    check::{Options, Subject},
    pointers,
    report::{self, Report},
};

/// Remembers, in the copy, what the last hint was for and how many were given.
const MEMORY: &str = ".hints";

/// Shows the next hint.
pub async fn hint(options: &Options, work: &Path) -> Result<()> {
    let subject = Subject::find(options, work)?;
    let target = match subject.target().await {
        Ok(target) => target,
        Err(error) => {
            let state = error.downcast_ref::<Unfit>().map(|unfit| unfit.state);
            if state != Some(State::DoesNotCompile) {
                return Err(error);
            }
            help_to_compile(&subject, &format!("{error:#}"));
            return Ok(());
        }
    };
    target.probe().await?;
    for scenario in subject.scenarios() {
        let Verdict::Failed(fault) = target.check(&scenario).await? else {
            continue;
        };
        println!("{}", style(report::title(&scenario, &subject)).bold());
        println!("  {}", subject.words(&fault));
        println!();
        show_hints(&subject, scenario.name, &scenario.hints);
        return Ok(());
    }
    println!(
        "Nothing fails, so you don't need a hint. What to do next: {}",
        pointers::command("check", &subject)
    );
    Ok(())
}

/// Shows one hint more than last time.
fn show_hints(subject: &Subject, name: &str, hints: &Hints) {
    let memory = subject.copy.join(MEMORY);
    let given = fs::read_to_string(&memory).ok();
    let given = given.as_deref().and_then(|given| given.split_once(' '));
    let level = match given {
        Some((other, level)) if other == name => level.parse().unwrap_or(0),
        _ => 0,
    };
    let level = (level + 1).min(hints.len());
    for (number, hint) in (1..).zip(hints).take(level) {
        let head = format!("  {number} of {}: ", hints.len());
        let indent = format!("\n{}", " ".repeat(head.len()));
        println!("{head}{}", hint.replace('\n', &indent));
    }
    println!();
    if level < hints.len() {
        println!("Next hint: {}", pointers::command("hint", subject));
    } else if subject.lesson.is_capstone() {
        println!("That was the last hint, and there's no solution of ours to look at.");
    } else {
        println!(
            "That was the last hint. Our solution: {}",
            pointers::command("solution", subject)
        );
    }
    // Without a copy to remember it in, for example with a URL, every hint is the first.
    fs::write(memory, format!("{name} {level}")).ok();
}

/// Helps when the code doesn't compile, so that no scenario can be played.
fn help_to_compile(subject: &Subject, error: &str) {
    let copy = subject.name();
    println!("{}", style(format!("{copy} doesn't compile yet.")).bold());
    Report::new(subject).say_if_the_copy_is_elsewhere();
    let mut lines = error.lines().map(str::trim_start);
    if let Some(first) = lines.find(|line| line.starts_with("error")) {
        println!("  The compiler's first {first}");
    }
    if let Some((symptom, section)) = symptom(error) {
        println!(
            "  In the book: just book, then http://127.0.0.1:3001/when-it-does-not-work.html#{section} ({symptom})"
        );
    }
    let uses = uses(&subject.lesson);
    if !uses.is_empty() {
        println!();
        println!("Our code for this lesson has these lines. Are any of them missing in yours?");
        for line in uses {
            println!("  {line}");
        }
    }
    println!();
    let mut taught = subject.scenarios().into_iter();
    let taught = match &subject.exercise {
        Some(exercise) => Some(exercise.scenario),
        None => taught.find(|scenario| scenario.begins_with(&subject.lesson)),
    };
    // A lesson with no scenarios left to play has no hints either.
    let first = || scenarios::of(&subject.lesson).into_iter().next();
    if let Some(scenario) = taught.or_else(first) {
        show_hints(subject, scenario.name, &scenario.hints);
    }
}

/// The `use` items of a lesson's sources other than main.rs, which students get complete.
fn uses(lesson: &Lesson) -> Vec<String> {
    let mut lines = BTreeSet::new();
    for entry in fs::read_dir(lesson.folder().join("src"))
        .into_iter()
        .flatten()
        .flatten()
    {
        if entry.file_name() == "main.rs" {
            continue;
        }
        // A file that can't be read has no lines to show.
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        for item in text.split("\nuse ").skip(1) {
            let item = item.split(';').next().unwrap_or_default();
            let words: Vec<_> = item.split_whitespace().collect();
            let item = words
                .join(" ")
                .replace("{ ", "{")
                .replace(", }", "}")
                .replace(" }", "}");
            lines.insert(format!("use {item};"));
        }
    }
    lines.into_iter().collect()
}

/// The row of "When it does not work" whose words appear in the error: its title, and the section.
fn symptom(error: &str) -> Option<(String, String)> {
    let chapter = root().join("book/text/when-it-does-not-work.md");
    let chapter = fs::read_to_string(chapter).ok()?;
    let rows = chapter.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        let (words, link) = (cells.next()?, cells.next()?);
        let (title, section) = link.trim_end_matches(" |").split_once("](#")?;
        Some((
            words,
            title.trim_start_matches('['),
            section.trim_end_matches(')'),
        ))
    });
    for (words, title, section) in rows {
        // The words that the reader sees are between backticks.
        let quoted = words
            .split('`')
            .map(str::trim)
            .filter(|part| part.len() > 6 && !part.contains(", "));
        if quoted.into_iter().any(|part| error.contains(part)) {
            return Some((title.to_owned(), section.to_owned()));
        }
    }
    None
}
