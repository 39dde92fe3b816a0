//! The loads that a server is measured under.

pub mod acknowledged;
pub mod broadcast;
pub mod idle;
pub mod start;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU8, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use tokio::time::sleep;

use crate::{
    process::{Cpu, cpu},
    server::Target,
};

/// What was measured: the name of each figure, which says its unit, and its value.
pub type Figures = BTreeMap<&'static str, f64>;

/// How long one measurement takes.
#[derive(Clone, Copy)]
pub struct Times {
    /// Before it counts: connections, caches and just-in-time compilers warm up.
    pub warm_up: Duration,
    /// While it counts.
    pub measured: Duration,
    /// How long a server may take for what it still owes when the load has ended. What is missing then is lost.
    pub patience: Duration,
}

/// Where a measurement stands, for all of its clients.
#[derive(Default)]
struct Progress {
    phase: AtomicU8,
    /// How many messages were received.
    received: AtomicU64,
}

const COUNTING: u8 = 1;
const ENDED: u8 = 2;

impl Progress {
    fn is_counting(&self) -> bool {
        self.phase.load(Ordering::Relaxed) == COUNTING
    }

    fn has_ended(&self) -> bool {
        self.phase.load(Ordering::Relaxed) == ENDED
    }

    /// Lets the load run, measures while it counts, and ends it: the messages per second, and the time that the
    /// server's and this process's processors took.
    async fn measure(&self, target: Target, times: Times) -> Result<Figures, String> {
        sleep(times.warm_up).await;
        self.phase.store(COUNTING, Ordering::Relaxed);
        let meter = Meter::start(target, self.received.load(Ordering::Relaxed))?;
        sleep(times.measured).await;
        let figures = meter.stop(target, self.received.load(Ordering::Relaxed));
        self.phase.store(ENDED, Ordering::Relaxed);
        figures
    }
}

/// The beginning of an interval.
struct Meter {
    begin: Instant,
    server: Cpu,
    load: Cpu,
    count: u64,
}

impl Meter {
    fn start(target: Target, count: u64) -> Result<Self, String> {
        Ok(Self {
            begin: Instant::now(),
            server: cpu(target.pid)?,
            load: cpu(std::process::id())?,
            count,
        })
    }

    /// What was counted since, by the second; the server's processor time for each; and how busy the load kept one
    /// processor: near 1 it may have been slower than the server.
    fn stop(&self, target: Target, count: u64) -> Result<Figures, String> {
        let taken = self.begin.elapsed().as_secs_f64();
        let server = cpu(target.pid)? - self.server;
        let load = cpu(std::process::id())? - self.load;
        let count = float(count - self.count);
        let micros = |time: Duration| time.as_secs_f64() * 1e6 / count;
        Ok(Figures::from([
            ("per_second", count / taken),
            ("cpu_user_us", micros(server.user)),
            ("cpu_kernel_us", micros(server.kernel)),
            ("cpu_us", micros(server.user + server.kernel)),
            (
                "load_cpu_share",
                (load.user + load.kernel).as_secs_f64() / taken,
            ),
        ]))
    }
}

/// A count as a figure.
pub fn float(count: impl TryInto<u32>) -> f64 {
    // No run counts to four thousand million.
    f64::from(count.try_into().unwrap_or(u32::MAX))
}
