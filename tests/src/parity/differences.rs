//! The list of known differences, `tests/reference/differences.toml`.

use std::{collections::BTreeSet, fs, ops::RangeInclusive};

use serde_json::Value;
use toml_edit::{DocumentMut, Item, Table};

use super::{Difference, folder};

/// Where the Node original differs from the Rust lessons, and why.
#[derive(Debug, Default)]
pub struct Differences {
    frames: Vec<FrameRule>,
    scenarios: Vec<Known>,
}

/// A difference in every frame of a kind, whatever the scenario.
#[derive(Debug)]
pub struct FrameRule {
    /// What the frame begins with: `0` for a handshake, `40` for the answer to a connect.
    pub packet: String,
    /// The field whose value differs.
    pub field: String,
    /// The numbers of the lessons in which it does.
    pub lessons: RangeInclusive<u8>,
    /// The values in Rust and in Node; without them, any two that are not the same.
    pub values: Option<(Value, Value)>,
    /// The reason.
    pub why: String,
}

/// A difference in a scenario, the same in each lesson and over each transport that plays it.
#[derive(Debug)]
pub struct Known {
    /// The name of the scenario.
    pub scenario: String,
    /// What differs.
    pub difference: Difference,
    /// What Node's server logs with it.
    pub log: Option<String>,
    /// The reason.
    pub why: String,
}

impl FrameRule {
    /// Whether these values, Rust's and Node's, differ as the rule says.
    pub(super) fn allows(&self, rust: &Value, node: &Value) -> bool {
        match &self.values {
            Some(values) => (rust, node) == (&values.0, &values.1),
            None => rust != node,
        }
    }
}

impl Differences {
    /// Reads the list.
    ///
    /// # Errors
    /// It cannot be read, or an entry of it is not as it should be.
    pub fn read() -> Result<Self, String> {
        let file = folder().join("differences.toml");
        fs::read_to_string(&file)
            .map_err(|error| error.to_string())
            .and_then(|text| Self::parse(&text))
            .map_err(|error| format!("{}: {error}", file.display()))
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let document: DocumentMut = text.parse().map_err(|error| format!("{error}"))?;
        expect_keys(&document, &["frame", "difference"])?;
        let mut differences = Self::default();
        for table in tables(&document, "frame")? {
            differences.frames.push(frame_rule(table)?);
        }
        for table in tables(&document, "difference")? {
            differences.scenarios.extend(known(table)?);
        }
        let mut names = BTreeSet::new();
        for known in &differences.scenarios {
            if !names.insert(&known.scenario) {
                return Err(format!("{} is listed twice", known.scenario));
            }
        }
        Ok(differences)
    }

    /// What differs in a kind of frames.
    #[must_use]
    pub fn frames(&self) -> &[FrameRule] {
        &self.frames
    }

    /// What differs in a scenario.
    #[must_use]
    pub fn scenarios(&self) -> &[Known] {
        &self.scenarios
    }

    /// What is known to differ in the scenario of this name.
    #[must_use]
    pub fn of(&self, scenario: &str) -> Option<&Known> {
        let mut scenarios = self.scenarios.iter();
        scenarios.find(|known| known.scenario == scenario)
    }

    /// The rules for the frames of the lesson with this number.
    #[must_use]
    pub fn rules(&self, lesson: u8) -> Vec<&FrameRule> {
        let rules = self.frames.iter();
        rules
            .filter(|rule| rule.lessons.contains(&lesson))
            .collect()
    }
}

fn frame_rule(table: &Table) -> Result<FrameRule, String> {
    expect_keys(
        table,
        &["packet", "field", "lessons", "rust", "node", "why"],
    )?;
    let values = match (value(table, "rust"), value(table, "node")) {
        (None, None) => None,
        (Some(rust), Some(node)) => Some((rust, node)),
        _ => return Err("a frame has the values of both sides, or none".to_owned()),
    };
    Ok(FrameRule {
        packet: text(table, "packet")?,
        field: text(table, "field")?,
        lessons: lessons(table)?,
        values,
        why: text(table, "why")?,
    })
}

