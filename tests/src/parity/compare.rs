//! Two transcripts of one scenario, compared.

use std::fmt;

use serde_json::{Map, Value};

use super::FrameRule;
use crate::scenario::Outcome;

/// What differs between the Rust lesson and the Node original in a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// The lines that only the Rust lesson's transcript has.
    pub rust: Vec<String>,
    /// The lines that only Node's transcript has. Where the scenario could not go on, the last says why.
    pub node: Vec<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rust = self.rust.iter().map(|line| format!("  Rust: {line}"));
        let node = self.node.iter().map(|line| format!("  Node: {line}"));
        let lines: Vec<_> = rust.chain(node).collect();
        formatter.write_str(&lines.join("\n"))
    }
}

/// The outcome of a comparison.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// What differs beyond the rules for frames, if anything does.
    pub difference: Option<Difference>,
    /// The fields that a rule says differ, and that are the same.
    pub equal: Vec<String>,
}

/// Compares the transcript that the Rust lesson gives with what came of the scenario on the Node original.
///
/// Where the scenario could not go on, its steps before that one count, and why it could not.
#[must_use]
pub fn compare(expected: &str, outcome: &Outcome, rules: &[&FrameRule]) -> Comparison {
    let expected = steps(expected);
    let mut came = steps(&outcome.transcript);
    if outcome.failure.is_some() {
        came.pop();
    }
    let mut difference = Difference::default();
    let mut equal = Vec::new();
    for (number, step) in came.iter().enumerate() {
        let none = Vec::new();
        let expected = expected.get(number).unwrap_or(&none);
        compare_step(expected, step, rules, &mut difference, &mut equal);
    }
    if let Some(words) = &outcome.failure {
        difference.node.push(words.clone());
    } else {
        let missing = expected.into_iter().skip(came.len());
        difference.rust.extend(missing.flatten());
    }
    equal.sort();
    equal.dedup();
    Comparison {
        difference: (difference != Difference::default()).then_some(difference),
        equal,
    }
}

/// The steps of a transcript: the lines of each, the first its title.
fn steps(transcript: &str) -> Vec<Vec<String>> {
    let mut steps: Vec<Vec<String>> = Vec::new();
    for line in transcript.lines() {
        match steps.last_mut() {
            Some(step) if line.starts_with("  ") => step.push(unpadded(line)),
            _ => steps.push(vec![line.to_owned()]),
        }
    }
    steps
}

/// A line without what aligns it: `ana ← 40` for `  ana   ← 40`.
fn unpadded(line: &str) -> String {
    let line = line.trim_start();
    let Some((who, rest)) = line.split_once(' ') else {
        return line.to_owned();
    };
    format!("{who} {}", rest.trim_start())
}

/// Adds what differs in a step. Lines match in their order, so one out of its order differs.
fn compare_step(
    expected: &[String],
    came: &[String],
    rules: &[&FrameRule],
    difference: &mut Difference,
    equal: &mut Vec<String>,
) {
    let mut rest = came;
    for line in expected {
        let position = rest.iter().position(|other| same(line, other, rules));
        if let Some(position) = position {
            equal.extend(equal_fields(line, &rest[position], rules));
            difference.node.extend_from_slice(&rest[..position]);
            rest = &rest[position + 1..];
        } else {
            difference.rust.push(line.clone());
        }
    }
    difference.node.extend_from_slice(rest);
}

/// Whether two lines are the same, but for what the rules allow.
fn same(rust: &str, node: &str, rules: &[&FrameRule]) -> bool {
    if rust == node {
        return true;
    }
    let (Some(mut rust), Some(mut node)) = (Frame::parse(rust), Frame::parse(node)) else {
        return false;
    };
    for rule in rules {
        if rule.packet == rust.packet
            && let Some(ours) = rust.fields.get(&rule.field)
            && let Some(theirs) = node.fields.get(&rule.field)
            && rule.allows(ours, theirs)
        {
            rust.fields.remove(&rule.field);
            node.fields.remove(&rule.field);
        }
    }
    rust == node
}

/// The fields of two matching lines that a rule says differ, and that are the same.
fn equal_fields(rust: &str, node: &str, rules: &[&FrameRule]) -> Vec<String> {
    let (Some(rust), Some(node)) = (Frame::parse(rust), Frame::parse(node)) else {
        return Vec::new();
    };
    let is_equal = |rule: &&&FrameRule| {
        rule.packet == rust.packet
            && rust.fields.contains_key(&rule.field)
            && rust.fields.get(&rule.field) == node.fields.get(&rule.field)
    };
    let equal = rules.iter().filter(is_equal);
    equal.map(|rule| rule.field.clone()).collect()
}

/// A line that shows a packet with an object from the server, `ana ← 40{"sid":"..."}`.
#[derive(PartialEq, Eq)]
struct Frame<'a> {
    who: &'a str,
    packet: &'a str,
    fields: Map<String, Value>,
}

