//! A server in its own process, and its log.

use std::{
    io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader},
    process::{Child, Command},
    sync::watch,
    task::JoinHandle,
    time::timeout,
};

use crate::group::Group;

/// Opens the namespace `/admin` of every server that's started here, if it has one.
pub const ADMIN_TOKEN: &str = "the token of an admin";

/// The file name of a server's database.
const DATABASE: &str = "lecturas.db";

/// How many threads a server has that uses all cores. On a machine with one core, it would have one, and prove nothing.
const THREADS: &str = "4";

/// How long a server may take until it accepts connections.
const START_LIMIT: Duration = Duration::from_secs(30);

/// How long the rest of a server's output may take to arrive once the server has exited.
const END_LIMIT: Duration = Duration::from_secs(2);

/// How much of a log is kept, in bytes. If it grows longer, the older half is dropped.
const LOG_LIMIT: usize = 2 << 20;

/// The longest line that is kept in one piece, in bytes.
const LINE_LIMIT: u64 = 64 << 10;

/// The log of a server so far. It grows while the server logs.
#[derive(Clone, Default)]
pub struct Log {
    text: watch::Sender<String>,
}

impl Log {
    /// Waits until the log contains this text, for at most `limit`.
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
            format!("expected the server to log {texts:?}, but it logged\n{log}")
        })??;
        Ok(())
    }

    /// Everything that was logged so far.
    pub fn text(&self) -> String {
        self.text.borrow().clone()
    }

    fn push(&self, line: &str) {
        self.text.send_modify(|log| {
            if log.len() > LOG_LIMIT {
                let mut half = log.len() / 2;
                while !log.is_char_boundary(half) {
                    half += 1;
                }
                log.drain(..half);
            }
            log.push_str(line);
        });
    }

    /// Adds the lines of a stream until it ends.
    fn read_lines(&self, source: impl AsyncRead + Unpin + Send + 'static) -> JoinHandle<()> {
        let log = self.clone();
        tokio::spawn(async move {
            let mut source = BufReader::new(source);
            let mut line = Vec::new();
            while let Ok(1..) = (&mut source)
                .take(LINE_LIMIT)
                .read_until(b'\n', &mut line)
                .await
            {
                if !line.ends_with(b"\n") {
                    line.push(b'\n');
                }
                log.push(&String::from_utf8_lossy(&line));
                line.clear();
            }
        })
    }

    /// The first address that the server printed, as a client on this machine reaches it.
    fn address(&self) -> Option<String> {
        nth_address(&self.text(), 0)
    }

    /// Waits for the second address that the server prints: "its page", if another server serves it, or "its second node".
    pub async fn second_address(&self, whose: &str, limit: Duration) -> Result<String> {
        let printed = |log: &String| nth_address(log, 1).is_some();
        let mut lines = self.text.subscribe();
        let log = timeout(limit, lines.wait_for(printed)).await;
        let log = log.with_context(|| {
            format!("expected the server to print the address of {whose}, too")
        })??;
        Ok(nth_address(&log, 1).unwrap_or_default())
    }
}

/// The address in this place among those in a text.
fn nth_address(text: &str, place: usize) -> Option<String> {
    let (start, _) = text.match_indices("http://").nth(place)?;
    let address = text[start..]
        .split(|end: char| end.is_whitespace() || end == ',')
        .next()?;
    Some(address.replace("0.0.0.0", "127.0.0.1"))
}

/// Adds what this process itself logs.
impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.push(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A server in its own process, which is stopped when this is dropped.
pub struct Server {
    /// Where it listens, `http://127.0.0.1:3000`.
    pub base: String,
    /// Its standard output and standard error.
    pub log: Log,
    /// The process.
    pub child: Child,
    /// Its database, if it needs one: a file of its own, which it has to create.
    pub database: PathBuf,
    /// The command that starts it.
    command: Command,
    _data: TempDir,
    /// For an untrusted program: the processes that it has started are stopped with it.
    group: Option<Group>,
}

impl Server {
    /// Starts a program in a folder, on a port that the system chooses unless `environment` sets one, and
    /// waits until it has printed its address.
    pub async fn start(
        program: &Path,
        folder: &Path,
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        Self::start_command(Command::new(program), folder, environment).await
    }

    /// The same for an untrusted program: the processes that it starts are stopped with it. Ctrl-C only reaches this
    /// process, which has to make sure that the value is dropped.
    pub async fn start_apart(
        mut command: Command,
        folder: &Path,
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let database = data.path().join(DATABASE);
        prepare(&mut command, folder, &database, environment);
        let (child, group) = spawn(&mut command, true)?;
        Self::when_ready(command, child, group, data).await
    }

    /// The same for a program that takes arguments.
    pub async fn start_command(
        mut command: Command,
        folder: &Path,
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let database = data.path().join(DATABASE);
        prepare(&mut command, folder, &database, environment);
        let (child, group) = spawn(&mut command, false)?;
        Self::when_ready(command, child, group, data).await
    }

    /// Kills it without a warning, as a power cut would, and starts it again with the same settings and the same database.
    ///
    /// If the system chooses its port, it's another one now. Its log begins again, too.
    pub async fn restart(&mut self) -> Result<()> {
        let group = self.group.take();
        let is_apart = group.is_some();
        drop(group);
        // An error means that it has exited by itself.
        self.child.kill().await.ok();
        (self.child, self.group) = spawn(&mut self.command, is_apart)?;
        self.log = Log::default();
        self.wait_until_ready().await
    }

    async fn when_ready(
        command: Command,
        child: Child,
        group: Option<Group>,
        data: TempDir,
    ) -> Result<Self> {
        let mut server = Self {
            base: String::new(),
            log: Log::default(),
            child,
            database: data.path().join(DATABASE),
            command,
            _data: data,
            group,
        };
        server.wait_until_ready().await?;
        Ok(server)
    }

    async fn wait_until_ready(&mut self) -> Result<()> {
        let Self { log, child, .. } = self;
        let output = child.stdout.take().map(|output| log.read_lines(output));
        let errors = child.stderr.take().map(|errors| log.read_lines(errors));
        tokio::select! {
            started = log.wait_for("http://", START_LIMIT) => if started.is_err() {
                bail!("no address within {START_LIMIT:?}; the server printed:\n{}", log.text());
            },
            ended = child.wait() => {
                let status = ended?;
                for reading in [output, errors].into_iter().flatten() {
                    // A task that only reads lines doesn't panic. It continues while a process that the server has started
                    // keeps the stream open.
                    timeout(END_LIMIT, reading).await.ok();
                }
                bail!("the server exited ({status}) and printed:\n{}", log.text());
            }
        }
        self.base = log.address().unwrap_or_default();
        Ok(())
    }
}

/// Starts the process, in a group of its own if the program is untrusted.
fn spawn(command: &mut Command, is_apart: bool) -> Result<(Child, Option<Group>)> {
    let spawned = if is_apart {
        Group::spawn(command).map(|(child, group)| (child, Some(group)))
    } else {
        command.spawn().map(|child| (child, None))
    };
    spawned.with_context(|| format!("cannot start {}", command.as_std().get_program().display()))
}

fn prepare(command: &mut Command, folder: &Path, database: &Path, environment: &[(&str, &str)]) {
    command
        .current_dir(folder)
        .env("PORT", "0")
        .env("PAGE_PORT", "0")
        .env("SECOND_PORT", "0")
        .env("ADMIN_TOKEN", ADMIN_TOKEN)
        .env("DATABASE", database)
        .env("TOKIO_WORKER_THREADS", THREADS)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
}
