//! Lesson 07 as a process of its own, and what its metrics say.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, bail};
use serde_json::json;
use tokio::{process::Command, time::sleep, time::timeout};

use crate::lessons::root;
use wire::{
    connection::{Connection, Http, Transport, handshake},
    server::Server,
};

/// How long to wait for what must happen. Nothing takes this long but on a machine that is very busy.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Lesson 07, running.
pub struct Production {
    /// The process.
    pub server: Server,
    metrics: Http,
}

impl Production {
    /// Starts the program, which listens on loopback alone unless `environment` says otherwise.
    pub async fn start(program: &Path, environment: &[(&str, &str)]) -> Result<Self> {
        Self::start_command(Command::new(program), environment).await
    }

    /// The same for a command that ends in the program.
    pub async fn start_command(mut command: Command, environment: &[(&str, &str)]) -> Result<Self> {
        command.env("HOST", "127.0.0.1").env("METRICS_PORT", "0");
        let server = Server::start_command(command, root(), environment).await?;
        // This line comes before the server's own address.
        let log = server.log.text();
        let metrics = log.find("127.0.0.1:").map(|start| {
            let address = log[start..].split(|end: char| end == '"' || end.is_whitespace());
            address.take(1).collect::<String>()
        });
        let metrics = metrics.with_context(|| format!("no address of the metrics:\n{log}"))?;
        Ok(Self {
            metrics: Http::new(&format!("http://{metrics}"))?,
            server,
        })
    }

    /// Where it listens, `127.0.0.1:3000`.
    pub fn address(&self) -> &str {
        let base = &self.server.base;
        base.strip_prefix("http://").unwrap_or(base)
    }

    /// The process's number, 0 once it has ended.
    pub fn pid(&self) -> u32 {
        self.server.child.id().unwrap_or_default()
    }

    /// What `/metrics` says.
    pub async fn metrics(&self) -> Result<String> {
        Ok(self.metrics.get("/metrics", None).await?.body)
    }

    /// The value of a metric, as `clients` or `events_total`.
    pub async fn metric(&self, name: &str) -> Result<f64> {
        let metrics = self.metrics().await?;
        let value = metrics.lines().find_map(|line| {
            let value = line.strip_prefix(name)?.strip_prefix(' ')?;
            value.parse().ok()
        });
        value.with_context(|| format!("no metric {name} in:\n{metrics}"))
    }

    /// Waits until a metric satisfies a condition, for at most `limit`, and gives its value.
    pub async fn metric_when(
        &self,
        name: &str,
        condition: impl Fn(f64) -> bool,
        limit: Duration,
    ) -> Result<f64> {
        let mut last = None;
        let waiting = async {
            loop {
                let value = self.metric(name).await?;
                if condition(value) {
                    return Ok(value);
                }
                last = Some(value);
                // Nobody tells when a metric changes.
                sleep(Duration::from_millis(20)).await;
            }
        };
        let waited = timeout(limit, waiting).await;
        waited.with_context(|| format!("{name} is {last:?} after {limit:?}"))?
    }
}

/// Connects a client to the default namespace.
pub async fn join(base: &str, transport: Transport) -> Result<Connection> {
    let joining = async {
        let mut connection = Connection::open(base, transport).await?;
        handshake(&connection.receive().await.unwrap_or_default())?;
        connection.send("40".to_owned());
        match connection.receive().await {
            Some(answer) if answer.starts_with("40{") => Ok(connection),
            answer => bail!("`40` was answered with {answer:?}"),
        }
    };
    let joined = timeout(PATIENCE, joining).await;
    joined.with_context(|| format!("no connection within {PATIENCE:?}"))?
}

/// The packet that sends this text with `enviar-mensaje`, asking for an answer if `ack` says by which number.
pub fn message(text: &str, ack: Option<u64>) -> String {
    let ack = ack.map_or_else(String::new, |ack| ack.to_string());
    let event = json!(["enviar-mensaje", { "mensaje": text, "id": "1", "fecha": 1 }]);
    format!("42{ack}{event}")
}

/// Two clients, one on each transport, whose conversation nothing may disturb.
pub struct Pair {
    clients: [Connection; 2],
    said: u64,
}

impl Pair {
    /// Connects both.
    pub async fn join(base: &str) -> Result<Self> {
        let [first, second] = Transport::BOTH;
        Ok(Self {
            clients: [join(base, first).await?, join(base, second).await?],
            said: 0,
        })
    }

    /// Each says something: the other hears it, and who said it is answered. Nothing else comes.
    pub async fn talk(&mut self) -> Result<()> {
        self.talk_over(|_| false).await
    }

    /// The same where the clients also hear what others say: packets that are `noise`.
    pub async fn talk_over(&mut self, noise: impl Fn(&str) -> bool) -> Result<()> {
        for speaker in [0, 1] {
            self.said += 1;
            let text = format!("pair {}", self.said);
            self.clients[speaker].send(message(&text, Some(self.said)));
            let answer = format!("43{}[{{\"id\":\"1\"", self.said);
            self.hears(speaker, &answer, &noise).await?;
            let heard = message(&text, None);
            self.hears(1 - speaker, &heard, &noise).await?;
        }
        Ok(())
    }

    /// Both leave.
    pub async fn leave(&mut self) {
        for client in &mut self.clients {
            client.send("41".to_owned());
            client.send("1".to_owned());
            // What still comes is of no interest any more.
            let end = async { while client.receive().await.is_some() {} };
            timeout(PATIENCE, end).await.ok();
        }
    }

    async fn hears(
        &mut self,
        who: usize,
        expected: &str,
        noise: impl Fn(&str) -> bool,
    ) -> Result<()> {
        loop {
            let heard = timeout(PATIENCE, self.clients[who].receive()).await;
            match heard.with_context(|| format!("nothing came in place of {expected}"))? {
                Some(packet) if packet.starts_with(expected) => return Ok(()),
                Some(packet) if noise(&packet) => {}
                packet => bail!("{packet:?} came in place of {expected}"),
            }
        }
    }
}