impl<'a> Frame<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (who, frame) = line.split_once(" ← ")?;
        let (packet, _) = frame.split_at(frame.find('{')?);
        let fields = serde_json::from_str(&frame[packet.len()..]).ok()?;
        Some(Self {
            who,
            packet,
            fields,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPECTED: &str = r#"ana and beto connect
  ana  ← 0{"sid":"<sid of ana>","maxPayload":100000}
  ana  ← 40{"sid":"<sid of ana>"}
ana asks
  ana  → 420["x"]
  ana  ← 430[1]
  beto hears nothing
"#;

    fn rules() -> [FrameRule; 2] {
        let rule = |packet: &str, field: &str, values| FrameRule {
            packet: packet.to_owned(),
            field: field.to_owned(),
            lessons: 0..=9,
            values,
            why: String::new(),
        };
        let values = Some((100_000.into(), 1_000_000.into()));
        [rule("0", "maxPayload", values), rule("40", "sid", None)]
    }

    /// What Node gives where nothing but the frames of the rules differs.
    fn node() -> String {
        let connected = EXPECTED.replace("100000", "1000000");
        connected.replace(r#"40{"sid":"<sid of ana>"}"#, r#"40{"sid":"x7"}"#)
    }

    fn compare_with(transcript: &str, failure: Option<&str>) -> Comparison {
        let outcome = Outcome {
            transcript: transcript.to_owned(),
            failure: failure.map(str::to_owned),
        };
        compare(EXPECTED, &outcome, &rules().each_ref())
    }

    fn difference(rust: &[&str], node: &[&str]) -> Comparison {
        let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        Comparison {
            difference: Some(Difference {
                rust: lines(rust),
                node: lines(node),
            }),
            equal: Vec::new(),
        }
    }

    #[test]
    fn what_the_rules_allow_is_no_difference() {
        assert_eq!(compare_with(&node(), None), Comparison::default());
    }

    #[test]
    fn padding_is_no_difference() {
        let wider = node().replace("ana  ", "ana      ");
        assert_eq!(compare_with(&wider, None), Comparison::default());
    }

    #[test]
    fn a_value_that_the_rule_does_not_name_is_a_difference() {
        let other = node().replace("1000000", "2000000");
        let rust = r#"ana ← 0{"sid":"<sid of ana>","maxPayload":100000}"#;
        let came = r#"ana ← 0{"sid":"<sid of ana>","maxPayload":2000000}"#;
        assert_eq!(compare_with(&other, None), difference(&[rust], &[came]));
    }

    #[test]
    fn a_field_that_no_rule_names_is_a_difference() {
        let other = node().replace(r#""x7"}"#, r#""x7","pid":"y"}"#);
        let rust = r#"ana ← 40{"sid":"<sid of ana>"}"#;
        let came = r#"ana ← 40{"sid":"x7","pid":"y"}"#;
        assert_eq!(compare_with(&other, None), difference(&[rust], &[came]));
    }

    #[test]
    fn a_rule_that_no_longer_holds_is_noticed() {
        let comparison = compare_with(EXPECTED, None);
        assert_eq!(comparison.difference, None);
        assert_eq!(comparison.equal, ["maxPayload", "sid"]);
    }

    #[test]
    fn lines_that_only_one_side_has_are_a_difference() {
        let other = node().replace("beto hears nothing", "beto ← 42[\"x\"]");
        assert_eq!(
            compare_with(&other, None),
            difference(&["beto hears nothing"], &["beto ← 42[\"x\"]"])
        );
    }

    #[test]
    fn a_line_out_of_its_order_is_a_difference() {
        let (asked, answered) = ("  ana  → 420[\"x\"]\n", "  ana  ← 430[1]\n");
        let other = node().replace(&format!("{asked}{answered}"), &format!("{answered}{asked}"));
        assert_eq!(
            compare_with(&other, None),
            difference(&["ana ← 430[1]"], &["ana ← 430[1]"])
        );
    }

    #[test]
    fn a_step_too_few_is_a_difference() {
        let transcript = node();
        let (first, _) = transcript.split_once("ana asks").unwrap();
        let missing = [
            "ana asks",
            "ana → 420[\"x\"]",
            "ana ← 430[1]",
            "beto hears nothing",
        ];
        assert_eq!(compare_with(first, None), difference(&missing, &[]));
    }

    #[test]
    fn a_failure_is_a_difference_and_its_step_is_left_out() {
        let transcript = node();
        let (until, _) = transcript.split_once("  ana  ← 430").unwrap();
        let words = "the server ends";
        assert_eq!(compare_with(until, Some(words)), difference(&[], &[words]));
    }

    #[test]
    fn what_differs_before_a_failure_counts() {
        let transcript = node().replace("  ana  ← 40{", "  ana  ← 44{");
        let (until, _) = transcript.split_once("  ana  ← 430").unwrap();
        assert_eq!(
            compare_with(until, Some("silence")),
            difference(
                &[r#"ana ← 40{"sid":"<sid of ana>"}"#],
                &[r#"ana ← 44{"sid":"x7"}"#, "silence"]
            )
        );
    }
}
