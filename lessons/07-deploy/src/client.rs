//! What the server knows of a client.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

/// It belongs to the session: who leaves the namespace and comes back finds its limit as it was.
pub struct Client {
    /// Its name for people. `socket.id` is no such name: whoever knows it can speak for the client.
    pub id: u64,
    events: Quota,
    limiter: DefaultDirectRateLimiter,
    /// How many events were refused since the last that was taken.
    refused: AtomicU32,
}

/// What becomes of an event.
pub enum Verdict {
    /// It is taken.
    Taken,
    /// It is one too many, the first of them or a further one.
    Refused { first: bool },
    /// It is one too many after as many refusals as a burst may have events.
    Unbearable,
}

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Client {
    /// A client that has sent nothing yet.
    pub fn new(events: Quota) -> Self {
        Self {
            id: NEXT.fetch_add(1, Relaxed),
            events,
            limiter: RateLimiter::direct(events),
            refused: AtomicU32::new(0),
        }
    }

    /// Counts an event against the limit.
    pub fn judge_event(&self) -> Verdict {
        if self.limiter.check().is_ok() {
            self.refused.store(0, Relaxed);
            return Verdict::Taken;
        }
        match self.refused.fetch_add(1, Relaxed) {
            before if before >= self.events.burst_size().get() => Verdict::Unbearable,
            before => Verdict::Refused { first: before == 0 },
        }
    }

    /// The limit, in words for the client.
    pub fn limit(&self) -> String {
        let at_once = self.events.burst_size();
        let pause = self.events.replenish_interval().as_millis();
        format!("too many events: at most {at_once} at once, then one every {pause} ms")
    }
}
