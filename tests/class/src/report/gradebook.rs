//! The class as a table for spreadsheets and gradebooks: `class.csv`.

use anyhow::Result;
use csv::Writer;
use serde_json::Value;

use super::words::{first_failure, plain};
use crate::results::{Class, Score, State, Student};

const HEAD: [&str; 11] = [
    "student",
    "handed_in",
    "state",
    "new",
    "new_of",
    "before",
    "before_of",
    "exercises",
    "exercises_of",
    "first_failure",
    "seconds",
];

/// The table as CSV in UTF-8, a row for each student. Points that aren't known are empty cells.
pub fn gradebook(class: &Class) -> Result<String> {
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record(HEAD)?;
    for student in &class.students {
        writer.write_record(row(student)?)?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

fn row(student: &Student) -> Result<[String; 11]> {
    let outcome = &student.outcome;
    let score = |score: Option<Score>| {
        let cell = |number: fn(Score) -> usize| score.map(number).map(|it| it.to_string());
        let cells = [cell(|score| score.passed), cell(|score| score.of)];
        cells.map(Option::unwrap_or_default)
    };
    let points = outcome.points;
    let [new, new_of] = score(points.map(|points| points.new));
    let [before, before_of] = score(points.map(|points| points.before));
    let [exercises, exercises_of] = score(points.map(|points| points.exercises));
    Ok([
        text(&student.name),
        text(student.handed_in.as_deref().unwrap_or_default()),
        state(outcome.state)?,
        new,
        new_of,
        before,
        before_of,
        exercises,
        exercises_of,
        text(&first_failure(student).unwrap_or_default()),
        format!("{:.1}", student.seconds),
    ])
}

/// A cell that a spreadsheet shows as it is. It would calculate what begins with one of these signs, and a formula
/// could send the table away.
fn text(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = plain(text);
    if is_formula || text.starts_with(['=', '+', '-', '@']) {
        format!("'{text}")
    } else {
        text
    }
}

/// The state as it's called in `class.json`.
fn state(state: State) -> Result<String> {
    match serde_json::to_value(state)? {
        Value::String(state) => Ok(state),
        other => Ok(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::class;

    #[test]
    fn every_student_has_a_row() {
        let expected = r#"student,handed_in,state,new,new_of,before,before_of,exercises,exercises_of,first_failure,seconds
Ana Muñoz,2026-03-02T09:41:00Z,passed,8,8,6,6,1,2,,6.9
Beto Núñez,2026-03-02 10:05,partly,5,8,6,6,0,2,"ana ← 42[""enviar-mensaje"",{""mensaje"":""hola""}] is unexpected",6.7
田中 Carla,,partly,0,8,5,6,0,2,nothing handles enviar-mensaje,7.1
pair-04,,does-not-compile,0,8,0,6,0,2,does not compile: src/controller.rs:44 E0308,0.7
pair-05,,build-timed-out,,,,,,,the build took more than 60 s,60.0
pair-06,,not-handed-in,0,8,0,6,0,2,nothing handed in,0.0
'=SUM(A1),,does-not-start,0,8,0,6,0,2,the program ended (exit status: 101) before it printed its address,3.2
Eva Sanz,,run-timed-out,1,8,6,6,0,2,the server stopped answering,120.0
Fidel Ruiz,,passed,7,7,5,5,2,2,,5.0
Gema Gil,,unreachable,,,,,,,nobody answers at http://127.0.0.1:3001,10.0
Hugo Pla,,skipped,,,,,,,it brings a build script of its own,0.1
Inés Rey,,error,,,,,,,no space left on the disk,0.4
"#;
        assert_eq!(gradebook(&class()).unwrap(), expected);
    }

    #[test]
    fn no_cell_is_a_formula() {
        for (given, expected) in [
            ("=1", "'=1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@a", "'@a"),
            ("\t=1", "'=1"),
            ("\r1", "'1"),
            ("\u{1b}[1m=1", "'=1"),
            ("ana=1", "ana=1"),
            ("–", "–"),
            ("", ""),
        ] {
            assert_eq!(text(given), expected);
        }
    }
}
