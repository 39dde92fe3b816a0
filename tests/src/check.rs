//! Plays scenarios on a server, and says which it conforms to.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{connection::Transport, scenario::Scenario, server::Server};

/// How long to wait for what a server on this machine should send.
const NEAR: Duration = Duration::from_secs(1);

/// The same for a server on the network.
const FAR: Duration = Duration::from_secs(10);

/// Where the server is that scenarios are played on.
pub enum Target {
    /// A program, started afresh for each scenario in this folder.
    Program {
        /// The executable file.
        program: PathBuf,
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
    /// It reads the server's log, which cannot be seen at a URL.
    Unseen,
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
    pub expected: String,
    /// The transcript that it gave, as far as it went.
    pub came: String,
    /// What it logged.
    pub log: String,
}

impl Target {
    /// Plays a scenario over each of its transports, until one fails.
    ///
    /// # Errors
    /// The server cannot be started, or there is nothing to hold its transcript against.
    pub async fn check(&self, scenario: &Scenario) -> Result<Verdict, String> {
        if scenario.reads_log && matches!(self, Self::Url(_)) {
            return Ok(Verdict::Unseen);
        }
        let expected = scenario.expected();
        let expected = expected
            .map_err(|error| format!("the transcript of {} is missing: {error}", scenario.name))?;
        for transport in scenario.transports() {
            let fault = self.play(scenario, *transport, &expected).await?;
            if let Some(fault) = fault {
                return Ok(Verdict::Failed(Box::new(fault)));
            }
        }
        Ok(Verdict::Passed)
    }

    async fn play(
        &self,
        scenario: &Scenario,
        transport: Transport,
        expected: &str,
    ) -> Result<Option<Fault>, String> {
        let (outcome, log) = match self {
            Self::Url(url) => (
                scenario.play(url, transport, FAR, None).await,
                String::new(),
            ),
            Self::Program { program, folder } => {
                let server = start(program, folder).await?;
                let log = server.log.clone();
                let outcome = scenario
                    .play(&server.base, transport, NEAR, Some(log))
                    .await;
                (outcome, server.log.text())
            }
        };
        let words = outcome
            .failure
            .or_else(|| difference(expected, &outcome.transcript));
        Ok(words.map(|words| Fault {
            transport,
            words,
            expected: expected.to_owned(),
            came: outcome.transcript,
            log,
        }))
    }
}

/// Starts a student's program, without the backtraces that only its author's debugger would want.
async fn start(program: &Path, folder: &Path) -> Result<Server, String> {
    Server::start(program, folder, &[("RUST_BACKTRACE", "0")]).await
}

/// The first line in which two transcripts differ, in words.
fn difference(expected: &str, came: &str) -> Option<String> {
    let mut expected = expected.lines().map(str::trim);
    let mut came = came.lines().map(str::trim);
    loop {
        match (expected.next(), came.next()) {
            (None, None) => return None,
            (expected, came) if expected == came => {}
            (Some(expected), Some(came)) => {
                return Some(format!(
                    "it should have been `{expected}`, but was `{came}`"
                ));
            }
            (Some(expected), None) => return Some(format!("`{expected}` is missing")),
            (None, Some(came)) => return Some(format!("`{came}` is too much")),
        }
    }
}

/// What a log says of a panic: where it was, and its message.
#[must_use]
pub fn panic_message(log: &str) -> Option<String> {
    let start = log
        .lines()
        .position(|line| line.contains(" panicked at "))?;
    let message = log.lines().skip(start);
    let message = message.take_while(|line| !line.starts_with("note: "));
    Some(message.take(6).collect::<Vec<_>>().join("\n"))
}

impl Fault {
    /// The panic that the server's log holds, if there is one.
    #[must_use]
    pub fn panic(&self) -> Option<String> {
        panic_message(&self.log)
    }

    /// The last lines of the log that are warnings or errors.
    #[must_use]
    pub fn complaints(&self) -> Vec<&str> {
        let is_complaint = |line: &&str| line.contains(" WARN ") || line.contains(" ERROR ");
        let complaints: Vec<_> = self.log.lines().filter(is_complaint).collect();
        complaints[complaints.len().saturating_sub(3)..].to_vec()
    }
}
