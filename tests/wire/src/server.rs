//! A server as its own process, and what a server logs.

use std::{io, path::Path, process::Stdio, time::Duration};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, Command},
    sync::watch,
    task::JoinHandle,
    time::timeout,
};

/// How long a server may take until it accepts connections.
const START_LIMIT: Duration = Duration::from_secs(30);

/// What a server has logged so far, growing as it logs.
#[derive(Clone, Default)]
pub struct Log {
    text: watch::Sender<String>,
}

impl Log {
    /// Waits until the log holds this text, for at most `limit`.
    pub async fn wait_for(&self, text: &str, limit: Duration) -> Result<()> {
        self.wait_for_any(&[text], limit).await
    }

    /// The same for any one of these texts.
    pub async fn wait_for_any(&self, texts: &[&str], limit: Duration) -> Result<()> {
        let holds = |log: &String| texts.iter().any(|text| log.contains(text));
        let mut lines = self.text.subscribe();
        let waited = timeout(limit, lines.wait_for(holds)).await;
        let log = self.text();
        let texts = texts.join(" or ");
        waited.with_context(|| {
            format!("the server should have logged {texts:?}, but logged\n{log}")
        })??;
        Ok(())
    }

    /// All that was logged so far.
    pub fn text(&self) -> String {
        self.text.borrow().clone()
    }

    fn push(&self, line: &str) {
        self.text.send_modify(|log| log.push_str(line));
    }

    /// Takes the lines of a stream until it ends.
    fn read_lines(&self, source: impl AsyncRead + Unpin + Send + 'static) -> JoinHandle<()> {
        let log = self.clone();
        tokio::spawn(async move {
            let mut lines = BufReader::new(source).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                log.push(&format!("{line}\n"));
            }
        })
    }

    /// The address that the server printed, as a client on this machine reaches it.
    fn address(&self) -> Option<String> {
        let log = self.text();
        let address = log[log.find("http://")?..].split_whitespace().next()?;
        Some(address.replace("0.0.0.0", "127.0.0.1"))
    }
}

/// Takes what this process itself logs.
impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.push(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A server in a process of its own, which ends with this value.
pub struct Server {
    /// Where it listens, `http://127.0.0.1:3000`.
    pub base: String,
    /// Its standard output and standard error.
    pub log: Log,
    /// The process.
    pub child: Child,
}

impl Server {
    /// Starts a program in a folder, on a port that the system chooses unless `environment` says which, and
    /// waits until it has printed its address.
    pub async fn start(
        program: &Path,
        folder: &Path,
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        Self::start_command(Command::new(program), folder, environment).await
    }

    /// The same for a program that takes arguments.
    pub async fn start_command(
        mut command: Command,
        folder: &Path,
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        let mut child = command
            .current_dir(folder)
            .env("PORT", "0")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| {
                format!("cannot start {}", command.as_std().get_program().display())
            })?;
        let log = Log::default();
        let output = child.stdout.take().map(|output| log.read_lines(output));
        let errors = child.stderr.take().map(|errors| log.read_lines(errors));
        tokio::select! {
            started = log.wait_for("http://", START_LIMIT) => if started.is_err() {
                bail!("no address within {START_LIMIT:?}; the server printed:\n{}", log.text());
            },
            ended = child.wait() => {
                let status = ended?;
                for reading in [output, errors].into_iter().flatten() {
                    // A task that only reads lines does not panic.
                    reading.await.ok();
                }
                bail!("the server ended ({status}) and printed:\n{}", log.text());
            }
        }
        Ok(Self {
            base: log.address().unwrap_or_default(),
            log,
            child,
        })
    }
}
