//! A lesson as a process of its own, its metrics, and clients for it.

use std::{
    path::Path,
    sync::OnceLock,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::json;
use tokio::{
    process::Command,
    time::{sleep, timeout},
};

use crate::lessons::{find, root};
use wire::{
    connection::{Connection, Http, Transport, handshake},
    server::Server,
};

/// How long to wait for something that must happen. Nothing takes this long except on a very busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A request that is easily found in a log.
const LAST_LINE: &str = "/the-log-until-now";

/// A lesson from 06 on, running.
pub struct Production {
    /// The process.
    pub server: Server,
    /// Whether the lesson has metrics, as lessons have from `observe` on.
    has_metrics: bool,
    metrics: OnceLock<Http>,
}

impl Production {
    /// Starts a lesson's program, which listens on loopback alone unless `environment` says otherwise.
    pub async fn start(program: &Path, environment: &[(&str, &str)]) -> Result<Self> {
        Self::start_command(Command::new(program), program, environment).await
    }

    /// The same for a command that ends in the program.
    pub async fn start_command(
        mut command: Command,
        program: &Path,
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        let name = program.file_stem().unwrap_or_default().to_string_lossy();
        command.env("HOST", "127.0.0.1").env("METRICS_PORT", "0");
        Ok(Self {
            server: Server::start_command(command, root(), environment).await?,
            has_metrics: find(&name)?.includes("observe"),
            metrics: OnceLock::new(),
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

    /// The answer of `/metrics`.
    pub async fn metrics(&self) -> Result<String> {
        if self.metrics.get().is_none() {
            let found = self.find_metrics().await?;
            self.metrics.get_or_init(|| found);
        }
        let http = self.metrics.get().context("no metrics")?;
        Ok(http.get("/metrics", None).await?.body)
    }

    /// The log says where the metrics are, perhaps later than where the server is.
    async fn find_metrics(&self) -> Result<Http> {
        ensure!(self.has_metrics, "this lesson has no metrics");
        self.server.log.wait_for("metrics", PATIENCE).await?;
        let log = self.server.log.text();
        let line = log.lines().find(|line| line.contains("metrics"));
        let address = line.and_then(|line| {
            let address = &line[line.find("127.0.0.1:")?..];
            address.split(['"', ' ']).next()
        });
        let address = address.with_context(|| format!("no address for the metrics:\n{log}"))?;
        Http::new(&format!("http://{address}"))
    }

    /// The value of a metric, such as `clients` or `events_total`.
    pub async fn metric(&self, name: &str) -> Result<f64> {
        let metrics = self.metrics().await?;
        let value = metrics.lines().find_map(|line| {
            let value = line.strip_prefix(name)?.strip_prefix(' ')?;
            value.parse().ok()
        });
        value.with_context(|| format!("no metric {name} in:\n{metrics}"))
    }

    /// The log until now. From `observe` on, a separate thread writes it, a little late.
    pub async fn log(&self) -> Result<String> {
        if self.has_metrics {
            Http::new(&self.server.base)?.get(LAST_LINE, None).await?;
            self.server.log.wait_for(LAST_LINE, PATIENCE).await?;
        }
        Ok(self.server.log.text())
    }

    /// How many clients there are. Lessons without metrics only log the clients that join and leave.
    pub async fn clients(&self) -> Result<usize> {
        if self.has_metrics {
            // The metric counts, so it's a small whole number.
            return Ok(self.metric("clients").await?.to_string().parse()?);
        }
        let log = self.server.log.text();
        let joined = log.matches("client connected").count();
        let left = log.matches("client disconnected").count();
        Ok(joined.saturating_sub(left))
    }

    /// Waits until a metric satisfies a condition, for at most `limit`, and returns its value.
    pub async fn metric_when(
        &self,
        name: &str,
        condition: impl Fn(f64) -> bool,
        limit: Duration,
    ) -> Result<f64> {
        let last = poll(limit, || self.metric(name), |value| condition(*value)).await?;
        last.map_err(|last| anyhow!("{name} is {last} after {limit:?}"))
    }

    /// Waits until there are this many clients, for at most `limit`.
    pub async fn wait_for_clients(&self, expected: usize, limit: Duration) -> Result<()> {
        let last = poll(limit, || self.clients(), |clients| *clients == expected).await?;
        last.map(drop)
            .map_err(|last| anyhow!("after {limit:?} there are {last} clients, not {expected}"))
    }
}

/// Asks for a value until it satisfies a condition, for at most `limit`. Returns the last value as an error if it never does.
async fn poll<T>(
    limit: Duration,
    ask: impl AsyncFn() -> Result<T>,
    condition: impl Fn(&T) -> bool,
) -> Result<Result<T, T>> {
    let begin = Instant::now();
    loop {
        let value = ask().await?;
        if condition(&value) {
            return Ok(Ok(value));
        }
        if begin.elapsed() > limit {
            return Ok(Err(value));
        }
        // Nobody says when a value changes.
        sleep(Duration::from_millis(20)).await;
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

/// The packet that sends this string with `enviar-mensaje`, and asks for the answer with the number `ack`, if given.
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

    /// Each says something and is answered, and the other hears it. Nothing else arrives.
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
            // Ignores everything that still arrives.
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
            match heard.with_context(|| format!("nothing arrived instead of {expected}"))? {
                Some(packet) if packet.starts_with(expected) => return Ok(()),
                Some(packet) if noise(&packet) => {}
                packet => bail!("{packet:?} arrived instead of {expected}"),
            }
        }
    }
}
