//! Idle connections: how fast they are opened, what they cost in memory, and whether they are still there.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{task::JoinSet, time::sleep};

use super::{Figures, Meter, float};
use crate::{client::Client, process::memory, server::Target};

/// What the last roll call says.
const ROLL_CALL: &str =
    r#"42["enviar-mensaje",{"mensaje":"hola a todos","id":"ana","fecha":1700000000000}]"#;

/// The clients that are connected and do nothing.
struct Idle {
    target: Target,
    /// The memory of the server without any.
    empty: u64,
    caller: Client,
    clients: JoinSet<Result<(), String>>,
    heard: Arc<AtomicUsize>,
}

/// Opens connections up to each of these numbers, and gives the figures of each: of opening those since the number
/// before, and of all that are open. In the end one client sends a message, and whoever does not hear it is lost.
///
/// # Errors
/// A client cannot connect.
pub async fn run(
    target: Target,
    numbers: &[usize],
    settle: Duration,
    patience: Duration,
) -> Result<Vec<(usize, Figures)>, String> {
    sleep(settle).await;
    let mut idle = Idle {
        target,
        empty: memory(target.pid)?,
        caller: Client::connect(target.address, target.dialect).await?,
        clients: JoinSet::new(),
        heard: Arc::default(),
    };
    let mut measured = Vec::new();
    for &number in numbers {
        let mut figures = idle.grow_to(number).await?;
        sleep(settle).await;
        figures.extend(idle.memory(number)?);
        figures.insert("lost", float(idle.gone()));
        measured.push((number, figures));
    }
    let lost = idle.call_the_roll(patience).await?;
    if let Some((_, figures)) = measured.last_mut() {
        figures.insert("lost", float(lost));
    }
    Ok(measured)
}

impl Idle {
    /// Opens connections until there are this many, the caller's among them.
    async fn grow_to(&mut self, number: usize) -> Result<Figures, String> {
        let missing = number - 1 - self.clients.len();
        let meter = Meter::start(self.target, 0)?;
        let opened = Client::connect_all(self.target.address, self.target.dialect, missing).await?;
        let figures = meter.stop(self.target, missing as u64)?;
        for client in opened {
            self.clients.spawn(listen(client, Arc::clone(&self.heard)));
        }
        Ok(figures)
    }

    fn memory(&self, number: usize) -> Result<Figures, String> {
        let total = memory(self.target.pid)?;
        let own = total.saturating_sub(self.empty);
        Ok(Figures::from([
            ("memory_mb", float(total) / 1e6),
            ("memory_empty_mb", float(self.empty) / 1e6),
            ("memory_per_connection_kb", float(own) / float(number) / 1e3),
        ]))
    }

    /// How many have lost their connection since this was asked.
    fn gone(&mut self) -> usize {
        std::iter::from_fn(|| self.clients.try_join_next()).count()
    }

    /// How many do not hear a message to all.
    async fn call_the_roll(&mut self, patience: Duration) -> Result<usize, String> {
        let all = self.clients.len();
        // Node's course calls the answer, so there must be somebody who asks for one.
        self.caller.send(ROLL_CALL.replacen("42", "420", 1)).await?;
        self.caller.receive().await?;
        let begin = Instant::now();
        while self.heard.load(Ordering::Relaxed) < all && begin.elapsed() < patience {
            sleep(Duration::from_millis(10)).await;
        }
        Ok(all - self.heard.load(Ordering::Relaxed))
    }
}

/// Hears one message, and then nothing; gives what went wrong.
async fn listen(mut client: Client, heard: Arc<AtomicUsize>) -> Result<(), String> {
    loop {
        let text = client.receive().await?;
        if text.as_str() != ROLL_CALL {
            return Err(format!("{ROLL_CALL} should have come, but {text} has"));
        }
        heard.fetch_add(1, Ordering::Relaxed);
    }
}
