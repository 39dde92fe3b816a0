//! The servers that are measured, each in a process of its own.

use std::{
    env, fmt,
    io::{self, Read as _, Write as _},
    iter,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::client::Dialect;

/// The settings of lesson 07 that bound one client's or one address's share.
const LIMITS: [&str; 5] = [
    "EVENTS_PER_SECOND",
    "EVENTS_AT_ONCE",
    "MAX_CLIENTS",
    "MAX_CLIENTS_PER_ADDRESS",
    "SESSIONS_PER_SECOND",
];

/// How long a server may take until it answers.
const START_LIMIT: Duration = Duration::from_secs(20);

/// How often a server that starts is asked.
const ASK_EVERY: Duration = Duration::from_micros(200);

/// What runs a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The lesson, built for release.
    Rust,
    /// The same step of the course in Node.
    Node,
    /// axum's WebSocket without Socket.IO: the limit of what a lesson can reach.
    Echo,
}

/// A server that is compared with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contender {
    /// What runs it.
    pub kind: Kind,
    /// The lesson whose server it is, `05-callbacks`.
    pub lesson: &'static str,
}

impl Contender {
    /// The server of a lesson.
    #[must_use]
    pub const fn rust(lesson: &'static str) -> Self {
        let kind = Kind::Rust;
        Self { kind, lesson }
    }

    /// The same in Node.
    #[must_use]
    pub const fn in_node(self) -> Self {
        let kind = Kind::Node;
        Self { kind, ..self }
    }

    fn dialect(self) -> Dialect {
        match self.kind {
            Kind::Rust | Kind::Node => Dialect::SocketIo,
            Kind::Echo => Dialect::Raw,
        }
    }
}

impl fmt::Display for Contender {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.lesson.split('-').next().unwrap_or_default();
        match self.kind {
            Kind::Rust => write!(formatter, "Rust {number}"),
            Kind::Node => write!(formatter, "Node {number}"),
            Kind::Echo => formatter.write_str("axum echo"),
        }
    }
}

/// Where a server is found: by its clients, and by those who measure it.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it speaks.
    pub dialect: Dialect,
    /// The id of its process.
    pub pid: u32,
}

/// A server that runs, and ends with this value.
pub struct Server {
    /// Where it is found.
    pub target: Target,
    /// The time from the start of its process to its first answer.
    pub start: Duration,
    process: Child,
}

impl Server {
    /// Starts a contender, and waits for its first answer. What it logs is thrown away.
    ///
    /// # Errors
    /// It does not start or does not answer.
    pub fn start(contender: Contender) -> Result<Self, String> {
        let mut command = match contender.kind {
            Kind::Rust => Command::new(programs().join(contender.lesson)),
            Kind::Echo => Command::new(programs().join("examples/echo")),
            Kind::Node => {
                let mut node = Command::new("node");
                node.arg(format!("tests/reference/{}/app.js", contender.lesson));
                node
            }
        };
        let address = free_address().ok_or("no port is free")?;
        let begin = Instant::now();
        let process = command
            .current_dir(root())
            .env("HOST", address.ip().to_string())
            .env("PORT", address.port().to_string())
            .env("NODE_ENV", "production")
            // Lesson 07 has limits for what a client and an address may do, and all of this load is one's.
            .envs(LIMITS.map(|name| (name, "1000000")))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("{command:?} cannot be started: {error}"))?;
        let target = Target {
            address,
            dialect: contender.dialect(),
            pid: process.id(),
        };
        let mut server = Self {
            target,
            start: Duration::ZERO,
            process,
        };
        while !answers(address) {
            if let Ok(Some(status)) = server.process.try_wait() {
                return Err(format!("{command:?} has ended: {status}"));
            }
            if begin.elapsed() > START_LIMIT {
                return Err(format!("{command:?} does not answer"));
            }
            sleep(ASK_EVERY);
        }
        server.start = begin.elapsed();
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Errors say that it has ended already.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// The top folder of the workbook.
#[must_use]
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// The folder of the programs that were built for release: this one lies there, too.
#[must_use]
pub fn programs() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    program.parent().unwrap_or(&program).to_owned()
}

/// An address that nobody listens on. Its port lies below those that the system gives to clients: one of ours, asking
/// for a server that does not listen yet, would else be connected to itself once in a while.
fn free_address() -> Option<SocketAddr> {
    /// How many were looked at: each server gets a new one.
    static SEEN: AtomicU16 = AtomicU16::new(0);
    let first = 10_000 + u16::try_from(std::process::id() % 10_000).unwrap_or_default();
    let ports = iter::repeat_with(|| first + SEEN.fetch_add(1, Ordering::Relaxed));
    let mut addresses = ports
        .take(1_000)
        .map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    addresses.find(|address| TcpListener::bind(address).is_ok())
}

/// Whether somebody answers an HTTP request.
fn answers(address: SocketAddr) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
        let mut answer = [0; 9];
        stream.read_exact(&mut answer)?;
        io::Result::Ok(answer)
    };
    ask().is_ok_and(|answer| answer == *b"HTTP/1.1 ")
}
