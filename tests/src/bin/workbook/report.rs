//! What a check says to a person.

use std::path::Path;

use console::{StyledObject, Term, pad_str, style, truncate_str};
use contract::{
    check::{Fault, Verdict},
    exercises,
    lessons::Lesson,
    scenario::Scenario,
};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::check::{Checked, Options, shown};

/// The width where there is no terminal.
const WIDTH: usize = 120;

/// One line for a scenario.
pub fn line(scenario: &Scenario, verdict: &Verdict) -> String {
    let title = scenario.title();
    match verdict {
        Verdict::Passed => format!("{} {title}", style("✓").green()),
        Verdict::Unseen => format!("– {title} (needs the server's log)"),
        Verdict::Failed(_) => format!("{} {title}", style("✗").red()),
    }
}

/// How many passed, and the whole story of the first that failed.
pub fn summary(lesson: &Lesson, options: &Options, work: &Path, checked: &[Checked]) {
    let passed = checked
        .iter()
        .filter(|checked| matches!(checked.verdict, Verdict::Passed))
        .count();
    println!();
    println!("{passed} of {} pass.", checked.len());
    let first = checked
        .iter()
        .find_map(|checked| Some((&checked.scenario, checked.fault()?)));
    let Some((scenario, fault)) = first else {
        return;
    };
    println!();
    println!(
        "{}, over {}",
        style(format!("Next: {}", scenario.title())).bold(),
        fault.transport
    );
    println!("  {}", sentence(&fault.words));
    if let Some(panic) = fault.panic() {
        println!();
        println!("The server panicked:");
        println!("{}", indent(&panic));
    } else if !fault.complaints().is_empty() {
        println!();
        println!("The server's log says:");
        println!("{}", indent(&fault.complaints().join("\n")));
    }
    println!();
    print_side_by_side(fault);
    println!();
    println!("Look at  {}", place(options, work));
    println!("Read     {}", chapter(lesson, options));
    println!("Stuck?   {}", command("hint", lesson, options));
}

/// What is wrong in short, if anything is.
pub fn next_thing(checked: &Checked) -> Option<String> {
    let fault = checked.fault()?;
    let words = fault.panic().map_or_else(
        || sentence(&fault.words),
        |panic| format!("the server panicked:\n{}", indent(&panic)),
    );
    Some(format!("{}: {words}", checked.scenario.title()))
}

fn sentence(words: &str) -> String {
    if words.ends_with('.') {
        words.to_owned()
    } else {
        format!("{words}.")
    }
}

fn indent(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}

/// The file in which the handlers are.
fn place(options: &Options, work: &Path) -> String {
    if options.url.is_some() {
        return "the server's handlers".to_owned();
    }
    let controller = work.join("src/controller.rs");
    let file = if controller.is_file() {
        controller
    } else {
        work.join("src/lib.rs")
    };
    shown(&file)
}

fn chapter(lesson: &Lesson, options: &Options) -> String {
    let chapter = format!("lessons/{}/README.md, \"What is new\"", lesson.name);
    let mut exercises = exercises::all().into_iter();
    let exercise = exercises.find(|exercise| Some(exercise.name) == options.exercise.as_deref());
    exercise.map_or(chapter, |exercise| exercise.task.to_owned())
}

/// The command to type for this lesson, with the exercise if one is being done.
pub fn command(name: &str, lesson: &Lesson, options: &Options) -> String {
    let exercise = options
        .exercise
        .as_ref()
        .map(|name| format!(" --exercise {name}"));
    let url = options.url.as_ref().map(|url| format!(" --url {url}"));
    let (exercise, url) = (exercise.unwrap_or_default(), url.unwrap_or_default());
    format!("just {name} {:02}{exercise}{url}", lesson.number)
}

/// The step in which the transcripts part, side by side.
fn print_side_by_side(fault: &Fault) {
    // Names are as wide as the longest that came so far: without more to say, that is no difference.
    let lines = fault.expected.lines().chain(fault.came.lines());
    let names = lines.filter_map(|line| Some(name(line)?.0.chars().count()));
    let width = names.max().unwrap_or_default();
    let (expected, came) = (steps(&fault.expected, width), steps(&fault.came, width));
    let parting = expected
        .iter()
        .zip(&came)
        .position(|(expected, came)| expected != came);
    let step = parting.unwrap_or(expected.len().min(came.len()));
    let nothing = Vec::new();
    let (expected, came) = (
        expected.get(step).unwrap_or(&nothing),
        came.get(step).unwrap_or(&nothing),
    );

    let terminal = Term::stdout();
    let width = terminal
        .size_checked()
        .map_or(WIDTH, |(_, columns)| usize::from(columns));
    let column = width.saturating_sub(5) / 2;
    let row = |sign: &StyledObject<&str>, left: &str, right: &str| {
        let left = pad_str(left, column, console::Alignment::Left, Some("…")).into_owned();
        let line = format!("{left} {sign} {}", truncate_str(right, column, "…"));
        println!("  {}", line.trim_end());
    };
    let (same, other) = (style("│"), style("≠").red());
    row(&same, "what should cross the wire", "what crossed");
    for part in capture_diff_slices(Algorithm::Myers, expected, came) {
        let sign = if matches!(part, DiffOp::Equal { .. }) {
            &same
        } else {
            &other
        };
        let (left, right) = (&expected[part.old_range()], &came[part.new_range()]);
        for line in 0..left.len().max(right.len()) {
            let text = |side: &[String]| side.get(line).cloned().unwrap_or_default();
            row(sign, &text(left), &text(right));
        }
    }
}

/// A transcript's steps: a title, and the lines below it, with names of this width.
fn steps(transcript: &str, width: usize) -> Vec<Vec<String>> {
    let mut steps: Vec<Vec<String>> = Vec::new();
    for line in transcript.lines() {
        let line = name(line).map_or_else(
            || line.to_owned(),
            |(name, rest)| format!("  {name:width$} {rest}"),
        );
        match steps.last_mut() {
            Some(step) if line.starts_with(' ') => step.push(line),
            _ => steps.push(vec![line]),
        }
    }
    steps
}

/// The name of the client in a line about one, and what comes after it.
fn name(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.strip_prefix("  ")?.split_once(' ')?;
    let rest = rest.trim_start();
    rest.starts_with(['→', '←', '·']).then_some((name, rest))
}
