//! A server that can be killed and started again, with the same port and the same database.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU16, Ordering},
};

use anyhow::{Context, Result};
use course::lessons::{self, root};
use futures_util::future::try_join_all;
use tempfile::TempDir;
use tokio::process::Command;
use wire::server::Server;
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
    servers: Vec<Server>,
    _folder: TempDir,
}

impl Mortals {
    /// Starts this many processes of a contender at once, with an empty database.
    pub async fn start(contender: Contender, processes: usize) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let database = folder.path().join("mensajes.db");
        let ports = (0..processes).map(|_| free_port());
        let ports: Vec<u16> = ports.collect::<Result<_>>()?;
        let starting = ports.iter().map(|port| start(contender, *port, &database));
        let servers = try_join_all(starting).await?;
        Ok(Self {
            contender,
            ports,
            database,
            servers,
            _folder: folder,
        })
    }

    /// Where they listen.
    pub fn bases(&self) -> Vec<String> {
        let bases = self.servers.iter().map(|server| server.base.clone());
        bases.collect()
    }

    /// Kills the first process without a warning, and starts another one.
    pub async fn kill_and_restart(&mut self) -> Result<()> {
        self.servers[0].child.kill().await?;
        self.servers[0] = start(self.contender, self.ports[0], &self.database).await?;
        Ok(())
    }
}

async fn start(contender: Contender, port: u16, database: &Path) -> Result<Server> {
    let port = port.to_string();
    let database = database.to_str().context("the folder's name isn't UTF-8")?;
    let environment = [
        ("HOST", "127.0.0.1"),
        ("PORT", &port),
        ("DATABASE", database),
    ];
    Server::start_command(contender.command()?, root(), &environment).await
}

/// A port that nobody listens on, below those that the system chooses for clients: otherwise a client might take it while no
/// server runs.
fn free_port() -> Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(12_000);
    let mut ports = std::iter::repeat_with(|| NEXT.fetch_add(1, Ordering::Relaxed)).take(1_000);
    let free = ports.find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
    free.context("no port is free")
}
