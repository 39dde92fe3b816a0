//! The compared servers, each in a process of its own.
//!
//! The tests' `Server` reads a server's log. Here, that would distort the measurement, since most lessons log each event.
//! These servers' output is discarded, so the load has to choose their ports.

use std::{
    io::{self, Read as _, Write as _},
    iter,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use course::lessons::root;
use tempfile::TempDir;

use crate::contender::{Contender, Dialect};

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

/// Where a running server is.
#[derive(Clone)]
pub struct Target {
    pub dialect: Dialect,
    /// The addresses of its processes. Clients are spread over them.
    pub addresses: Vec<SocketAddr>,
    pub pids: Vec<u32>,
    /// The process of the Redis between its own.
    pub redis: Option<u32>,
}

/// A running server, which is stopped when this is dropped.
pub struct Server {
    pub target: Target,
    /// The time from the start of its processes to their first answers.
    pub start: Duration,
    _processes: Vec<Process>,
    _redis: Option<Process>,
    _folder: TempDir,
}

impl Server {
    /// Starts a contender, and waits for its first answer.
    pub fn start(contender: Contender) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let redis_address = free_address()?;
        let redis = contender.needs_redis().then(|| redis(redis_address));
        let redis = redis.transpose()?;
        let mut addresses = Vec::new();
        let mut processes = Vec::new();
        let begin = Instant::now();
        for _ in 0..contender.processes() {
            let address = free_address()?;
            let mut command = contender.command()?;
            command
                .current_dir(root())
                .env("HOST", address.ip().to_string())
                .env("PORT", address.port().to_string())
                .env("NODE_ENV", "production")
                .env("DATABASE", folder.path().join("mensajes.db"))
                .envs(
                    redis
                        .as_ref()
                        .map(|_| ("REDIS_URL", format!("redis://{redis_address}"))),
                )
                .envs(LIMITS.map(|name| (name, "1000000")));
            processes.push(Process::start(command, || first_answer(address))?);
            addresses.push(address);
        }
        let start = begin.elapsed();
        let target = Target {
            dialect: contender.dialect(),
            addresses,
            pids: processes.iter().map(Process::pid).collect(),
            redis: redis.as_ref().map(Process::pid),
        };
        Ok(Self {
            target,
            start,
            _processes: processes,
            _redis: redis,
            _folder: folder,
        })
    }
}

/// Starts Redis, which keeps nothing on the disk.
fn redis(address: SocketAddr) -> Result<Process> {
    let port = address.port().to_string();
    let mut command = Command::new("redis-server");
    command.args(["--bind", "127.0.0.1", "--port", &port]);
    command.args(["--save", "", "--appendonly", "no"]);
    let started = Process::start(command, || {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(b"PING\r\n")?;
        stream.read_exact(&mut [0; 7])
    });
    started.context("Redis is needed: on Debian, run `sudo apt install redis-server`")
}

/// A process whose output is discarded. It's stopped when this is dropped.
struct Process(Child);

impl Process {
    /// Starts it, and waits until a question is answered.
    fn start(mut command: Command, ask: impl Fn() -> io::Result<()>) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let begin = Instant::now();
        let process = command.spawn().with_context(|| format!("{command:?}"))?;
        let mut process = Self(process);
        while ask().is_err() {
            if let Some(status) = process.0.try_wait()? {
                bail!("{command:?} has exited: {status}");
            }
            ensure!(begin.elapsed() < START_LIMIT, "{command:?} doesn't answer");
            sleep(ASK_EVERY);
        }
        Ok(process)
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }
}

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
