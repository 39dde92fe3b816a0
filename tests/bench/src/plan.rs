//! The measurements, and their order.

use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::{
    contender::Contender,
    load::{Times, acknowledged, broadcast, figures, idle},
    record::Run,
    server::Server,
};

/// A kind of measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Workload {
    /// Each client emits, waits for its acknowledgement, and emits again.
    Acknowledged,
    /// The same for messages that the server stores before it answers, and that everyone hears.
    Stored,
    /// One client emits, and all others receive it.
    Broadcast,
    /// The same for servers of several processes.
    Several,
    /// Clients connect and do nothing.
    Idle,
    /// From the start of the process to its first answer.
    Start,
}

const CALLBACKS: &str = "05-callbacks";
pub const BROADCAST: &str = "06-broadcast";
const DEPLOY: &str = "07-deploy";
pub const DELIVERY: &str = "21-delivery";
pub const THREADS: &str = "22-threads";
const PROCESSES: &str = "23-processes";
const MACHINES: &str = "24-machines";

/// The last lesson of production.
pub const DEPLOYED: Contender = Contender::Rust("13-drain");

impl Workload {
    pub const ALL: [Self; 6] = [
        Self::Acknowledged,
        Self::Stored,
        Self::Broadcast,
        Self::Several,
        Self::Idle,
        Self::Start,
    ];

    /// The lesson that teaches it, the one that is deployed, others that change it, Node, and the limit.
    fn contenders(self) -> &'static [Contender] {
        use Contender::{
            Chat, Echo, Node, NodeRedis, Rust, Several, ToAllOnOneThread, ToAllOnThreads, Tutorial,
        };
        match self {
            Self::Acknowledged => &[Rust(CALLBACKS), Node(CALLBACKS), Echo],
            Self::Stored => &[Chat(DELIVERY), Tutorial],
            Self::Broadcast => &[
                Rust(BROADCAST),
                Rust(DEPLOY),
                DEPLOYED,
                Rust(THREADS),
                Node(BROADCAST),
                ToAllOnOneThread,
                ToAllOnThreads,
            ],
            Self::Several => &[
                Several {
                    lesson: PROCESSES,
                    redis: false,
                },
                Several {
                    lesson: MACHINES,
                    redis: true,
                },
                // The ratios are to the first in Node.
                NodeRedis,
                Node(BROADCAST),
            ],
            Self::Idle => &[Rust(BROADCAST), DEPLOYED, Node(DEPLOY)],
            Self::Start => &[DEPLOYED, Node(DEPLOY)],
        }
    }
}

/// How much to measure.
pub struct Plan {
    /// How many turns each contender has, one after the other: A B A B.
    rounds: usize,
    /// The same for the start, which is measured quickly.
    start_rounds: usize,
    /// The numbers of clients.
    asking: &'static [usize],
    storing: &'static [usize],
    listening: &'static [usize],
    several: &'static [usize],
    idle: &'static [usize],
    times: Times,
}

impl Plan {
    /// The run for the record: about a quarter of an hour.
    pub const FULL: Self = Self {
        rounds: 3,
        start_rounds: 10,
        asking: &[1, 100, 1_000],
        storing: &[1, 10, 100],
        listening: &[200, 1_000, 5_000],
        several: &[1_000, 5_000],
        idle: &[2_000, 10_000],
        times: Times {
            warm_up: Duration::from_secs(1),
            measured: Duration::from_secs(4),
            settle: Duration::from_secs(2),
            patience: Duration::from_secs(20),
        },
    };

    /// Checks in seconds that everything works. Its figures mean nothing.
    pub const QUICK: Self = Self {
        rounds: 1,
        start_rounds: 1,
        asking: &[1, 20],
        storing: &[1, 10],
        listening: &[20, 50],
        several: &[30],
        idle: &[50, 100],
        times: Times {
            warm_up: Duration::from_millis(100),
            measured: Duration::from_millis(500),
            settle: Duration::from_millis(100),
            patience: Duration::from_secs(20),
        },
    };

    /// The numbers of clients of a workload.
    fn clients(&self, workload: Workload) -> &'static [usize] {
        match workload {
            Workload::Acknowledged => self.asking,
            Workload::Stored => self.storing,
            Workload::Broadcast => self.listening,
            Workload::Several => self.several,
            Workload::Idle => self.idle,
            Workload::Start => &[0],
        }
    }

    /// How many connections there are at a time.
    pub fn connections(&self) -> usize {
        let all = Workload::ALL
            .iter()
            .flat_map(|workload| self.clients(*workload));
        // Plus the sender of a broadcast.
        all.max().unwrap_or(&0) + 1
    }
}

/// Measures all contenders of a workload in turn, and prints each result as soon as there's one.
pub async fn measure(workload: Workload, plan: &Plan) -> Result<Vec<Run>> {
    let rounds = match workload {
        Workload::Start => plan.start_rounds,
        _ => plan.rounds,
    };
    let mut runs = Vec::new();
    for _ in 0..rounds {
        for contender in workload.contenders() {
            let measured = measure_one(workload, *contender, plan).await;
            for run in measured.with_context(|| format!("{contender}, {workload:?}"))? {
                eprintln!(
                    "{workload:?}, {contender}, {} clients: {:.1?}",
                    run.clients, run.figures
                );
                runs.push(run);
            }
        }
    }
    Ok(runs)
}

/// Measures one contender with each number of clients.
async fn measure_one(workload: Workload, contender: Contender, plan: &Plan) -> Result<Vec<Run>> {
    let most = contender.most_clients();
    let all = plan.clients(workload).iter();
    let numbers: Vec<_> = all.copied().filter(|number| *number <= most).collect();
    let times = plan.times;
    // A chat sends newcomers what was said before, and tells everyone who has left: there, each number has a new server.
    let is_chat = matches!(workload, Workload::Stored | Workload::Several);
    let together = if is_chat { 1 } else { numbers.len() };
    let mut measured = Vec::new();
    for numbers in numbers.chunks(together) {
        let server = Server::start(contender)?;
        let target = &server.target;
        match workload {
            Workload::Acknowledged | Workload::Stored => {
                for &clients in numbers {
                    measured.push((clients, acknowledged::run(target, clients, times).await?));
                }
            }
            Workload::Broadcast | Workload::Several => {
                for &clients in numbers {
                    measured.push((clients, broadcast::run(target, clients, times).await?));
                }
            }
            Workload::Idle => measured.extend(idle::run(target, numbers, times).await?),
            Workload::Start => {
                let start = server.start.as_secs_f64() * 1e3;
                measured.push((0, figures([("start_ms", start), ("lost", 0.0)])));
            }
        }
    }
    let runs = measured.into_iter().map(|(clients, figures)| Run {
        workload,
        server: contender.to_string(),
        clients,
        figures,
    });
    Ok(runs.collect())
}
