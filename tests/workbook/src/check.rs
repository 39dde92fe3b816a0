//! Plays scenarios on a server, and says which it conforms to.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Result;
use course::{
    differences::{Differences, without_the_servers_choices},
    scenario::{Outcome, Scenario},
    scene::{LIMIT, Unseen},
};
use tokio::time::timeout;
use wire::{connection::Transport, transcript::Transcript};

use crate::{
    probe::{self, start},
    work::Built,
};

/// How long a process may take to end once it has closed its connections.
const END_LIMIT: Duration = Duration::from_secs(1);

/// The server that scenarios are played on.
pub enum Target {
    /// A program, started afresh for each scenario in this folder.
    Program {
        /// What was built.
        program: Arc<Built>,
        /// Where it runs, beside its page.
        folder: PathBuf,
    },
    /// A server that runs already.
    Url(String),
}

/// What came of a scenario.
pub enum Verdict {
    /// The server conforms to it, over every transport.
    Passed,
    /// It asks for something that can't be had at this URL.
    Unseen(Unseen),
    /// The server does not conform.
    Failed(Box<Fault>),
}

/// How a server failed a scenario.
pub struct Fault {
    /// What carried the scenario.
    pub transport: Transport,
    /// What is wrong, in words.
    pub words: String,
    /// The transcript that the server should have given.
    pub expected: Transcript,
    /// The transcript that it gave, as far as it went.
    pub actual: Transcript,
    /// What it logged.
    pub log: String,
    /// How its process ended, if it did.
    pub ended: Option<String>,
    /// Whether the scenario was played to its end. If not, some frames may never have been looked at.
    pub is_whole: bool,
    /// Whether the server left somebody waiting for as long as a scenario waits at most.
    pub timed_out: bool,
}

impl Target {
    /// Makes sure that the server answers, and does what no scenario could go on without; otherwise the error says what is
    /// wrong.
    pub async fn probe(&self) -> Result<()> {
        match self {
            Self::Url(url) => probe::url(url).await,
            Self::Program { program, folder } => probe::program(&program.path, folder).await,
        }
    }

    /// Plays a scenario over each of its transports, until one fails. An error means that it can't be judged.
    pub async fn check(&self, scenario: &Scenario) -> Result<Verdict> {
        let expected = scenario.expected()?;
        let mut verdict = Verdict::Passed;
        for transport in scenario.transports() {
            let begun = Instant::now();
            let (outcome, log, ended) = self.play(scenario, *transport).await?;
            let is_url = matches!(self, Self::Url(_));
            if let (true, Some(unseen)) = (
                is_url,
                outcome.unseen.filter(|unseen| *unseen == Unseen::Limit),
            ) {
                verdict = Verdict::Unseen(unseen);
            } else if let Some(words) = self.fault(scenario, &outcome, &expected)? {
                return Ok(Verdict::Failed(Box::new(Fault {
                    transport: *transport,
                    words,
                    expected,
                    is_whole: outcome.failure.is_none(),
                    timed_out: begun.elapsed() >= LIMIT,
                    actual: outcome.transcript,
                    log,
                    ended,
                })));
            } else if let Some(unseen) = outcome.unseen {
                verdict = Verdict::Unseen(unseen);
            }
        }
        Ok(verdict)
    }

    /// Plays a scenario, and returns the outcome, the server's log as far as it can be seen, and how the server ended if it
    /// did.
    async fn play(
        &self,
        scenario: &Scenario,
        transport: Transport,
    ) -> Result<(Outcome, String, Option<String>)> {
        match self {
            Self::Url(url) => {
                let outcome = scenario.play(url, transport, None).await;
                Ok((outcome, String::new(), None))
            }
            Self::Program { program, folder } => {
                let mut server = start(&program.path, folder, "0").await?;
                let log = Some(server.log.clone());
                let outcome = scenario.play(&server.base, transport, log).await;
                // Where its connections have closed, it may be about to end.
                let words = outcome.failure.as_deref().unwrap_or_default();
                let ended = if words.contains("closed its connection") {
                    timeout(END_LIMIT, server.child.wait())
                        .await
                        .ok()
                        .transpose()?
                } else {
                    server.child.try_wait()?
                };
                let ended = ended.map(|status| status.to_string());
                Ok((outcome, server.log.text(), ended))
            }
        }
    }

    /// What is wrong, in words. A server that isn't ours may do what the protocol leaves to it, or what the Node original
    /// does.
    fn fault(
        &self,
        scenario: &Scenario,
        outcome: &Outcome,
        expected: &Transcript,
    ) -> Result<Option<String>> {
        let Self::Url(_) = self else {
            return Ok(outcome.fault(expected));
        };
        let fault = Outcome {
            transcript: without_the_servers_choices(&outcome.transcript),
            failure: outcome.failure.clone(),
            unseen: outcome.unseen,
        }
        .fault(&without_the_servers_choices(expected));
        if fault.is_some() && Differences::read()?.is_as_in_node(scenario, outcome)? {
            return Ok(None);
        }
        Ok(fault)
    }
}

/// What a log says of a panic: where it was, and its message.
fn panic_message(log: &str) -> Option<String> {
    let (_, message) = log.split_once(" panicked at ")?;
    let lines = message
        .lines()
        .take_while(|line| !line.starts_with("note: "));
    Some(format!(
        "at {}",
        lines.take(6).collect::<Vec<_>>().join("\n")
    ))
}

impl Fault {
    /// The panic that the server's log holds, if there is one.
    pub fn panic(&self) -> Option<String> {
        panic_message(&self.log)
    }

    /// The last warnings and errors in the log, without their times.
    pub fn complaints(&self) -> Vec<&str> {
        let complaint = |line| {
            [" WARN ", " ERROR "]
                .iter()
                .find_map(|level| str::find(line, level).map(|at| line[at..].trim()))
        };
        let complaints: Vec<_> = self.log.lines().filter_map(complaint).collect();
        complaints[complaints.len().saturating_sub(3)..].to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_found_in_a_log_without_its_thread() {
        let log =
            "INFO x\nthread 'main' (7) panicked at src/lib.rs:1:2:\nno\nnote: run with\nINFO y\n";
        assert_eq!(panic_message(log).unwrap(), "at src/lib.rs:1:2:\nno");
        assert_eq!(panic_message("INFO x"), None);
    }
}
