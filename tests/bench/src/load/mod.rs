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
    async fn measure(&self, target: &Target, times: Times) -> Result<Figures> {
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
struct Meter<'a> {
    begin: Instant,
    target: &'a Target,
    server: [f64; 2],
    redis: Option<f64>,
    load: f64,
    count: u64,
}

impl<'a> Meter<'a> {
    fn start(target: &'a Target, count: u64) -> Result<Self> {
        Ok(Self {
            begin: Instant::now(),
            target,
            server: server_cpu(target)?,
            redis: target.redis.map(whole_cpu).transpose()?,
            load: whole_cpu(std::process::id())?,
            count,
        })
    }

    /// The count since then, per second, and the processor time for each: of the server, of the load, and of Redis.
    fn stop(&self, count: u64) -> Result<Figures> {
        let seconds = self.begin.elapsed().as_secs_f64();
        let [user, kernel] = server_cpu(self.target)?;
        let load = whole_cpu(std::process::id())? - self.load;
        let count = float(count - self.count);
        let micros = |seconds: f64| seconds * 1e6 / count;
        let user = micros(user - self.server[0]);
        let kernel = micros(kernel - self.server[1]);
        let mut figures = figures([
            ("per_second", count / seconds),
            ("cpu_user_us", user),
            ("cpu_kernel_us", kernel),
            ("cpu_us", user + kernel),
            ("load_cpu_us", micros(load)),
        ]);
        if let (Some(redis), Some(before)) = (self.target.redis, self.redis) {
            let redis = micros(whole_cpu(redis)? - before);
            figures.insert("redis_cpu_us".to_owned(), redis);
        }
        Ok(figures)
    }
}

/// The processor time of all of a server's processes, in their own code and in the kernel.
fn server_cpu(target: &Target) -> Result<[f64; 2]> {
    let mut total = [0.0; 2];
    for pid in &target.pids {
        let [user, kernel] = cpu(*pid)?;
        total = [total[0] + user, total[1] + kernel];
    }
    Ok(total)
}

/// The processor time of a process, in its own code and in the kernel together.
fn whole_cpu(pid: u32) -> Result<f64> {
    Ok(cpu(pid)?.iter().sum())
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
