//! Acknowledged events: each client emits, waits for the answer, and emits again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Result;
use tokio::{task::JoinSet, time::timeout};

use super::{Progress, Times, float};
use crate::{
    client::{Client, expect},
    contender::Dialect,
    record::Figures,
    server::Target,
};

/// Lets this many clients ask at once. An answer to another question is an error.
pub async fn run(target: &Target, clients: usize, times: Times) -> Result<Figures> {
    let progress = Arc::new(Progress::default());
    let sent = Arc::new(AtomicU64::new(0));
    let mut asking = JoinSet::new();
    let connected = Client::connect_all(target, clients).await?;
    for (number, client) in connected.into_iter().enumerate() {
        let asker = Asker {
            client,
            number,
            dialect: target.dialect,
            progress: Arc::clone(&progress),
            sent: Arc::clone(&sent),
        };
        asking.spawn(asker.run());
    }
    let mut figures = progress.measure(target, times).await?;
    let mut latencies = Vec::new();
    let all = async {
        while let Some(asked) = asking.join_next().await {
            latencies.extend(asked??);
        }
        anyhow::Ok(())
    };
    // Clients that are still waiting when this ends weren't answered.
    if let Ok(done) = timeout(times.patience, all).await {
        done?;
    }
    latencies.sort_unstable();
    for (name, part) in [("latency_p50_us", 50), ("latency_p99_us", 99)] {
        figures.insert(
            name.to_owned(),
            percentile(&latencies, part).as_secs_f64() * 1e6,
        );
    }
    let lost = sent.load(Ordering::Relaxed) - progress.received.load(Ordering::Relaxed);
    figures.insert("lost".to_owned(), float(lost));
    Ok(figures)
}

/// The smallest value that this percentage of the values doesn't exceed.
fn percentile(sorted: &[Duration], part: usize) -> Duration {
    let rank = (sorted.len() * part).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

struct Asker {
    client: Client,
    number: usize,
    dialect: Dialect,
    progress: Arc<Progress>,
    sent: Arc<AtomicU64>,
}

impl Asker {
    /// Asks until the measurement ends, and returns how long the answers took while it counted.
    async fn run(mut self) -> Result<Vec<Duration>> {
        let mut latencies = Vec::new();
        for id in 0.. {
            if self.progress.has_ended() {
                break;
            }
            let question = self.question(id);
            let begin = Instant::now();
            self.sent.fetch_add(1, Ordering::Relaxed);
            self.client.send(question).await?;
            let answer = self.client.receive_answer().await?;
            let latency = begin.elapsed();
            expect(&answer, &self.answer(id))?;
            self.progress.received.fetch_add(1, Ordering::Relaxed);
            if self.progress.is_counting() {
                latencies.push(latency);
            }
        }
        Ok(latencies)
    }

    fn question(&self, id: u64) -> String {
        let number = self.number;
        match self.dialect {
            Dialect::SocketIo | Dialect::Raw => format!(
                r#"42{id}["enviar-mensaje",{{"mensaje":"hola","id":"{number}","fecha":1700000000000}}]"#
            ),
            // Here an id belongs to one message.
            Dialect::Chat | Dialect::Room => format!(
                r#"42{id}["enviar-mensaje",{{"mensaje":"hola","id":"{number} {id}","fecha":1700000000000}}]"#
            ),
            Dialect::Tutorial => format!(r#"42{id}["chat message","hola","{number} {id}"]"#),
        }
    }

    /// The beginning of the answer.
    fn answer(&self, id: u64) -> String {
        match self.dialect {
            Dialect::SocketIo => {
                format!(r#"43{id}[{{"id":"{}","processID":999,"#, self.number)
            }
            Dialect::Chat | Dialect::Room => format!(r#"43{id}[{{"ok":true,"#),
            Dialect::Tutorial => format!("43{id}[]"),
            Dialect::Raw => self.question(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let sorted: Vec<_> = (1..=10).map(Duration::from_micros).collect();
        assert_eq!(percentile(&sorted, 50), Duration::from_micros(5));
        assert_eq!(percentile(&sorted, 99), Duration::from_micros(10));
        assert_eq!(percentile(&sorted[..1], 50), Duration::from_micros(1));
        assert_eq!(percentile(&[], 50), Duration::ZERO);
    }
}
