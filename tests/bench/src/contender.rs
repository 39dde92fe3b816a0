//! The servers to compare, and how each is started.

use std::{fmt, process::Command};

use anyhow::Result;
use bench::programs;

/// How many processes the servers have that share their clients.
const PROCESSES: usize = 3;

/// How many clients lesson 24 is measured with: at every process, all hear who's here whenever one joins, so 5 times as many
/// take 125 times as long to join.
const MOST_IN_ROOM: usize = 1_000;

/// A server to compare with others.
#[derive(Clone, Copy)]
pub enum Contender {
    /// A lesson, built for release: `05-callbacks`.
    Rust(&'static str),
    /// A lesson whose clients have names.
    Chat(&'static str),
    /// The same in several processes with one database, and perhaps with Redis.
    Several { lesson: &'static str, redis: bool },
    /// The same step of the course in Node.
    Node(&'static str),
    /// Lesson 06 in Node, in several processes with Socket.IO's Redis adapter.
    NodeRedis,
    /// The server of Socket.IO's tutorial, in Node.
    Tutorial,
    /// axum's WebSocket without Socket.IO: the limit of what a lesson can reach.
    Echo,
    /// The same for messages to all, on one thread.
    ToAllOnOneThread,
    /// The same on as many threads as there are processors.
    ToAllOnThreads,
}

/// A server's protocol.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Socket.IO: a handshake and a namespace before the first message, and heartbeats.
    SocketIo,
    /// The same, and clients introduce themselves.
    Chat,
    /// The same, and they join a room: messages to all go to this room.
    Room,
    /// The same without names, and with the events of Socket.IO's tutorial.
    Tutorial,
    /// Messages and nothing else.
    Raw,
}

impl Dialect {
    /// Whether clients have names. They also hear who comes and goes.
    pub fn has_names(self) -> bool {
        matches!(self, Self::Chat | Self::Room)
    }
}

impl Contender {
    /// The command that starts one process of it.
    pub fn command(self) -> Result<Command> {
        let program = |name: &str| anyhow::Ok(Command::new(programs()?.join(name)));
        let node = |script: &str| {
            let mut node = Command::new("node");
            node.arg(format!("tests/reference/{script}"));
            node
        };
        Ok(match self {
            Self::Rust(lesson) | Self::Chat(lesson) | Self::Several { lesson, .. } => {
                program(lesson)?
            }
            Self::Node(lesson) => node(&format!("{lesson}/app.js")),
            Self::NodeRedis => node("redis/server.js"),
            Self::Tutorial => node("tutorial/server.js"),
            Self::Echo => program("echo")?,
            Self::ToAllOnOneThread => {
                let mut one = program("to_all")?;
                one.arg("one");
                one
            }
            Self::ToAllOnThreads => program("to_all")?,
        })
    }

    pub fn dialect(self) -> Dialect {
        match self {
            Self::Rust(_) | Self::Node(_) | Self::NodeRedis => Dialect::SocketIo,
            // Redis passes on messages to a room. Those to everyone go through the database.
            Self::Several { redis: true, .. } => Dialect::Room,
            Self::Chat(_) | Self::Several { .. } => Dialect::Chat,
            Self::Tutorial => Dialect::Tutorial,
            Self::Echo | Self::ToAllOnOneThread | Self::ToAllOnThreads => Dialect::Raw,
        }
    }

    /// How many processes it has.
    pub fn processes(self) -> usize {
        match self {
            Self::Several { .. } | Self::NodeRedis => PROCESSES,
            _ => 1,
        }
    }

    /// How many clients it can be measured with.
    pub fn most_clients(self) -> usize {
        match self.dialect() {
            Dialect::Room => MOST_IN_ROOM,
            _ => usize::MAX,
        }
    }

    pub fn needs_redis(self) -> bool {
        matches!(self, Self::Several { redis: true, .. } | Self::NodeRedis)
    }
}

impl fmt::Display for Contender {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |lesson: &'static str| lesson.split('-').next().unwrap_or(lesson);
        match self {
            Self::Rust(lesson) | Self::Chat(lesson) => {
                write!(formatter, "Rust {}", number(lesson))
            }
            Self::Several { lesson, redis } => {
                let redis = if *redis { ", Redis" } else { "" };
                write!(
                    formatter,
                    "Rust {}, {PROCESSES} processes{redis}",
                    number(lesson)
                )
            }
            Self::Node(lesson) => write!(formatter, "Node {}", number(lesson)),
            Self::NodeRedis => write!(formatter, "Node, {PROCESSES} processes, Redis"),
            Self::Tutorial => formatter.write_str("Node tutorial"),
            Self::Echo => formatter.write_str("axum echo"),
            Self::ToAllOnOneThread => formatter.write_str("axum, 1 thread"),
            Self::ToAllOnThreads => formatter.write_str("axum, many threads"),
        }
    }
}
