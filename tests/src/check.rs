//! Plays scenarios on a server, and says which it conforms to.

use std::{
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use similar::{Algorithm, DiffOp, capture_diff_slices};
use tokio::time::timeout;

use crate::{
    connection::{Http, Response, Transport},
    scenario::Scenario,
    server::Server,
    work::Built,
};

/// How long to wait for what a server on this machine should send.
const NEAR: Duration = Duration::from_secs(1);

/// The same for a server on the network.
const FAR: Duration = Duration::from_secs(10);

/// Where the server is that scenarios are played on.
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
    pub expected: String,
    /// The transcript that it gave, as far as it went.
    pub came: String,
    /// What it logged.
    pub log: String,
}

impl Target {
    /// Makes sure that somebody answers.
    ///
    /// # Errors
    /// Nobody does, or the program does not start; the message says what it printed.
    pub async fn probe(&self) -> Result<(), String> {
        match self {
            Self::Url(url) => reachable(url).await,
            Self::Program { program, folder } => {
                let server = start(&program.path, folder).await?;
                let answered = answer(&server.base).await.map(drop);
                answered.map_err(|words| format!("the server printed its address, but {words}"))
            }
        }
    }

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
                let server = start(&program.path, folder).await?;
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

async fn answer(base: &str) -> Result<Response, String> {
    let http = Http::new(base)?;
    let request = timeout(FAR, http.get("/", None));
    let answer = request.await;
    answer.map_err(|_| format!("{base} does not answer within {} s", FAR.as_secs()))?
}

/// Makes sure that somebody answers at a URL, and that it is the server itself who does.
async fn reachable(url: &str) -> Result<(), String> {
    let secure = url.starts_with("https://");
    if !secure && !url.starts_with("http://") {
        return Err(format!(
            "{url} is no address: it begins with http:// or https://"
        ));
    }
    let answer = answer(url).await?;
    match (answer.status, answer.header("location")) {
        (300..400, Some(other)) if other.starts_with("http") => {
            Err(format!("{url} sends its clients on to {other}"))
        }
        // What a proxy says to a client that speaks no TLS to it.
        (400, _) if !secure => Err(format!(
            "{url} refuses plain HTTP (400). Does its address begin with https://?"
        )),
        _ => Ok(()),
    }
}

/// Starts a student's program, without the backtraces that only its author's debugger would want.
async fn start(program: &Path, folder: &Path) -> Result<Server, String> {
    Server::start(program, folder, &[("RUST_BACKTRACE", "0")]).await
}

/// The first difference between two transcripts, in words.
fn difference(expected: &str, came: &str) -> Option<String> {
    let expected: Vec<_> = expected.lines().map(without_padding).collect();
    let came: Vec<_> = came.lines().map(without_padding).collect();
    let parts = capture_diff_slices(Algorithm::Myers, &expected, &came);
    let first = parts
        .into_iter()
        .find(|part| !matches!(part, DiffOp::Equal { .. }))?;
    let line = |lines: &[String], range: Range<usize>| lines.get(range.start).cloned();
    Some(match first {
        DiffOp::Delete { .. } => format!("`{}` is missing", line(&expected, first.old_range())?),
        DiffOp::Insert { .. } => format!("`{}` is too much", line(&came, first.new_range())?),
        DiffOp::Equal { .. } | DiffOp::Replace { .. } => format!(
            "it should have been `{}`, but was `{}`",
            line(&expected, first.old_range())?,
            line(&came, first.new_range())?
        ),
    })
}

/// A line without the spaces that put it into a column.
fn without_padding(line: &str) -> String {
    let line = line.trim();
    let parts = line.split_once(' ');
    parts.map_or_else(
        || line.to_owned(),
        |(who, rest)| format!("{who} {}", rest.trim_start()),
    )
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
    #[must_use]
    pub fn panic(&self) -> Option<String> {
        panic_message(&self.log)
    }

    /// The last warnings and errors in the log, without their times.
    #[must_use]
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
    fn the_first_difference_is_named() {
        let expected = "a step\n  ana  → 41\n  beto hears nothing\n";
        assert_eq!(difference(expected, expected), None);
        let words = |came| difference(expected, came).unwrap();
        assert_eq!(
            words("a step\n  ana  → 41\n"),
            "`beto hears nothing` is missing"
        );
        let more = "a step\n  ana  → 41\n  ana  ← 41\n  beto hears nothing\n";
        assert_eq!(words(more), "`ana ← 41` is too much");
        let other = "a step\n  ana  → 40\n  beto hears nothing\n";
        assert_eq!(
            words(other),
            "it should have been `ana → 41`, but was `ana → 40`"
        );
    }

    #[test]
    fn a_panic_is_found_in_a_log_without_its_thread() {
        let log =
            "INFO x\nthread 'main' (7) panicked at src/lib.rs:1:2:\nno\nnote: run with\nINFO y\n";
        assert_eq!(panic_message(log).unwrap(), "at src/lib.rs:1:2:\nno");
        assert_eq!(panic_message("INFO x"), None);
    }
}
