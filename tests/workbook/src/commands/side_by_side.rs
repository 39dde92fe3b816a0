//! Shows the expected frames beside the actual ones.

use console::{Alignment, StyledObject, Term, pad_str, style};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use wire::transcript::Transcript;
use workbook::{check::Fault, diagnosis::first_difference};

/// The width if there is no terminal.
const WIDTH: usize = 120;

/// The step where the transcripts differ, side by side.
pub fn print_side_by_side(fault: &Fault) {
    let (expected, actual) = (&fault.expected, &fault.actual);
    let step = first_difference(fault);
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
        let (left, right) = cut(left, right, column);
        let left = pad_str(&left, column, Alignment::Left, None).into_owned();
        let line = format!("{left} {sign} {right}");
        println!("  {}", line.trim_end());
    };
    let (same, other) = (style("│"), style("≠").red());
    row(&same, "expected on the wire", "actual");
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

/// Cuts two strings to a width, so that you can see where they differ.
fn cut(left: &str, right: &str, width: usize) -> (String, String) {
    /// How many equal characters are shown before the difference.
    const BEFORE: usize = 12;
    let (left, right): (Vec<_>, Vec<_>) = (left.chars().collect(), right.chars().collect());
    let same = left
        .iter()
        .zip(&right)
        .take_while(|(left, right)| left == right)
        .count();
    // Always keep the name and the arrow.
    let head = left
        .iter()
        .position(|sign| "→←·".contains(*sign))
        .map_or(0, |at| at + 2);
    let is_hidden = left != right && !left.is_empty() && !right.is_empty() && same + BEFORE > width;
    let skipped = if is_hidden {
        same.saturating_sub(head + BEFORE)
    } else {
        0
    };
    let shorten = |text: &[char]| {
        let mut text: Vec<_> = if skipped > 0 {
            [&text[..head], &['…'], &text[head + skipped..]].concat()
        } else {
            text.to_vec()
        };
        if text.len() > width {
            text.truncate(width - 1);
            text.push('…');
        }
        text.into_iter().collect()
    };
    (shorten(&left), shorten(&right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_strings_are_cut_to_where_they_differ() {
        let (left, right) = (
            "ana ← 43[{\"a\":\"0123456789012345678901234567890123456789\",\"b\":1}]",
            "ana ← 43[{\"a\":\"0123456789012345678901234567890123456789\",\"c\":1}]",
        );
        let (left, right) = cut(left, right, 30);
        assert_eq!(left, "ana ← …123456789\",\"b\":1}]");
        assert_eq!(right, "ana ← …123456789\",\"c\":1}]");
        assert_eq!(cut("short", "", 30), ("short".to_owned(), String::new()));
        assert_eq!(cut("0123456789", "0123456789", 5).0, "0123…");
    }
}
