//! The letter to a student, to send back: what passes, what fails first, and where to go on.

use similar::{Algorithm, DiffOp, capture_diff_slices};

pub use super::names::{file_name, file_names};
use super::{
    advice::{advice, meaning},
    markdown::{escape, fence, inline},
    words::{count, plain_lines, title},
};
use crate::results::{Checked, Class, Fault, Points, State, Student, Verdict};

/// How many of the other scenarios that fail are listed.
const OTHERS: usize = 5;

/// The letter, in Markdown. It contains the first hint at most, and no solution.
pub fn letter(class: &Class, student: &Student) -> String {
    let outcome = &student.outcome;
    let number = lesson_number(class);
    let head = format!("# {}: {}", escape(&class.lesson), escape(&student.name));
    let mut parts = vec![head];
    if let Some(points) = outcome.points.filter(|_| !outcome.scenarios.is_empty()) {
        parts.push(passes(points));
        parts.extend(unseen(student));
    }
    let first = student.first_failure();
    match (meaning(outcome.state), first) {
        (Some(meaning), _) => {
            parts.push(meaning.to_owned());
            let reason = outcome.reason.as_deref().map(inline);
            parts.extend(reason.map(|reason| format!("In short: {reason}")));
            parts.extend(outcome.details.as_deref().map(|text| fence("text", text)));
        }
        (None, None) => parts.push("Well done: nothing fails.".to_owned()),
        (None, Some(_)) => {}
    }
    if !outcome.state.is_graded() {
        parts.push("This says nothing about your code, and costs no points.".to_owned());
    }
    if let Some((checked, fault)) = first {
        parts.extend(tell(class, checked, fault));
        parts.extend(others(class, student, checked));
    }
    parts.push("## Go on".to_owned());
    parts.extend(advice(outcome.state).map(str::to_owned));
    let exercise = first.filter(|(checked, _)| is_exercise(class, checked));
    let option = exercise.map(|(checked, _)| format!(" --exercise {}", checked.name));
    let option = option.unwrap_or_default();
    let mut commands = match outcome.state {
        State::NotHandedIn => vec![format!("- `just start {number}` begins the lesson.")],
        _ => Vec::new(),
    };
    commands.push(format!(
        "- `just check {number}{option}` checks your copy in the same way."
    ));
    if first.is_some() {
        commands.push(format!(
            "- `just hint {number}{option}` gives you one more hint each time."
        ));
    }
    parts.push(commands.join("\n"));
    parts.join("\n\n") + "\n"
}

/// `06`, of `06-broadcast`.
fn lesson_number(class: &Class) -> &str {
    class.lesson.split('-').next().unwrap_or_default()
}

/// How much passes.
fn passes(points: Points) -> String {
    let scores = [
        (points.new, "new scenarios"),
        (points.before, "scenarios of earlier lessons"),
        (points.exercises, "exercises"),
    ];
    let scores = scores.into_iter().filter(|(score, _)| score.of > 0);
    let lines =
        scores.map(|(score, what)| format!("- **{} of {}** {what}", score.passed, score.of));
    let lines: Vec<_> = lines.collect();
    format!("Your server passes:\n\n{}", lines.join("\n"))
}

/// Says how many scenarios couldn't be judged.
fn unseen(student: &Student) -> Option<String> {
    let scenarios = student.outcome.scenarios.iter();
    let unseen = scenarios.filter(|checked| checked.verdict == Verdict::Unseen);
    let number = unseen.count();
    let (needs, counted) = match number {
        1 => ("needs", "it wasn't"),
        _ => ("need", "they weren't"),
    };
    (number > 0).then(|| {
        let scenarios = count(number, "scenario");
        format!(
            "{scenarios} {needs} something that can't be seen from outside, such as the server's log, so {counted} counted."
        )
    })
}

/// The first failure.
fn tell(class: &Class, checked: &Checked, fault: &Fault) -> Vec<String> {
    let kind = if is_exercise(class, checked) {
        "exercise "
    } else {
        ""
    };
    let title = escape(title(class, &checked.name));
    let mut parts = vec![
        format!("## Look at this first: {kind}{title}"),
        format!(
            "Over {}: {}",
            escape(&fault.transport),
            inline(&fault.words)
        ),
    ];
    if let Some(panic) = &fault.panic {
        parts.push("The server panicked:".to_owned());
        parts.push(fence("text", panic));
    }
    if fault.expected != fault.actual {
        parts.push(
            "On the wire, `-` marks what should have crossed but didn't, and `+` what crossed but shouldn't have:"
                .to_owned(),
        );
        parts.push(fence("diff", &difference(fault)));
    }
    parts.push(format!("**Hint 1 of 3:** {}", inline(&fault.hint)));
    parts
}

/// The expected frames, compared with the actual ones.
fn difference(fault: &Fault) -> String {
    // A frame takes one line, whatever is in it.
    let lines = |frames: &[String]| -> Vec<String> {
        let frames = frames
            .iter()
            .map(|frame| plain_lines(frame).replace('\n', " "));
        frames.collect()
    };
    let (expected, actual) = (lines(&fault.expected), lines(&fault.actual));
    let mut rows = Vec::new();
    for part in capture_diff_slices(Algorithm::Myers, &expected, &actual) {
        let is_same = matches!(part, DiffOp::Equal { .. });
        let (before, after) = (&expected[part.old_range()], &actual[part.new_range()]);
        let sign = if is_same { ' ' } else { '-' };
        rows.extend(before.iter().map(|line| format!("{sign} {line}")));
        if !is_same {
            rows.extend(after.iter().map(|line| format!("+ {line}")));
        }
    }
    rows.join("\n")
}

/// The other things that fail, by their titles.
fn others(class: &Class, student: &Student, first: &Checked) -> Option<String> {
    let outcome = &student.outcome;
    let failed = outcome.scenarios.iter().chain(&outcome.exercises);
    let failed = failed.filter(|checked| checked.verdict == Verdict::Failed);
    let titles = failed.filter(|checked| checked.name != first.name);
    let titles: Vec<_> = titles.map(|checked| title(class, &checked.name)).collect();
    let mut lines: Vec<_> = titles
        .iter()
        .take(OTHERS)
        .map(|title| format!("- {}", escape(title)))
        .collect();
    if titles.len() > OTHERS {
        lines.push(format!("- and {} more", titles.len() - OTHERS));
    }
    let head = "This fails, too, perhaps for the same reason:";
    (!lines.is_empty()).then(|| format!("{head}\n\n{}", lines.join("\n")))
}

fn is_exercise(class: &Class, checked: &Checked) -> bool {
    class.exercises.contains(&checked.name)
}

#[cfg(test)]
mod tests;
