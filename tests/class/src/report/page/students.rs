//! The failures, student by student.

use maud::{Markup, html};

use super::hidden::{self, Names};
use crate::{
    report::words::{first_failure, title},
    results::{Checked, Class, Fault, Student},
};

/// A list of the students for whom something fails. Each unfolds.
pub fn students(class: &Class, names: &Names) -> Markup {
    let students = (1..).zip(&class.students);
    let failing: Vec<_> = students
        .filter_map(|(number, student)| Some((number, student, first_failure(student)?)))
        .collect();
    html! {
        @if !failing.is_empty() {
            section aria-labelledby="failures" {
                h2 #failures { "Student by student" }
                @for (number, student, failure) in failing {
                    details {
                        summary {
                            b { (hidden::student(number, &student.name)) }
                            (names.text(&failure))
                        }
                        (failures(class, student, names))
                    }
                }
            }
        }
    }
}

/// All that's known about why a student's work fails. Failures of the same kind are told once.
fn failures(class: &Class, student: &Student, names: &Names) -> Markup {
    let outcome = &student.outcome;
    let played = outcome.scenarios.iter().chain(&outcome.exercises);
    let faults = played.filter_map(|checked| Some((checked, checked.fault.as_ref()?)));
    let mut groups: Vec<(&Fault, Vec<&Checked>)> = Vec::new();
    for (checked, fault) in faults {
        let is_same = |other: &Fault| other.words == fault.words && other.panic == fault.panic;
        match groups.iter_mut().find(|(other, _)| is_same(other)) {
            Some((_, group)) => group.push(checked),
            None => groups.push((fault, vec![checked])),
        }
    }
    html! {
        @if let Some(details) = &outcome.details { pre { (names.text(details)) } }
        @if !groups.is_empty() {
            ul {
                @for (fault, group) in groups {
                    li {
                        @for checked in group { div { b { (title(class, &checked.name)) } } }
                        "over " (fault.transport) ": " (words(&fault.words, names))
                        @if let Some(panic) = &fault.panic { pre { (names.text(panic)) } }
                    }
                }
            }
        } @else if outcome.details.is_none() {
            p { "There's nothing more to say about it." }
        }
    }
}

/// A description of a fault, where pairs of backticks mark code.
fn words(text: &str, names: &Names) -> Markup {
    let parts: Vec<_> = text.split('`').collect();
    if parts.len() % 2 == 0 {
        return names.text(text);
    }
    html! {
        @for (at, part) in parts.iter().enumerate() {
            @if at % 2 == 0 { (names.text(part)) } @else { code { (names.text(part)) } }
        }
    }
}
