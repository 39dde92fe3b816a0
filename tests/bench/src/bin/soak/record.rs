//! Samples of the server during the run, and the result.

use std::{pin::pin, time::Duration};

use anyhow::{Error, Result, ensure};
use bench::Conditions;
use course::production::Production;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, interval};
use wire::process::{descriptors, resident_memory};

use crate::crowd::{Crowd, Tally};

/// How many samples are taken, unless they would be too close together.
const COUNT: u32 = 120;
const CLOSEST: Duration = Duration::from_secs(1);

/// One in this many is printed during the run.
const PRINTED: usize = 2;

/// How much more memory the last quarter may use than the second, for the rest of the warm-up, in bytes.
const SLACK: u64 = 5_000_000;

/// How many more descriptors there may be after the last client than before the first.
const DESCRIPTORS: usize = 5;

/// The state of the server at one moment.
#[derive(Serialize, Deserialize)]
pub struct Sample {
    /// Seconds since the beginning, to a tenth.
    seconds: f64,
    /// In bytes.
    memory: u64,
    descriptors: usize,
    /// The clients that the server counts.
    clients: f64,
    /// Messages that all clients together have received so far.
    deliveries: u64,
}

/// Takes samples of a server while the crowd plays.
pub async fn play(
    crowd: &Crowd,
    production: &Production,
    duration: Duration,
) -> Result<Vec<Sample>> {
    let begin = Instant::now();
    let mut pauses = interval(CLOSEST.max(duration / COUNT));
    let mut playing = pin!(crowd.play(duration));
    let mut samples = Vec::new();
    loop {
        tokio::select! {
            _ = pauses.tick() => {}
            () = playing.as_mut() => return Ok(samples),
        }
        let tally = crowd.tally();
        let sample = Sample {
            seconds: (10.0 * begin.elapsed().as_secs_f64()).round() / 10.0,
            memory: resident_memory(production.pid())?,
            descriptors: descriptors(production.pid())?,
            clients: production.metric("clients").await.map_err(Error::msg)?,
            deliveries: tally.deliveries,
        };
        if samples.len() % PRINTED == 0 {
            eprintln!(
                "{:5.0} s: {:5} clients, {:7} joins, {:6} cuts, {:10} deliveries, {} lost, {} failures, {:6.1} MB, \
                 {:5} descriptors",
                sample.seconds,
                sample.clients,
                tally.joins,
                tally.cuts,
                sample.deliveries,
                tally.lost,
                tally.failures,
                megabytes(sample.memory),
                sample.descriptors,
            );
        }
        samples.push(sample);
    }
}

/// The final record, as the file has it.
#[derive(Serialize, Deserialize)]
pub struct Record {
    #[serde(flatten)]
    pub conditions: Conditions,
    pub minutes: f64,
    pub clients: usize,
    #[serde(flatten)]
    pub tally: Tally,
    pub memory_in_second_quarter: u64,
    pub memory_in_last_quarter: u64,
    /// Before the first client, and after the last.
    pub descriptors_before: usize,
    pub descriptors_after: usize,
    pub samples: Vec<Sample>,
}

/// The most memory in a quarter of the time, in bytes. The quarters have the numbers 0 to 3.
pub fn memory_in_quarter(samples: &[Sample], number: usize) -> u64 {
    let quarter = samples.len() * number / 4..samples.len() * (number + 1) / 4;
    let memory = samples[quarter].iter().map(|sample| sample.memory);
    memory.max().unwrap_or_default()
}

impl Record {
    /// Checks the result. The first quarter doesn't count for the memory, since the crowd is still arriving.
    pub fn verdict(&self) -> Result<()> {
        let (lost, failures) = (self.tally.lost, self.tally.failures);
        let (before, after) = (self.descriptors_before, self.descriptors_after);
        let (early, late) = (self.memory_in_second_quarter, self.memory_in_last_quarter);
        let mut faults = Vec::new();
        let mut fault = |is_one: bool, words: String| faults.extend(is_one.then_some(words));
        fault(lost > 0, format!("{lost} messages were lost"));
        let first = self.tally.failure.as_deref().unwrap_or_default();
        fault(failures > 0, format!("{failures} failures: {first}"));
        let nothing = self.tally.deliveries == 0;
        fault(nothing, "no client received anything".to_owned());
        let grows = late > early + early / 10 + SLACK;
        fault(grows, format!("memory grows: {early} bytes, then {late}"));
        let left = after > before + DESCRIPTORS;
        let words = format!("descriptors are left over: {before} before, {after} after");
        fault(left, words);
        ensure!(faults.is_empty(), "{}", faults.join("; "));
        Ok(())
    }

    /// The table, as `soak.md` has it.
    pub fn markdown(&self) -> String {
        let tally = &self.tally;
        let memory = |bytes| format!("{:.1}", megabytes(bytes));
        let (second, last) = (self.memory_in_second_quarter, self.memory_in_last_quarter);
        let (before, after) = (self.descriptors_before, self.descriptors_after);
        let facts = [
            ("clients at a time", self.clients.to_string()),
            ("minutes", self.minutes.to_string()),
            ("joins", tally.joins.to_string()),
            ("polite leaves", tally.leaves.to_string()),
            ("cuts", tally.cuts.to_string()),
            ("messages", tally.messages.to_string()),
            ("deliveries", tally.deliveries.to_string()),
            ("lost", tally.lost.to_string()),
            ("most memory in the second quarter, MB", memory(second)),
            ("most memory in the last quarter, MB", memory(last)),
            ("descriptors before the first client", before.to_string()),
            ("descriptors after the last client", after.to_string()),
        ];
        let facts = facts.map(|(name, value)| format!("| {name} | {value} |\n"));
        format!(
            "<!-- `just soak` writes this file. -->\n\n\
             {}. The load ran on the same machine.\n\n\
             | | |\n|---|--:|\n{}",
            self.conditions,
            facts.concat(),
        )
    }
}

#[expect(clippy::cast_precision_loss, reason = "no process uses that much")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDED: &str = include_str!("../../../../../book/measured/soak.json");

    #[test]
    fn the_recorded_samples_give_the_record_and_its_table() {
        let mut record: Record = serde_json::from_str(RECORDED).unwrap();
        record.memory_in_second_quarter = memory_in_quarter(&record.samples, 1);
        record.memory_in_last_quarter = memory_in_quarter(&record.samples, 3);
        assert_eq!(bench::json(&record).unwrap(), RECORDED);
        let table = include_str!("../../../../../book/measured/soak.md");
        assert_eq!(record.markdown(), table);
        record.verdict().unwrap();
    }

    #[test]
    fn each_fault_is_in_the_verdict() {
        let mut record: Record = serde_json::from_str(RECORDED).unwrap();
        record.tally.lost = 1;
        record.tally.failures = 2;
        record.tally.deliveries = 0;
        record.memory_in_last_quarter *= 2;
        record.descriptors_after += 10;
        let faults = record.verdict().unwrap_err().to_string();
        assert_eq!(faults.split("; ").count(), 5, "{faults}");
    }
}
