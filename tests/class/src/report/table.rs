//! The class as a table for the terminal.

use console::{Alignment, measure_text_width, pad_str, truncate_str};

use super::words::{self, NOTHING, count, fraction, plain};
use crate::results::{Class, Student};

/// A row's cells.
type Row = [String; 6];

const HEAD: [&str; 6] = [
    "student",
    "new",
    "before",
    "exercises",
    "first failure",
    "time",
];

/// The columns that may be cut.
const NAMES: usize = 0;
const FAILURES: usize = 4;

/// No column is cut to less than this.
const NARROWEST: usize = 8;

/// How many of the missed scenarios are listed.
const MISSED: usize = 3;

/// The table, at most `width` columns wide, with what else there is to say about the class. Every line ends with `\n`.
pub fn table(class: &Class, width: usize) -> String {
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(class.students.iter().map(row));
    let widths = widths(&rows, width);
    let mut lines = vec![heading(class)];
    lines.extend(rows.iter().map(|row| line(row, &widths)));
    lines.extend(missed(class));
    if !class.unknown.is_empty() {
        let unknown: Vec<_> = class.unknown.iter().map(|name| plain(name)).collect();
        lines.push(format!("Not on the roster: {}", unknown.join(", ")));
    }
    let restrictions = class.not_restricted.iter();
    lines.extend(restrictions.map(|what| format!("Not restricted here: {}", plain(what))));
    lines.join("\n") + "\n"
}

fn heading(class: &Class) -> String {
    let students = count(class.students.len(), "student");
    let new = words::how_many_are_new(class);
    let unfinished = if class.complete {
        ""
    } else {
        " · not finished"
    };
    format!("{} · {students} · {new}{unfinished}", plain(&class.lesson))
}

fn row(student: &Student) -> Row {
    let outcome = &student.outcome;
    let points = outcome.points.filter(|_| !outcome.scenarios.is_empty());
    let score = |score| match score {
        Some(score) => fraction(score),
        None => format!(" {NOTHING}"),
    };
    let seconds = student.seconds;
    [
        plain(&student.name),
        score(points.map(|points| points.new)),
        score(points.map(|points| points.before)),
        score(points.map(|points| points.exercises)),
        words::first_failure(student).unwrap_or_else(|| NOTHING.to_owned()),
        if seconds > 0. {
            format!("{seconds:.1} s")
        } else {
            String::new()
        },
    ]
}

/// The columns' widths. If they don't fit, the longest is cut.
fn widths(rows: &[Row], width: usize) -> [usize; 6] {
    let widest = |column: usize| rows.iter().map(move |row| measure_text_width(&row[column]));
    let mut widths = [0, 1, 2, 3, 4, 5].map(|column| widest(column).max().unwrap_or_default());
    let between = 2 * (widths.len() - 1);
    loop {
        let longest = if widths[NAMES] > widths[FAILURES] {
            NAMES
        } else {
            FAILURES
        };
        if widths.iter().sum::<usize>() + between <= width || widths[longest] <= NARROWEST {
            return widths;
        }
        widths[longest] -= 1;
    }
}

fn line(row: &Row, widths: &[usize; 6]) -> String {
    let cells = row.iter().zip(widths).enumerate();
    let cells = cells.map(|(column, (cell, &width))| {
        let is_time = column == HEAD.len() - 1;
        let side = if is_time {
            Alignment::Right
        } else {
            Alignment::Left
        };
        let cell = truncate_str(cell, width, "…");
        pad_str(&cell, width, side, None).into_owned()
    });
    let line = cells.collect::<Vec<_>>().join("  ");
    line.trim_end().to_owned()
}

/// The scenarios that most students miss, a line each.
fn missed(class: &Class) -> Vec<String> {
    let tried = class.tried();
    let missed = class.most_missed().into_iter().take(MISSED);
    let lines = missed.enumerate().map(|(at, (scenario, number))| {
        let head = if at == 0 { "Most missed:" } else { "" };
        format!("{head:12} {} ({number} of {tried})", plain(&scenario.title))
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::class;

    #[test]
    fn every_student_has_a_row() {
        let expected = "\
06-broadcast · 12 students · 8 of 14 scenarios are new in this lesson
student     new  before  exercises  first failure                                                          time
Ana Muñoz   8/8  6/6     1/2        –                                                                     6.9 s
Beto Núñez  5/8  6/6     0/2        ana ← 42[\"enviar-mensaje\",{\"mensaje\":\"hola\"}] is unexpected           6.7 s
田中 Carla  0/8  5/6     0/2        nothing handles enviar-mensaje                                        7.1 s
pair-04      –    –       –         does not compile: src/controller.rs:44 E0308                          0.7 s
pair-05      –    –       –         the build took more than 60 s                                        60.0 s
pair-06      –    –       –         nothing handed in
=SUM(A1)     –    –       –         the program ended (exit status: 101) before it printed its address    3.2 s
Eva Sanz    1/8  6/6     0/2        the server stopped answering                                        120.0 s
Fidel Ruiz  7/7  5/5     2/2        –                                                                     5.0 s
Gema Gil     –    –       –         nobody answers at http://127.0.0.1:3001                              10.0 s
Hugo Pla     –    –       –         it brings a build script of its own                                   0.1 s
Inés Rey     –    –       –         no space left on the disk                                             0.4 s
Most missed: a lone sender gets only the answer (3 of 5)
             nobody can impersonate another client (3 of 5)
             broadcast reaches everyone but the sender (2 of 5)
Not on the roster: Iris Ortega, notes
Not restricted here: the network: this system has no namespaces
";
        assert_eq!(table(&class(), 200), expected);
    }

    #[test]
    fn the_longest_column_is_cut_to_the_width() {
        for width in [60, 80, 100] {
            let table = table(&class(), width);
            let rows = table.lines().skip(1).take(13);
            assert!(
                rows.clone().all(|row| measure_text_width(row) <= width),
                "{table}"
            );
            assert!(
                rows.clone().any(|row| measure_text_width(row) == width),
                "{table}"
            );
            assert!(table.contains("Beto Núñez"), "{table}");
        }

        assert!(table(&class(), 80).contains("the program ended (exit status: 10…"));
        // A width that nothing fits into leaves something to read.
        assert!(table(&class(), 0).contains("nothing…"));
    }

    #[test]
    fn names_and_words_can_not_control_the_terminal() {
        let mut class = class();
        class.students[0].name = "\u{1b}[2Jana\n\u{202e}x".to_owned();
        class.students[1].outcome.reason = Some("a\u{1b}]0;b\u{7}\rc\u{9b}31m".to_owned());
        class.unknown = vec!["\u{1b}[1A".to_owned()];
        let table = table(&class, 100);
        assert!(table.contains("ana x ") && table.contains("a c"), "{table}");
        let is_safe = |sign: char| sign == '\n' || !sign.is_control() && sign != '\u{202e}';
        assert!(table.chars().all(is_safe), "{table:?}");
    }

    #[test]
    fn a_class_that_is_not_finished_says_so() {
        let mut class = class();
        class.complete = false;
        class.students.truncate(1);
        class.unknown.clear();
        class.not_restricted.clear();
        let table = table(&class, 100);
        assert!(table.starts_with("06-broadcast · 1 student · "), "{table}");
        assert!(
            table.lines().next().unwrap().ends_with(" · not finished"),
            "{table}"
        );
        assert_eq!(table.lines().count(), 3, "{table}");
    }
}
