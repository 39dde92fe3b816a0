//! What is measured, in which order, and what came of it.

use std::time::Duration;

use crate::{
    load::{Figures, Times, acknowledged, broadcast, idle, start},
    server::{Contender, Kind, Server},
};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Workload {
    Acknowledged,
    Broadcast,
    Idle,
    Start,
}

impl Workload {
    pub const ALL: [Self; 4] = [Self::Acknowledged, Self::Broadcast, Self::Idle, Self::Start];

    /// Its name in files and arguments.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Acknowledged => "acknowledged",
            Self::Broadcast => "broadcast",
            Self::Idle => "idle",
            Self::Start => "start",
        }
    }

    /// Who is compared: the lesson that teaches what is measured, the one that is deployed, and Node.
    fn contenders(self) -> &'static [Contender] {
        match self {
            Self::Acknowledged => &[CALLBACKS, CALLBACKS_IN_NODE, ECHO],
            Self::Broadcast => &[BROADCAST, DEPLOYED, BROADCAST_IN_NODE],
            Self::Idle => &[BROADCAST, DEPLOYED, DEPLOYED_IN_NODE],
            Self::Start => &[DEPLOYED, DEPLOYED_IN_NODE],
        }
    }
}

const CALLBACKS: Contender = Contender::rust("05-callbacks");
const BROADCAST: Contender = Contender::rust("06-broadcast");
/// The lesson that is deployed.
pub const DEPLOYED: Contender = Contender::rust("07-deploy");
const CALLBACKS_IN_NODE: Contender = CALLBACKS.in_node();
const BROADCAST_IN_NODE: Contender = BROADCAST.in_node();
const DEPLOYED_IN_NODE: Contender = DEPLOYED.in_node();
const ECHO: Contender = Contender {
    kind: Kind::Echo,
    lesson: "",
};

/// How much is measured.
pub struct Plan {
    /// How often each contender has its turn, one after the other: A B A B.
    pub rounds: usize,
    /// The same for the start, which is soon measured.
    pub start_rounds: usize,
    /// The numbers of clients.
    pub asking: Vec<usize>,
    pub listening: Vec<usize>,
    pub idle: Vec<usize>,
    pub times: Times,
    /// How long a server may rest before its memory is read.
    pub settle: Duration,
}

impl Plan {
    /// What is recorded: some seven minutes.
    #[must_use]
    pub fn full() -> Self {
        Self {
            rounds: 3,
            start_rounds: 10,
            asking: vec![1, 100, 1_000],
            listening: vec![200, 1_000, 5_000],
            idle: vec![2_000, 10_000],
            times: Times {
                warm_up: Duration::from_secs(1),
                measured: Duration::from_secs(4),
                patience: Duration::from_secs(20),
            },
            settle: Duration::from_secs(2),
        }
    }

    /// Whether everything works, in some seconds. Its figures are worth nothing.
    #[must_use]
    pub fn quick() -> Self {
        Self {
            rounds: 1,
            start_rounds: 1,
            asking: vec![1, 20],
            listening: vec![20, 50],
            idle: vec![50, 100],
            times: Times {
                warm_up: Duration::from_millis(100),
                measured: Duration::from_millis(500),
                patience: Duration::from_secs(20),
            },
            settle: Duration::from_millis(100),
        }
    }

    /// How many connections there are at once.
    #[must_use]
    pub fn connections(&self) -> usize {
        let all = [&self.asking, &self.listening, &self.idle];
        // The speaker of a broadcast is one more.
        all.into_iter().flatten().max().map_or(0, |most| most + 1)
    }

    fn rounds(&self, workload: Workload) -> usize {
        match workload {
            Workload::Start => self.start_rounds,
            _ => self.rounds,
        }
    }
}

/// One measurement.
pub struct Run {
    pub workload: Workload,
    pub contender: Contender,
    /// How many clients there were: those that ask, those that listen, or those that do nothing.
    pub clients: usize,
    pub figures: Figures,
}

/// Measures all contenders of a workload in turn, and tells each result as it comes.
///
/// # Errors
/// A server or a client did what it should not.
pub async fn measure(
    workload: Workload,
    plan: &Plan,
    tell: impl Fn(&Run),
) -> Result<Vec<Run>, String> {
    let mut runs = Vec::new();
    for _ in 0..plan.rounds(workload) {
        for &contender in workload.contenders() {
            let measured = measure_one(workload, contender, plan).await;
            let measured =
                measured.map_err(|words| format!("{contender}, {}: {words}", workload.name()))?;
            for (clients, figures) in measured {
                let run = Run {
                    workload,
                    contender,
                    clients,
                    figures,
                };
                tell(&run);
                runs.push(run);
            }
        }
    }
    Ok(runs)
}

async fn measure_one(
    workload: Workload,
    contender: Contender,
    plan: &Plan,
) -> Result<Vec<(usize, Figures)>, String> {
    let server = Server::start(contender)?;
    let mut measured = Vec::new();
    match workload {
        Workload::Acknowledged => {
            for &clients in &plan.asking {
                let figures = acknowledged::run(server.target, clients, plan.times).await?;
                measured.push((clients, figures));
            }
        }
        Workload::Broadcast => {
            for &clients in &plan.listening {
                let figures = broadcast::run(server.target, clients, plan.times).await?;
                measured.push((clients, figures));
            }
        }
        Workload::Idle => {
            measured =
                idle::run(server.target, &plan.idle, plan.settle, plan.times.patience).await?;
        }
        Workload::Start => measured.push((0, start::figures(&server))),
    }
    Ok(measured)
}
