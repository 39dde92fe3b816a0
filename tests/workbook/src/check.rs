//! Plays scenarios on a server, and says which it conforms to.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use course::scenario::{Outcome, Scenario};
use tokio::time::timeout;
use wire::{
    connection::{Http, Response, Transport},
    server::Server,
    transcript::Transcript,
};

use crate::work::Built;

/// How long a server on the network may take to answer.
const LIMIT: Duration = Duration::from_secs(10);

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
    pub expected: Transcript,
    /// The transcript that it gave, as far as it went.
    pub actual: Transcript,
    /// What it logged.
    pub log: String,
}

impl Target {
    /// Makes sure that the server answers; otherwise the error says what it printed.
    pub async fn probe(&self) -> Result<()> {
        match self {
            Self::Url(url) => reachable(url).await,
            Self::Program { program, folder } => {
                let server = start(&program.path, folder).await?;
                let answered = answer(&server.base).await;
                answered
                    .map(drop)
                    .map_err(|error| anyhow!("the server printed its address, but {error:#}"))
            }
        }
    }

    /// Plays a scenario over each of its transports, until one fails. An error means that it can't be judged.
    pub async fn check(&self, scenario: &Scenario) -> Result<Verdict> {
        let expected = scenario.expected()?;
        let mut verdict = Verdict::Passed;
        for transport in scenario.transports() {
            let (outcome, log) = self.play(scenario, *transport).await?;
            if let Some(words) = outcome.fault(&expected) {
                return Ok(Verdict::Failed(Box::new(Fault {
                    transport: *transport,
                    words,
                    expected,
                    actual: outcome.transcript,
                    log,
                })));
            }
            if outcome.misses_log {
                verdict = Verdict::Unseen;
            }
        }
        Ok(verdict)
    }

    /// Plays a scenario, and returns the outcome with the server's log as far as it can be seen.
    async fn play(&self, scenario: &Scenario, transport: Transport) -> Result<(Outcome, String)> {
        match self {
            Self::Url(url) => Ok((scenario.play(url, transport, None).await, String::new())),
            Self::Program { program, folder } => {
                let server = start(&program.path, folder).await?;
                let log = Some(server.log.clone());
                let outcome = scenario.play(&server.base, transport, log).await;
                Ok((outcome, server.log.text()))
            }
        }
    }
}

async fn answer(base: &str) -> Result<Response> {
    let http = Http::new(base)?;
    let answer = timeout(LIMIT, http.get("/", None)).await;
    answer
        .ok()
        .with_context(|| format!("{base} does not answer within {} s", LIMIT.as_secs()))?
}

/// Makes sure that a server answers at a URL, and that it isn't another one that sends its clients away.
async fn reachable(url: &str) -> Result<()> {
    let secure = url.starts_with("https://");
    ensure!(
        secure || url.starts_with("http://"),
        "{url} is not a URL: it should begin with http:// or https://"
    );
    let answer = answer(url).await?;
    match (answer.status, answer.header("location")) {
        (300..400, Some(other)) if other.starts_with("http") => {
            bail!("{url} redirects its clients to {other}")
        }
        // What a proxy says to a client that speaks no TLS to it.
        (400, _) if !secure => {
            bail!("{url} refuses plain HTTP (400). Does its address begin with https://?")
        }
        _ => Ok(()),
    }
}

/// Starts a student's program, without backtraces, which a panic's message would drown in.
async fn start(program: &Path, folder: &Path) -> Result<Server> {
    Server::start(program, folder, &[("RUST_BACKTRACE", "0")]).await
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