/// The scenarios of one table, which have the reason in common.
fn known(table: &Table) -> Result<Vec<Known>, String> {
    expect_keys(table, &["why", "log", "in"])?;
    let why = text(table, "why")?;
    let log = table.get("log").map(|_| text(table, "log")).transpose()?;
    let scenarios = tables(table, "in")?;
    if scenarios.is_empty() {
        return Err(format!("no scenario has this reason: {why}"));
    }
    let known = scenarios.into_iter().map(|scenario| {
        expect_keys(scenario, &["scenario", "rust", "node"])?;
        let difference = Difference {
            rust: lines(scenario, "rust")?,
            node: lines(scenario, "node")?,
        };
        if difference == Difference::default() {
            return Err("a difference has lines in `rust`, in `node` or in both".to_owned());
        }
        Ok(Known {
            scenario: text(scenario, "scenario")?,
            difference,
            log: log.clone(),
            why: why.clone(),
        })
    });
    known.collect()
}

/// A misspelt key would be one that nobody reads.
fn expect_keys(table: &Table, known: &[&str]) -> Result<(), String> {
    let stranger = table.iter().find(|(key, _)| !known.contains(key));
    stranger.map_or(Ok(()), |(key, _)| {
        Err(format!("`{key}` is none of {}", known.join(", ")))
    })
}

fn tables<'a>(table: &'a Table, key: &str) -> Result<Vec<&'a Table>, String> {
    let Some(item) = table.get(key) else {
        return Ok(Vec::new());
    };
    let tables = item
        .as_array_of_tables()
        .map(|tables| tables.iter().collect());
    tables.ok_or_else(|| format!("`{key}` should be tables, [[{key}]]"))
}

fn text(table: &Table, key: &str) -> Result<String, String> {
    let text = table.get(key).and_then(Item::as_str);
    text.map(str::to_owned)
        .ok_or_else(|| format!("`{key}` should be there, and be a text"))
}

fn value(table: &Table, key: &str) -> Option<Value> {
    let item = table.get(key)?;
    let number = item.as_integer().map(Value::from);
    number.or_else(|| item.as_str().map(Value::from))
}

fn lines(table: &Table, key: &str) -> Result<Vec<String>, String> {
    let Some(item) = table.get(key) else {
        return Ok(Vec::new());
    };
    let lines = item.as_array().and_then(|lines| {
        let lines = lines.iter().map(|line| line.as_str().map(str::to_owned));
        lines.collect()
    });
    lines.ok_or_else(|| format!("`{key}` should be a list of texts"))
}

/// The first and the last lesson, or every one.
fn lessons(table: &Table) -> Result<RangeInclusive<u8>, String> {
    let Some(item) = table.get("lessons") else {
        return Ok(0..=u8::MAX);
    };
    let numbers: Option<Vec<u8>> = item.as_array().and_then(|numbers| {
        let number = |number: &toml_edit::Value| u8::try_from(number.as_integer()?).ok();
        numbers.iter().map(number).collect()
    });
    match numbers.as_deref() {
        Some([first, last]) => Ok(*first..=*last),
        _ => Err("`lessons` should be the first and the last, [2, 6]".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"
[[frame]]
packet = "0"
field = "maxPayload"
lessons = [2, 6]
rust = 1
node = 2
why = "another default"

[[difference]]
why = "a reason"
log = "TypeError"
[[difference.in]]
scenario = "one"
rust = ["silence"]
node = ["noise"]
[[difference.in]]
scenario = "two"
node = ["the server ends"]
"#;

    fn refusal(from: &str, to: &str) -> String {
        Differences::parse(&LIST.replace(from, to)).unwrap_err()
    }

    #[test]
    fn the_list_is_read() {
        let differences = Differences::parse(LIST).unwrap();
        assert_eq!(differences.rules(1).len(), 0);
        let rule = differences.rules(6)[0];
        assert!(rule.allows(&1.into(), &2.into()));
        assert!(!rule.allows(&2.into(), &1.into()));

        let known = differences.of("two").unwrap();
        assert_eq!(
            (known.why.as_str(), known.log.as_deref()),
            ("a reason", Some("TypeError"))
        );
        assert_eq!(known.difference.to_string(), "  Node: the server ends");
        assert!(differences.of("three").is_none());
    }

    #[test]
    fn a_list_that_says_something_wrong_is_refused() {
        assert_eq!(refusal("log", "logs"), "`logs` is none of why, log, in");
        assert_eq!(refusal("\"two\"", "\"one\""), "one is listed twice");
        assert!(refusal("[2, 6]", "6").starts_with("`lessons` should be"));
        assert!(refusal("rust = 1\n", "").starts_with("a frame has the values"));
        assert!(refusal("node = [\"the server ends\"]", "").starts_with("a difference has lines"));
        assert_eq!(
            refusal("[\"noise\"]", "\"noise\""),
            "`node` should be a list of texts"
        );
    }
}
