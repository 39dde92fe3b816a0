//! The loads that a server is measured under.

pub mod acknowledged;
pub mod broadcast;
pub mod idle;
#[cfg(test)]
mod tests;

use std::{
    sync::atomic::{AtomicU8, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use anyhow::Result;
use tokio::time::sleep;
use wire::process::cpu;

use crate::{record::Figures, server::Target};

/// How long one measurement takes.
#[derive(Clone, Copy)]
pub struct Times {
    /// Before it counts, while connections, caches and just-in-time compilers warm up.
    pub warm_up: Duration,
    /// While it counts.
    pub measured: Duration,
    /// How long a server rests before its memory is read.
    pub settle: Duration,
    /// How long a server may take to send what's still due when the load has ended. Anything missing after that is lost.
    pub patience: Duration,
}

/// The state of a measurement, which all of its clients share.
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

    /// Lets the load run, measures while it counts, and ends it.
    async fn measure(&self, target: Target, times: Times) -> Result<Figures> {
        sleep(times.warm_up).await;
        self.phase.store(COUNTING, Ordering::Relaxed);
        let meter = Meter::start(target, self.received.load(Ordering::Relaxed))?;
        sleep(times.measured).await;
        let figures = meter.stop(self.received.load(Ordering::Relaxed));
        self.phase.store(ENDED, Ordering::Relaxed);
        figures
    }
}

/// The beginning of an interval.
struct Meter {
    begin: Instant,
    pid: u32,
    server: [f64; 2],
    load: [f64; 2],
    count: u64,
}

impl Meter {
    fn start(target: Target, count: u64) -> Result<Self> {
        Ok(Self {
            begin: Instant::now(),
            pid: target.pid,
            server: cpu(target.pid)?,
            load: cpu(std::process::id())?,
            count,
        })
    }

    /// What was counted since then, per second; the server's processor time for each; and how busy the load kept one
    /// processor: near 1, it may have been slower than the server.
    fn stop(&self, count: u64) -> Result<Figures> {
        let seconds = self.begin.elapsed().as_secs_f64();
        let [user, kernel] = cpu(self.pid)?;
        let load = cpu(std::process::id())?;
        let load = load.iter().sum::<f64>() - self.load.iter().sum::<f64>();
        let count = float(count - self.count);
        let micros = |seconds: f64| seconds * 1e6 / count;
        let user = micros(user - self.server[0]);
        let kernel = micros(kernel - self.server[1]);
        Ok(figures([
            ("per_second", count / seconds),
            ("cpu_user_us", user),
            ("cpu_kernel_us", kernel),
            ("cpu_us", user + kernel),
            ("load_cpu_share", load / seconds),
        ]))
    }
}

/// Makes figures, by their names.
pub fn figures<const N: usize>(named: [(&str, f64); N]) -> Figures {
    named.map(|(name, value)| (name.to_owned(), value)).into()
}

/// A count as a figure.
pub fn float(count: impl TryInto<u32>) -> f64 {
    // No run counts to four billion.
    f64::from(count.try_into().unwrap_or(u32::MAX))
}
