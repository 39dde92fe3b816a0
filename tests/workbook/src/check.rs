//! Plays scenarios on a server, and says which ones it passes.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use course::{
    differences::{Differences, without_the_servers_choices},
    lessons::Lesson,
    scenario::{Outcome, Scenario},
    scene::{LIMIT, Unseen},
};
use tokio::time::timeout;
use wire::{connection::Transport, transcript::Transcript};

use crate::{
    launch::Launch,
    probe::{self, start},
    work::Built,
};

/// How long a process may take to exit once it has closed its connections.
const END_LIMIT: Duration = Duration::from_secs(1);

/// The server that scenarios are played on.
pub enum Target {
    /// A program, started in this folder again for each scenario.
    Program {
        /// The program that was built.
        program: Arc<Built>,
        /// Where it runs, next to its page.
        folder: PathBuf,
        /// How it's started.
        launch: Launch,
    },
    /// A server that's already running.
    Url(String),
}

/// The result of a scenario.
pub enum Verdict {
    /// The server passes it, over every transport.
    Passed,
    /// It needs something that this URL doesn't offer.
    Unseen(Unseen),
    /// The server fails it.
    Failed(Box<Fault>),
}

/// How a server failed a scenario.
pub struct Fault {
    /// The transport that the scenario was played over.
    pub transport: Transport,
    /// The fault, in words.
    pub words: String,
    /// The transcript that the server should have produced.
    pub expected: Transcript,
    /// The transcript that it did produce, as far as it got.
    pub actual: Transcript,
    /// Its log.
    pub log: String,
    /// The exit status of its process, if it exited.
    pub ended: Option<String>,
    /// Whether the scenario was played to its end. If not, some frames may be missing from the transcript.
    pub is_whole: bool,
    /// Whether the server kept a client waiting for longer than a scenario allows.
    pub timed_out: bool,
}

impl Target {
    /// A running server, if the lesson's scenarios can be played on one. From the lesson on namespaces on they need an
    /// admin's token, and later the page's own server and the database.
    pub fn at(url: &str, lesson: &Lesson) -> Result<Self> {
        ensure!(
            !lesson.includes("namespaces"),
            "{} can't be checked at a URL: its scenarios need the server's token for admins. They need your code.",
            lesson.name
        );
        ensure!(
            !lesson.is_capstone(),
            "The capstone can't be checked at a URL: its scenarios begin with an empty queue, and restart the server."
        );
        Ok(Self::Url(url.to_owned()))
    }

    /// Makes sure that the server answers, and does the things that every scenario relies on. Otherwise the error says
    /// what's wrong.
    pub async fn probe(&self) -> Result<()> {
        match self {
            Self::Url(url) => probe::url(url).await,
            Self::Program {
                program,
                folder,
                launch,
            } => probe::program(&program.path, folder, launch).await,
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
                outcome.unseen.filter(|unseen| {
                    matches!(unseen, Unseen::Limit | Unseen::Database | Unseen::Restart)
                }),
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

    /// Plays a scenario, and returns the outcome, the server's log as far as it's visible, and the server's exit status
    /// if it exited.
    async fn play(
        &self,
        scenario: &Scenario,
        transport: Transport,
    ) -> Result<(Outcome, String, Option<String>)> {
        match self {
            Self::Url(url) => {
                let outcome = scenario.play_at(url, transport).await;
                Ok((outcome, String::new(), None))
            }
            Self::Program {
                program,
                folder,
                launch,
            } => {
                let server = start(&program.path, folder, launch, "0").await?;
                let mut outcome = scenario.play_on(server, transport).await;
                let Some(mut server) = outcome.server.take() else {
                    return Ok((outcome, String::new(), None));
                };
                // If it closed its connections, it may be about to exit.
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

    /// Describes what's wrong. A server that isn't ours may choose where the protocol lets it, or behave like the Node
    /// original.
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
            server: None,
        }
        .fault(&without_the_servers_choices(expected));
        if fault.is_some() && Differences::read()?.is_as_in_node(scenario, outcome)? {
            return Ok(None);
        }
        Ok(fault)
    }
}

/// A panic in the log: where it happened, and its message.
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
    /// The panic in the server's log, if there is one.
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
