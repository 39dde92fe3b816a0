//! What a check says to a person.

use std::path::Path;

use console::{StyledObject, Term, pad_str, style, truncate_str};
use course::{exercises, lessons::Lesson, scenario::Scenario};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use wire::transcript::Transcript;
use workbook::check::{Fault, Verdict};

use super::check::{Checked, Options, shown};

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

/// The step in which the transcripts differ, side by side.
fn print_side_by_side(fault: &Fault) {
    let (expected, actual) = (&fault.expected, &fault.actual);
    let mut pairs = expected.steps.iter().zip(&actual.steps);
    let differs = pairs.position(|(expected, actual)| expected != actual);
    let step = differs.unwrap_or(expected.steps.len().min(actual.steps.len()));
    let names = expected.width().max(actual.width());
    let rows = |transcript: &Transcript| {
        let step = transcript.steps.get(step);
        step.map_or(Vec::new(), |step| step.rows(names))
    };
    let (expected, actual) = (rows(expected), rows(actual));

    let size = Term::stdout().size_checked();
    let width = size.map_or(WIDTH, |(_, columns)| usize::from(columns));
    let column = width.saturating_sub(5) / 2;
    let row = |sign: &StyledObject<&str>, left: &str, right: &str| {
        let left = pad_str(left, column, console::Alignment::Left, Some("…")).into_owned();
        let line = format!("{left} {sign} {}", truncate_str(right, column, "…"));
        println!("  {}", line.trim_end());
    };
    let (same, other) = (style("│"), style("≠").red());
    row(&same, "what should cross the wire", "what crossed");
    for part in capture_diff_slices(Algorithm::Myers, &expected, &actual) {
        let is_same = matches!(part, DiffOp::Equal { .. });
        let sign = if is_same { &same } else { &other };
        let (left, right) = (&expected[part.old_range()], &actual[part.new_range()]);
        for line in 0..left.len().max(right.len()) {
            let text = |side: &[String]| side.get(line).cloned().unwrap_or_default();
            row(sign, &text(left), &text(right));
        }
    }
}
