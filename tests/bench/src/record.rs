//! The record of a run: every measurement, their medians, and which aims were met.

use std::{collections::BTreeMap, ops::Not};

use bench::Conditions;
use serde::{Deserialize, Serialize};

use crate::{
    contender::Contender,
    plan::{BROADCAST, DELIVERY, DEPLOYED, THREADS, Workload},
};

/// Each figure's name, which includes its unit, and its value.
pub type Figures = BTreeMap<String, f64>;

/// One measurement, or the medians of several.
#[derive(Clone, Serialize, Deserialize)]
pub struct Run {
    pub workload: Workload,
    /// The name of the contender.
    pub server: String,
    /// The number of clients that ask, listen, or do nothing.
    pub clients: usize,
    pub figures: Figures,
}

impl Run {
    fn is_about(&self, workload: Workload, clients: usize) -> bool {
        (self.workload, self.clients) == (workload, clients)
    }

    fn repeats(&self, other: &Self) -> bool {
        self.is_about(other.workload, other.clients) && self.server == other.server
    }
}

/// An aim of the lessons: at most `limit` times another server's figure, or at least.
#[derive(Serialize, Deserialize)]
pub struct Aim {
    pub what: String,
    pub limit: f64,
    #[serde(default, skip_serializing_if = "Not::not")]
    pub at_least: bool,
    pub actual: f64,
    pub met: bool,
}

/// The aims for rates: a lesson's rate is at least this many times that of another server.
const RATE_AIMS: [(Workload, usize, Contender, Contender, &str, f64); 3] = [
    (
        Workload::Stored,
        10,
        Contender::Chat(DELIVERY),
        Contender::Tutorial,
        "stored messages/s of the tutorial's in Node, 10 clients",
        3.0,
    ),
    (
        Workload::Broadcast,
        1_000,
        Contender::Rust(THREADS),
        Contender::Node(BROADCAST),
        "deliveries/s of Node's, 1,000 clients",
        2.5,
    ),
    (
        Workload::Broadcast,
        1_000,
        Contender::Rust(THREADS),
        Contender::ToAllOnThreads,
        "deliveries/s of axum's on as many threads, 1,000 clients",
        0.7,
    ),
];

/// The other aims: at most this many times Node's figure.
#[rustfmt::skip]
const AIMS: [(Workload, usize, &str, &str, f64); 6] = [
    (Workload::Acknowledged, 100, "cpu_us", "processor time for an acknowledged event, 100 clients", 0.5),
    (Workload::Broadcast, 1_000, "cpu_us", "processor time for a delivery, 1,000 clients", 2.0 / 3.0),
    (Workload::Broadcast, 1_000, "cpu_user_us", "processor time for a delivery in the server's own code, 1,000 clients", 0.4),
    (Workload::Idle, 2_000, "memory_mb", "memory with 2,000 idle connections", 1.0),
    (Workload::Idle, 10_000, "memory_mb", "memory with 10,000 idle connections", 1.0),
    (Workload::Start, 0, "start_ms", "time from the start to the first answer", 0.2),
];

/// All the measurements, as the file has them.
#[derive(Serialize, Deserialize)]
pub struct Record {
    #[serde(flatten)]
    pub conditions: Conditions,
    pub aims: Vec<Aim>,
    pub medians: Vec<Run>,
    runs: Vec<Run>,
}

impl Record {
    pub fn new(conditions: Conditions, runs: Vec<Run>) -> Self {
        let mut record = Self {
            conditions,
            aims: Vec::new(),
            medians: medians(&runs),
            runs,
        };
        let aims = AIMS.iter().flat_map(|aim| record.aims_of(aim));
        let rate_aims = RATE_AIMS.iter().filter_map(|aim| record.rate_aim(aim));
        record.aims = aims.chain(rate_aims).collect();
        record
    }

    /// How many messages and connections were lost in all runs.
    pub fn lost(&self) -> f64 {
        // The empty sum of floats is -0.
        self.runs
            .iter()
            .filter_map(|run| run.figures.get("lost"))
            .sum::<f64>()
            + 0.0
    }

    /// The number of turns of each server.
    pub fn rounds(&self) -> usize {
        let first = self.runs.first();
        let repeats = |run: &&Run| first.is_some_and(|first| run.repeats(first));
        self.runs.iter().filter(repeats).count()
    }

    /// The ratio of a figure to Node's with the same number of clients, if Node was measured.
    pub fn of_node(&self, run: &Run, figure: &str) -> Option<f64> {
        let node = self.medians.iter().find(|other| {
            other.is_about(run.workload, run.clients) && other.server.starts_with("Node")
        })?;
        Some(run.figures.get(figure)? / node.figures.get(figure)?)
    }

    /// One aim, for each of its lessons that was measured.
    fn aims_of(
        &self,
        &(workload, clients, figure, what, limit): &(Workload, usize, &str, &str, f64),
    ) -> Vec<Aim> {
        let lessons = self.medians.iter().filter(|run| {
            run.is_about(workload, clients)
                && run.server.starts_with("Rust")
                // Saving memory is an aim of the last production lesson.
                && (workload != Workload::Idle || run.server == DEPLOYED.to_string())
        });
        let aims = lessons.filter_map(|run| {
            let actual = self.of_node(run, figure)?;
            Some(Aim {
                what: format!("{}: {what}", run.server),
                limit,
                at_least: false,
                actual,
                met: actual <= limit,
            })
        });
        aims.collect()
    }

    /// An aim for a rate, if both servers were measured.
    fn rate_aim(
        &self,
        &(workload, clients, lesson, other, what, limit): &(
            Workload,
            usize,
            Contender,
            Contender,
            &str,
            f64,
        ),
    ) -> Option<Aim> {
        let rate = |server: Contender| {
            let server = server.to_string();
            let measured = |run: &&Run| run.is_about(workload, clients) && run.server == server;
            let run = self.medians.iter().find(measured)?;
            run.figures.get("per_second").copied()
        };
        let actual = rate(lesson)? / rate(other)?;
        Some(Aim {
            what: format!("{lesson}: {what}"),
            limit,
            at_least: true,
            actual,
            met: actual >= limit,
        })
    }
}

/// The median of each figure over repeated runs.
fn medians(runs: &[Run]) -> Vec<Run> {
    let mut medians: Vec<Run> = Vec::new();
    for run in runs {
        if medians.iter().any(|median| median.repeats(run)) {
            continue;
        }
        let mut median = run.clone();
        for (name, value) in &mut median.figures {
            let all = runs.iter().filter(|other| other.repeats(run));
            *value = middle(all.map(|run| run.figures[name]).collect());
        }
        medians.push(median);
    }
    // Keeps the servers in the order of their turns.
    medians.sort_by_key(|run| (run.workload, run.clients));
    medians
}

/// The value in the middle, or the mean of the two.
fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len().is_multiple_of(2) {
        f64::midpoint(values[half - 1], values[half])
    } else {
        values[half]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(middle(vec![3.0, 1.0, 2.0]).to_string(), "2");
        assert_eq!(middle(vec![4.0, 1.0, 2.0, 3.0]).to_string(), "2.5");
    }

    #[test]
    fn the_recorded_runs_give_the_record_and_its_tables() {
        let text = include_str!("../../../book/measured/bench.json");
        let recorded: Record = serde_json::from_str(text).unwrap();
        let record = Record::new(recorded.conditions, recorded.runs);
        assert_eq!(bench::json(&record).unwrap(), text);
        let tables = include_str!("../../../book/measured/bench.md");
        assert_eq!(table::markdown(&record), tables);
    }
}
