//! A server that can be killed and started again, with the same port and the same database.

use std::path::PathBuf;

use anyhow::{Context, Result};
use course::lessons::{self, root};
use futures_util::future::try_join_all;
use tempfile::TempDir;
use tokio::process::Command;
use wire::{port::free_port, redis::Redis, server::Server};
use workbook::programs::program;

pub use crate::dialect::Dialect;

/// A server to compare with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contender {
    /// A lesson: `delivery`.
    Lesson(&'static str),
    /// The server of Socket.IO's tutorial, in Node.
    Tutorial,
}

impl Contender {
    /// Its protocol.
    pub const fn dialect(self) -> Dialect {
        match self {
            Self::Lesson(_) => Dialect::Chat,
            Self::Tutorial => Dialect::Tutorial,
        }
    }

    fn command(self) -> Result<Command> {
        Ok(match self {
            Self::Lesson(package) => Command::new(program(&lessons::find(package)?)),
            Self::Tutorial => {
                let mut node = Command::new("node");
                node.arg(root().join("tests/reference/tutorial/server.js"));
                node
            }
        })
    }
}

/// Running servers that share a database.
pub struct Mortals {
    contender: Contender,
    ports: Vec<u16>,
    database: PathBuf,
    /// For lessons whose processes hear each other through Redis.
    pub redis: Option<Redis>,
    servers: Vec<Server>,
    _folder: TempDir,
}

impl Mortals {
    /// Starts this many processes of a contender at once, with an empty database.
    pub async fn start(contender: Contender, processes: usize) -> Result<Self> {
        let redis = match contender {
            Contender::Lesson("machines") => Some(Redis::start().await?),
            _ => None,
        };
        let folder = tempfile::tempdir()?;
        let ports = (0..processes).map(|_| free_port());
        let mut mortals = Self {
            contender,
            ports: ports.collect::<Result<_>>()?,
            database: folder.path().join("mensajes.db"),
            redis,
            servers: Vec::new(),
            _folder: folder,
        };
        let starting = mortals.ports.iter().map(|port| mortals.process(*port));
        mortals.servers = try_join_all(starting).await?;
        Ok(mortals)
    }

    /// Where they listen.
    pub fn bases(&self) -> Vec<String> {
        let bases = self.servers.iter().map(|server| server.base.clone());
        bases.collect()
    }

    /// Kills one of the processes without a warning, and starts another one.
    pub async fn kill_and_restart(&mut self, place: usize) -> Result<()> {
        self.servers[place].child.kill().await?;
        self.servers[place] = self.process(self.ports[place]).await?;
        Ok(())
    }

    async fn process(&self, port: u16) -> Result<Server> {
        let port = port.to_string();
        let database = self.database.to_str();
        let mut environment = vec![
            ("HOST", "127.0.0.1"),
            ("PORT", &port),
            (
                "DATABASE",
                database.context("the folder's name isn't UTF-8")?,
            ),
        ];
        let redis = self.redis.as_ref().map(Redis::url);
        if let Some(redis) = &redis {
            environment.push(("REDIS_URL", redis));
        }
        Server::start_command(self.contender.command()?, root(), &environment).await
    }
}
