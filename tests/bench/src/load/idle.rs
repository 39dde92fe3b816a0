//! Idle connections: how fast they open, how much memory they take, and whether they survive.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use tokio::{task::JoinSet, time::sleep};
use wire::process::proportional_memory;

use super::{Meter, Times, figures, float};
use crate::{client::Client, record::Figures, server::Target};

/// The message of the roll call at the end.
const ROLL_CALL: &str =
    r#"42["enviar-mensaje",{"mensaje":"hola a todos","id":"ana","fecha":1700000000000}]"#;

/// The clients, which are connected and do nothing.
struct Idle<'a> {
    target: &'a Target,
    /// The server's memory without any clients.
    empty: u64,
    caller: Client,
    clients: JoinSet<Result<()>>,
    heard: Arc<AtomicUsize>,
}

/// Opens connections up to each of these numbers, and returns the figures of each: of opening those since the number
/// before, and of all that are open. In the end, one client sends a message. Clients that don't receive it are lost.
pub async fn run(
    target: &Target,
    numbers: &[usize],
    times: Times,
) -> Result<Vec<(usize, Figures)>> {
    sleep(times.settle).await;
    let mut idle = Idle {
        target,
        empty: memory(target)?,
        caller: Client::connect(target, 0).await?,
        clients: JoinSet::new(),
        heard: Arc::default(),
    };
    let mut measured = Vec::new();
    for &number in numbers {
        let mut figures = idle.grow_to(number).await?;
        sleep(times.settle).await;
        figures.extend(idle.memory(number)?);
        figures.insert("lost".to_owned(), float(idle.gone()));
        measured.push((number, figures));
    }
    let lost = idle.call_the_roll(times).await?;
    if let Some((_, figures)) = measured.last_mut() {
        figures.insert("lost".to_owned(), float(lost));
    }
    Ok(measured)
}

impl Idle<'_> {
    /// Opens connections until there are this many, including the caller's.
    async fn grow_to(&mut self, number: usize) -> Result<Figures> {
        let missing = number - 1 - self.clients.len();
        let meter = Meter::start(self.target, 0)?;
        let opened = Client::connect_all(self.target, missing).await?;
        let figures = meter.stop(missing as u64)?;
        for client in opened {
            self.clients.spawn(listen(client, Arc::clone(&self.heard)));
        }
        Ok(figures)
    }

    fn memory(&self, number: usize) -> Result<Figures> {
        let total = memory(self.target)?;
        let own = total.saturating_sub(self.empty);
        Ok(figures([
            ("memory_mb", float(total) / 1e6),
            ("memory_empty_mb", float(self.empty) / 1e6),
            ("memory_per_connection_kb", float(own) / float(number) / 1e3),
        ]))
    }

    /// How many have lost their connection since the last call.
    fn gone(&mut self) -> usize {
        std::iter::from_fn(|| self.clients.try_join_next()).count()
    }

    /// How many don't receive a message to all.
    async fn call_the_roll(&mut self, times: Times) -> Result<usize> {
        let all = self.clients.len();
        // Node's course calls the acknowledgement, so the message has to ask for one.
        self.caller.send(ROLL_CALL.replacen("42", "420", 1)).await?;
        self.caller.receive().await?;
        let begin = Instant::now();
        while self.heard.load(Ordering::Relaxed) < all && begin.elapsed() < times.patience {
            sleep(Duration::from_millis(10)).await;
        }
        Ok(all - self.heard.load(Ordering::Relaxed))
    }
}

/// The memory of all of a server's processes.
fn memory(target: &Target) -> Result<u64> {
    target
        .pids
        .iter()
        .map(|pid| proportional_memory(*pid))
        .sum()
}

/// Receives the roll call and nothing else, until something goes wrong.
async fn listen(mut client: Client, heard: Arc<AtomicUsize>) -> Result<()> {
    loop {
        let text = client.receive().await?;
        ensure!(
            text.as_str() == ROLL_CALL,
            "expected {ROLL_CALL}, received {text}"
        );
        heard.fetch_add(1, Ordering::Relaxed);
    }
}
