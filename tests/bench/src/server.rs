//! The compared servers, each in a process of its own.
//!
//! The tests' `Server` reads a server's log. Here, that would distort the measurement, since most lessons log each event.
//! These servers' output is discarded, so the load has to choose their ports.

use std::{
    fmt,
    io::{self, Read as _, Write as _},
    iter,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use bench::programs;
use course::lessons::root;
use tempfile::TempDir;

/// The settings of the last lesson that limit one client or one address: here, all clients share an address.
const LIMITS: [&str; 5] = [
    "EVENTS_PER_SECOND",
    "EVENTS_AT_ONCE",
    "MAX_CLIENTS",
    "MAX_CLIENTS_PER_ADDRESS",
    "SESSIONS_PER_SECOND",
];

/// How long a server may take to answer, and how often it's asked.
const START_LIMIT: Duration = Duration::from_secs(20);
const ASK_EVERY: Duration = Duration::from_micros(200);

/// A server to compare with others.
#[derive(Clone, Copy)]
pub enum Contender {
    /// A lesson, built for release: `05-callbacks`.
    Rust(&'static str),
    /// A lesson whose clients have names.
    Chat(&'static str),
    /// The same step of the course in Node.
    Node(&'static str),
    /// The server of Socket.IO's tutorial, in Node.
    Tutorial,
    /// axum's WebSocket without Socket.IO: the limit of what a lesson can reach.
    Echo,
    /// The same for messages to all, on one thread.
    ToAllOnOneThread,
    /// The same on as many threads as there are processors.
    ToAllOnThreads,
}

impl fmt::Display for Contender {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |lesson: &'static str| lesson.split('-').next().unwrap_or(lesson);
        match self {
            Self::Rust(lesson) | Self::Chat(lesson) => {
                write!(formatter, "Rust {}", number(lesson))
            }
            Self::Node(lesson) => write!(formatter, "Node {}", number(lesson)),
            Self::Tutorial => formatter.write_str("Node tutorial"),
            Self::Echo => formatter.write_str("axum echo"),
            Self::ToAllOnOneThread => formatter.write_str("axum broadcast, 1 thread"),
            Self::ToAllOnThreads => formatter.write_str("axum broadcast, many threads"),
        }
    }
}

/// A server's protocol.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Socket.IO: a handshake and a namespace before the first message, and heartbeats.
    SocketIo,
    /// The same, and clients introduce themselves.
    Chat,
    /// The same without names, and with the events of Socket.IO's tutorial.
    Tutorial,
    /// Messages and nothing else.
    Raw,
}

/// The address of a running server.
#[derive(Clone, Copy)]
pub struct Target {
    pub address: SocketAddr,
    pub dialect: Dialect,
    pub pid: u32,
}

/// A running server, which is stopped when this is dropped.
pub struct Server {
    pub target: Target,
    /// The time from the start of its process to its first answer.
    pub start: Duration,
    _process: Process,
    _folder: TempDir,
}

impl Server {
    /// Starts a contender, and waits for its first answer.
    pub fn start(contender: Contender) -> Result<Self> {
        let (mut command, dialect) = match contender {
            Contender::Rust(lesson) => (Command::new(programs()?.join(lesson)), Dialect::SocketIo),
            Contender::Chat(lesson) => (Command::new(programs()?.join(lesson)), Dialect::Chat),
            Contender::Node(lesson) => {
                let mut node = Command::new("node");
                node.arg(format!("tests/reference/{lesson}/app.js"));
                (node, Dialect::SocketIo)
            }
            Contender::Tutorial => {
                let mut node = Command::new("node");
                node.arg("tests/reference/tutorial/server.js");
                (node, Dialect::Tutorial)
            }
            Contender::Echo => (Command::new(programs()?.join("echo")), Dialect::Raw),
            Contender::ToAllOnOneThread => {
                let mut one = Command::new(programs()?.join("to_all"));
                one.arg("one");
                (one, Dialect::Raw)
            }
            Contender::ToAllOnThreads => (Command::new(programs()?.join("to_all")), Dialect::Raw),
        };
        let address = free_address()?;
        let folder = tempfile::tempdir()?;
        command
            .current_dir(root())
            .env("HOST", address.ip().to_string())
            .env("PORT", address.port().to_string())
            .env("NODE_ENV", "production")
            .env("DATABASE", folder.path().join("mensajes.db"))
            .envs(LIMITS.map(|name| (name, "1000000")))
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let begin = Instant::now();
        let process = command.spawn().with_context(|| format!("{command:?}"))?;
        let mut process = Process(process);
        while first_answer(address).is_err() {
            if let Some(status) = process.0.try_wait()? {
                bail!("{command:?} has exited: {status}");
            }
            ensure!(begin.elapsed() < START_LIMIT, "{command:?} doesn't answer");
            sleep(ASK_EVERY);
        }
        let start = begin.elapsed();
        let pid = process.0.id();
        Ok(Self {
            target: Target {
                address,
                dialect,
                pid,
            },
            start,
            _process: process,
            _folder: folder,
        })
    }
}

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // An error means that it has already exited. The next server has to wait until this one is gone.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A new address that nobody listens on. Its port is below those that the system chooses for clients: otherwise, a client
/// that connects before the server listens sometimes connects to itself.
fn free_address() -> Result<SocketAddr> {
    static NEXT: AtomicU16 = AtomicU16::new(10_000);
    let ports = iter::repeat_with(|| NEXT.fetch_add(1, Ordering::Relaxed));
    let mut addresses = ports
        .take(1_000)
        .map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let free = addresses.find(|address| TcpListener::bind(address).is_ok());
    free.context("no port is free")
}

/// Requests a page, and waits for the beginning of the answer.
fn first_answer(address: SocketAddr) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    stream.read_exact(&mut [0; 9])
}
