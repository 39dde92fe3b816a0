//! What the lessons aim at, as ratios to Node in the same run.

use serde_json::{Value, json};

use super::{FIRST, Report, of_node};
use crate::{
    plan::{DEPLOYED, Workload},
    server::Kind,
};

/// An aim, and what became of it.
pub struct Aim {
    /// What should be at most `limit` of Node's.
    pub what: String,
    pub limit: f64,
    pub came: f64,
}

impl Aim {
    pub fn is_met(&self) -> bool {
        self.came <= self.limit
    }

    pub fn json(&self) -> Value {
        json!({
            "what": self.what,
            "limit": self.limit,
            "came": self.came,
            "met": self.is_met(),
        })
    }
}

/// The figures that are aimed at: of which workload and how many clients, in words, and the limit.
const OF_NODE: [(Workload, usize, &str, &str, f64); 6] = [
    (
        Workload::Acknowledged,
        100,
        "cpu_us",
        "processor time for an acknowledged event, 100 clients",
        0.5,
    ),
    (
        Workload::Broadcast,
        1_000,
        "cpu_us",
        "processor time for a delivery, 1,000 clients",
        2.0 / 3.0,
    ),
    (
        Workload::Broadcast,
        1_000,
        "cpu_user_us",
        "processor time for a delivery in the server's own code, 1,000 clients",
        0.4,
    ),
    (
        Workload::Idle,
        2_000,
        "memory_mb",
        "memory with 2,000 idle connections",
        1.0,
    ),
    (
        Workload::Idle,
        10_000,
        "memory_mb",
        "memory with 10,000 idle connections",
        1.0,
    ),
    (
        Workload::Start,
        0,
        "start_ms",
        "time from the start to the first answer",
        0.2,
    ),
];

/// The aims of which there is a figure: for the lesson that teaches what is measured and for the one that is deployed.
pub fn all(report: &Report) -> Vec<Aim> {
    let mut aims = Vec::new();
    for (workload, clients, figure, what, limit) in OF_NODE {
        let from = (workload, clients, FIRST);
        let measured = report.medians.range(from..).map(|(key, _)| *key);
        let contenders = measured
            .take_while(|key| (key.0, key.1) == (workload, clients))
            .map(|key| key.2)
            .filter(|contender| contender.kind == Kind::Rust);
        for contender in contenders {
            // An idle connection costs what the deployed lesson makes of it.
            if workload == Workload::Idle && contender != DEPLOYED {
                continue;
            }
            let came = of_node(&report.medians, (workload, clients, contender), figure);
            aims.extend(came.map(|came| Aim {
                what: format!("{contender}: {what}"),
                limit,
                came,
            }));
        }
    }
    aims
}
