//! `workbook watch` on a student's copy, for tests.

use std::{path::Path, process::Stdio, time::Duration};

use anyhow::{Context, Result};
use course::lessons::Lesson;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

/// How long a build with all its libraries may take on a very busy machine.
const PATIENCE: Duration = Duration::from_mins(10);

/// The running program.
pub struct Watching {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Watching {
    /// Watches a copy of a lesson with this program.
    pub fn start(program: &Path, work: &Path, lesson: &Lesson, port: &str) -> Result<Self> {
        let mut child = Command::new(program)
            .args(["watch", "work", &lesson.name, "--work"])
            .arg(work)
            .env("NO_COLOR", "1")
            .env("CARGO_NET_OFFLINE", "true")
            .env("PORT", port)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = child.stdout.take().context("it has no output")?;
        let lines = BufReader::new(output).lines();
        Ok(Self { child, lines })
    }

    /// The next line.
    pub async fn line(&mut self) -> Result<String> {
        let line = timeout(PATIENCE, self.lines.next_line()).await;
        line.context("no more output")??.context("it has exited")
    }

    /// The next line that contains these words.
    pub async fn says(&mut self, words: &str) -> Result<String> {
        loop {
            let line = self.line().await;
            let line = line.with_context(|| format!("expected it to say {words:?}"))?;
            if line.contains(words) {
                return Ok(line);
            }
        }
    }

    /// Sends it a signal, such as `INT`.
    pub fn signal(&self, name: &str) {
        if let Some(process) = self.child.id() {
            let mut kill = std::process::Command::new("kill");
            // Systems without signals don't have this program either.
            kill.args(["-s", name, &process.to_string()]).status().ok();
        }
    }

    /// Waits until it exits, and returns whether it succeeded.
    pub async fn has_ended(&mut self) -> Result<bool> {
        let ended = timeout(PATIENCE, self.child.wait()).await;
        Ok(ended.context("it should have exited")??.success())
    }
}

impl Drop for Watching {
    /// Asks it to exit: if it were killed, it would leave its server behind.
    fn drop(&mut self) {
        self.signal("TERM");
    }
}
