//! The table of students and scenarios, and what its columns are.

use maud::{Markup, html};

use super::hidden::{self, Names};
use crate::{
    report::words::{first_failure, fraction, state},
    results::{Checked, Class, Scenario, Score, Student, Verdict},
};

/// The table in a region that scrolls, next to its legend.
pub fn sheet(class: &Class, names: &Names) -> Markup {
    let new: Vec<_> = new(class).collect();
    let has_earlier = new.len() < class.scenarios.len();
    let exercises = &class.exercises;
    html! {
        section aria-labelledby="students" {
            h2 #students { "Students" }
            .sheet {
                .region tabindex="0" role="region" aria-labelledby="students" {
                    table {
                        thead {
                            tr {
                                th scope="col" rowspan="2" { "Student" }
                                @if !new.is_empty() {
                                    th.starts scope="colgroup" colspan=(new.len()) { "New scenarios" }
                                }
                                @if has_earlier { th.starts scope="col" rowspan="2" { "Earlier" br; "lessons" } }
                                @if !exercises.is_empty() {
                                    th.starts scope="colgroup" colspan=(exercises.len()) { "Exercises" }
                                }
                            }
                            tr {
                                @for (at, scenario) in new.iter().enumerate() {
                                    (head(at, &number(at), &scenario.title))
                                }
                                @for (at, name) in exercises.iter().enumerate() {
                                    (head(at, &letter(at), name))
                                }
                            }
                        }
                        tbody {
                            @for (at, student) in class.students.iter().enumerate() {
                                tr {
                                    th scope="row" { (hidden::student(at + 1, &student.name)) }
                                    @if student.outcome.scenarios.is_empty() {
                                        @let columns = new.len() + usize::from(has_earlier) + exercises.len();
                                        td.state.starts colspan=(columns) { span { (names.text(&why(student))) } }
                                    } @else {
                                        (cells(class, student, names))
                                    }
                                }
                            }
                        }
                    }
                }
                (legend(&new, exercises))
            }
        }
    }
}

/// The scenarios that have a column each.
fn new(class: &Class) -> impl Iterator<Item = &Scenario> {
    class.scenarios.iter().filter(|scenario| scenario.new)
}

/// The short name of a scenario's column.
pub fn number(at: usize) -> String {
    (at + 1).to_string()
}

/// The short name of an exercise's column.
fn letter(at: usize) -> String {
    match ('A'..='Z').nth(at) {
        Some(letter) => letter.to_string(),
        None => format!("E{}", at + 1),
    }
}

fn head(at: usize, short: &str, title: &str) -> Markup {
    html! {
        th.numbered.starts[at == 0] scope="col" title=(title) {
            span aria-hidden="true" { (short) }
            span.for-readers { (title) }
        }
    }
}

/// Why nothing was played.
fn why(student: &Student) -> String {
    first_failure(student).unwrap_or_else(|| state(student.outcome.state).to_owned())
}

fn cells(class: &Class, student: &Student, names: &Names) -> Markup {
    let outcome = &student.outcome;
    let of = |results: &[Checked], name: &str| {
        let mut results = results.iter();
        results.find(|checked| checked.name == name).cloned()
    };
    let earlier = class.scenarios.iter().filter(|scenario| !scenario.new);
    let mut score = Score::default();
    for checked in earlier.filter_map(|scenario| of(&outcome.scenarios, &scenario.name)) {
        score.of += usize::from(checked.verdict != Verdict::Unseen);
        score.passed += usize::from(checked.verdict == Verdict::Passed);
    }
    let class_of_score = if score.passed == score.of {
        "passed"
    } else {
        "failed"
    };
    html! {
        @for (at, scenario) in new(class).enumerate() {
            (cell(at, of(&outcome.scenarios, &scenario.name).as_ref(), names))
        }
        @if class.scenarios.iter().any(|scenario| !scenario.new) {
            td.starts.(class_of_score) { (fraction(score)) }
        }
        @for (at, name) in class.exercises.iter().enumerate() {
            (cell(at, of(&outcome.exercises, name).as_ref(), names))
        }
    }
}

fn cell(at: usize, checked: Option<&Checked>, names: &Names) -> Markup {
    let (kind, sign, words) = match checked.map(|checked| checked.verdict) {
        Some(Verdict::Passed) => ("passed", "✓", "passed"),
        Some(Verdict::Failed) => ("failed", "✗", "failed"),
        Some(Verdict::Unseen) => ("unplayed", "–", "can't be seen from outside"),
        Some(Verdict::NotPlayed) | None => ("unplayed", "–", "not played"),
    };
    let fault = checked.and_then(|checked| checked.fault.as_ref());
    let fault = fault.map(|fault| names.attribute(&fault.words));
    html! {
        td.(kind).starts[at == 0] title=[fault] {
            span aria-hidden="true" { (sign) }
            span.for-readers { (words) }
        }
    }
}

fn legend(new: &[&Scenario], exercises: &[String]) -> Markup {
    let list = |head: &str, rows: Vec<(String, &str)>| {
        html! {
            @if !rows.is_empty() {
                h3 { (head) }
                ol {
                    @for (short, title) in rows {
                        li { span.number { (short) } span { (title) } }
                    }
                }
            }
        }
    };
    let new = new.iter().enumerate();
    let new = new.map(|(at, scenario)| (number(at), &*scenario.title));
    let exercises = exercises.iter().enumerate();
    let exercises = exercises.map(|(at, name)| (letter(at), &**name));
    html! {
        .legend {
            (list("New scenarios", new.collect()))
            (list("Exercises", exercises.collect()))
            p {
                span.passed aria-hidden="true" { "✓" } " passed · "
                span.failed aria-hidden="true" { "✗" } " failed · – not played"
            }
        }
    }
}
