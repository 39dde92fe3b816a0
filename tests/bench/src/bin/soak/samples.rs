//! What the server takes of the machine, again and again.

use std::{pin::pin, rc::Rc, time::Duration};

use course::production::Production;
use serde_json::{Value, json};
use tokio::time::{Instant, interval};
use wire::process::{descriptors, resident_memory};

use crate::crowd::Tally;

/// How many samples are taken, unless they would come too close.
const COUNT: u32 = 120;
const CLOSEST: Duration = Duration::from_secs(1);

/// One in so many is told to who waits.
const TOLD: usize = 2;

/// How things stand at one moment.
pub struct Sample {
    /// Since the beginning, in seconds.
    pub seconds: f64,
    /// The memory of the server's process that is in use, in bytes.
    pub memory: u64,
    pub descriptors: usize,
    /// The clients that the server counts.
    pub clients: f64,
    /// Messages that clients have heard so far, all together.
    pub deliveries: u64,
}

impl Sample {
    pub fn json(&self) -> Value {
        json!({
            "seconds": (10.0 * self.seconds).round() / 10.0,
            "memory": self.memory,
            "descriptors": self.descriptors,
            "clients": self.clients,
            "deliveries": self.deliveries,
        })
    }
}

/// All of them, in their order.
pub struct Samples(pub Vec<Sample>);

impl Samples {
    /// Takes samples of a server for as long as something goes on.
    ///
    /// # Errors
    /// The server has ended, or does not answer.
    pub async fn take_during(
        production: &Production,
        tally: Rc<Tally>,
        action: impl Future<Output = ()>,
        duration: Duration,
    ) -> Result<Self, String> {
        let begin = Instant::now();
        let mut pauses = interval(CLOSEST.max(duration / COUNT));
        let mut action = pin!(action);
        let mut samples = Vec::new();
        loop {
            tokio::select! {
                _ = pauses.tick() => {}
                () = action.as_mut() => return Ok(Self(samples)),
            }
            let pid = production.pid();
            let sample = Sample {
                seconds: begin.elapsed().as_secs_f64(),
                memory: resident_memory(pid).map_err(|error| error.to_string())?,
                descriptors: descriptors(pid).map_err(|error| error.to_string())?,
                clients: production.metric("clients").await?,
                deliveries: tally.deliveries.get(),
            };
            if samples.len() % TOLD == 0 {
                tell(&sample, &tally);
            }
            samples.push(sample);
        }
    }

    /// The most memory in the quarter of the time that has this number, 0 to 3.
    pub fn highest_in_quarter(&self, quarter: usize) -> u64 {
        let count = self.0.len();
        let samples = &self.0[count * quarter / 4..count * (quarter + 1) / 4];
        let memory = samples.iter().map(|sample| sample.memory);
        memory.max().unwrap_or_default()
    }
}

fn tell(sample: &Sample, tally: &Tally) {
    eprintln!(
        "{:5.0} s: {:5} clients, {:7} joins, {:6} cuts, {:10} deliveries, {} lost, {} failures, {:6.1} MB, {:5} descriptors",
        sample.seconds,
        sample.clients,
        tally.joins.get(),
        tally.cuts.get(),
        sample.deliveries,
        tally.lost.get(),
        tally.failures.get(),
        megabytes(sample.memory),
        sample.descriptors,
    );
}

#[expect(clippy::cast_precision_loss, reason = "no process holds that much")]
pub fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
