//! Where the Node original differs on the wire, and why: `tests/reference/differences.toml`.

use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;
use wire::transcript::{Direction, Step, Transcript};

use crate::{
    lessons::root,
    scenario::{Outcome, Scenario, snapshot},
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
    /// The beginning of the packet: `0` for a handshake, `40` for the answer to a connect.
    pub packet: String,
    /// The name of the field.
    pub field: String,
    /// The package of the first lesson in which it differs.
    pub from: String,
    /// The value in Rust and in Node, if each is always the same.
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
    /// The log of Node's server.
    pub log: Option<String>,
    /// The names of the scenarios. The snapshot `node_NAME` has Node's behaviour in each.
    pub scenarios: Vec<String>,
    /// The folders of lessons in which it shows in another way. The snapshot `node_FOLDER_NAME` has Node's behaviour there.
    #[serde(default)]
    pub otherwise: Vec<String>,
}

impl Difference {
    /// The name of the snapshot of what the Node original in a folder does in a scenario.
    pub fn snapshot(&self, scenario: &str, folder: &str) -> String {
        if self.otherwise.iter().any(|otherwise| otherwise == folder) {
            node_snapshot(&format!("{folder}_{scenario}"))
        } else {
            node_snapshot(scenario)
        }
    }
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

    /// The rows of what a server did, without the fields that differ in every packet. If the scenario stopped, the last row
    /// says why, in place of the step that it didn't finish.
    pub fn comparable_outcome(&self, outcome: &Outcome, ended: bool) -> Vec<String> {
        let mut transcript = outcome.transcript.clone();
        if let Some(words) = &outcome.failure {
            transcript.steps.pop();
            // Which client notices first that the process has ended is a matter of chance.
            let words = if ended { ENDED } else { words };
            transcript.steps.push(Step {
                title: format!("{STOPPED}{words}"),
                ..Step::default()
            });
        }
        self.comparable(&transcript)
    }

    /// Whether a server did what Node does where Node differs, and is still there.
    pub fn is_as_in_node(&self, scenario: &Scenario, outcome: &Outcome) -> Result<bool> {
        if self.of(scenario).is_none() {
            return Ok(false);
        }
        let node = node_rows(scenario.name)?;
        let has_ended = node.last() == Some(&format!("{STOPPED}{ENDED}"));
        let rows = |rows: Vec<String>| rows.iter().map(|row| neutral_row(row)).collect::<Vec<_>>();
        Ok(!has_ended && rows(node) == rows(self.comparable_outcome(outcome, false)))
    }

    /// The rows of a transcript, without the fields that differ in every packet.
    pub fn comparable(&self, transcript: &Transcript) -> Vec<String> {
        let fields = self.field.iter();
        let fields: Vec<_> = fields
            .map(|known| (&*known.packet, &*known.field))
            .collect();
        without(transcript, &fields).rows()
    }
}

/// The fields that the protocol leaves to the server, each with its kind of packet.
const CHOICES: [(&str, &str); 5] = [
    ("0", "maxPayload"),
    ("0", "pingInterval"),
    ("0", "pingTimeout"),
    ("40", "sid"),
    ("40/admin,", "sid"),
];

/// A transcript without what the protocol leaves to the server: the limits in the handshake, and whether the ids of the
/// session and of the socket are the same.
pub fn without_the_servers_choices(transcript: &Transcript) -> Transcript {
    without(transcript, &CHOICES)
}

/// The same for a row of a transcript.
fn neutral_row(row: &str) -> String {
    match row.split_once(" ← ") {
        Some((who, packet)) => format!("{who} ← {}", packet_without(packet, &CHOICES)),
        None => row.to_owned(),
    }
}

/// A transcript in which the values of these fields, each in a kind of packet, are left out.
fn without(transcript: &Transcript, fields: &[(&str, &str)]) -> Transcript {
    let mut transcript = transcript.clone();
    for line in transcript.steps.iter_mut().flat_map(|step| &mut step.lines) {
        if line.direction == Direction::Received {
            line.text = packet_without(&line.text, fields);
        }
    }
    transcript
}

fn packet_without(packet: &str, fields: &[(&str, &str)]) -> String {
    let mut packet = packet.to_owned();
    for (kind, field) in fields {
        if let Some(json) = packet.strip_prefix(kind)
            && let Ok(mut fields) = serde_json::from_str::<serde_json::Value>(json)
            && let Some(value) = fields.get_mut(field)
        {
            *value = "<differs>".into();
            packet = format!("{kind}{fields}");
        }
    }
    packet
}

/// The last row of Node's transcript begins with this if Node couldn't go on. The rest of the row says why.
pub const STOPPED: &str = "✗ ";

/// The reason if Node couldn't go on because its process ended.
const ENDED: &str = "the server ends";

/// The rows of Node's transcript in a scenario in which it differs.
pub fn node_rows(scenario: &str) -> Result<Vec<String>> {
    let text = snapshot(&node_snapshot(scenario))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// The name of the snapshot of what Node does in a scenario in which it differs.
pub fn node_snapshot(scenario: &str) -> String {
    format!("node_{scenario}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_protocol_leaves_to_the_server_is_left_out() {
        let transcript = |packets: &str| -> Transcript {
            let transcript: Transcript = format!("ana connects\n{packets}").parse().unwrap();
            without_the_servers_choices(&transcript)
        };
        let ours = transcript(
            "  ana ← 0{\"sid\":\"a\",\"pingInterval\":1,\"maxPayload\":2}\n  ana ← 40{\"sid\":\"a\"}\n",
        );
        let other = transcript(
            "  ana ← 0{\"sid\":\"a\",\"pingInterval\":3,\"maxPayload\":4}\n  ana ← 40{\"sid\":\"b\"}\n",
        );
        assert_eq!(ours, other);
        let third = transcript("  ana ← 0{\"sid\":\"a\"}\n  ana ← 40{\"sid\":\"b\"}\n");
        assert_ne!(ours, third);
    }
}
