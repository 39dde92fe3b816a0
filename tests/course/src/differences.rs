//! Where the Node original differs on the wire, and why: `tests/reference/differences.toml`.

use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;
use wire::transcript::{Direction, Transcript};

use crate::{
    lessons::root,
    scenario::{Scenario, snapshot},
};

/// The known differences.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Differences {
    /// Fields that differ in every packet of a kind.
    pub field: Vec<Field>,
    /// Differences that show in some scenarios.
    pub difference: Vec<Difference>,
}

/// A field that differs in every packet of a kind, whatever the scenario.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What the packet begins with: `0` for a handshake, `40` for the answer to a connect.
    pub packet: String,
    /// The name of the field.
    pub field: String,
    /// The package of the first lesson in which it differs.
    pub from: String,
    /// The value in Rust and in Node, where these are always the same.
    pub values: Option<[u64; 2]>,
    /// The reason.
    pub why: String,
}

/// A reason, and the scenarios in which it shows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// The reason.
    pub why: String,
    /// What Node's server logs with it.
    pub log: Option<String>,
    /// The names of the scenarios. What Node does in each is the snapshot `node_NAME`.
    pub scenarios: Vec<String>,
}

impl Differences {
    /// Reads the list.
    pub fn read() -> Result<Self> {
        const FILE: &str = "tests/reference/differences.toml";
        let text = fs::read_to_string(root().join(FILE)).context(FILE)?;
        toml_edit::de::from_str(&text).context(FILE)
    }

    /// The reason why Node differs in a scenario, if it does.
    pub fn of(&self, scenario: &Scenario) -> Option<&Difference> {
        let has = |name: &String| name == scenario.name;
        self.difference
            .iter()
            .find(|difference| difference.scenarios.iter().any(has))
    }

    /// The rows of a transcript, without the fields that differ in every packet.
    pub fn comparable(&self, transcript: &Transcript) -> Vec<String> {
        let mut transcript = transcript.clone();
        for line in transcript.steps.iter_mut().flat_map(|step| &mut step.lines) {
            for Field { packet, field, .. } in &self.field {
                if line.direction == Direction::Received
                    && let Some(json) = line.text.strip_prefix(packet.as_str())
                    && let Ok(mut fields) = serde_json::from_str::<serde_json::Value>(json)
                    && let Some(value) = fields.get_mut(field)
                {
                    *value = "<differs>".into();
                    line.text = format!("{packet}{fields}");
                }
            }
        }
        transcript.rows()
    }
}

/// What the last row of Node's transcript begins with where Node could not go on. The rest of the row says why.
pub const STOPPED: &str = "✗ ";

/// What Node does in a scenario in which it differs: the rows of its transcript.
pub fn node_rows(scenario: &str) -> Result<Vec<String>> {
    let text = snapshot(&node_snapshot(scenario))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// The name of the snapshot of what Node does in a scenario in which it differs.
pub fn node_snapshot(scenario: &str) -> String {
    format!("node_{scenario}")
}
