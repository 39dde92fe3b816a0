//! What the server knows of a client.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

/// It belongs to the session: who leaves the namespace and comes back finds its limit as it was.
pub struct Client {
    /// Its name for people. `socket.id` is no such name: whoever knows it can speak for the client.
    pub id: u64,
    events: Quota,
    limiter: DefaultDirectRateLimiter,
    /// How many more events were refused than taken, lately.
    refused: AtomicU32,
    /// Whether it knows that it sends too much.
    told: AtomicBool,
}

/// What becomes of an event.
pub enum Verdict {
    /// It is taken.
    Taken,
    /// It is one too many, the first of the session or a further one.
    Refused { first: bool },
    /// It is one too many, and so were as many before as a burst may have.
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
            told: AtomicBool::new(false),
        }
    }

    /// Counts an event against the limit.
    pub fn judge_event(&self) -> Verdict {
        if self.limiter.check().is_ok() {
            // Each makes up for one that was refused. Who sends too much all the time is refused more often.
            self.refused
                .update(Relaxed, Relaxed, |refused| refused.saturating_sub(1));
            return Verdict::Taken;
        }
        if self.refused.fetch_add(1, Relaxed) == self.events.burst_size().get() {
            // What is on its way already is not worth another word.
            self.refused.store(0, Relaxed);
            return Verdict::Unbearable;
        }
        Verdict::Refused {
            first: !self.told.swap(true, Relaxed),
        }
    }

    /// The limit, in words for the client.
    pub fn limit(&self) -> String {
        let at_once = self.events.burst_size();
        let pause = self.events.replenish_interval();
        format!("too many events: at most {at_once} at once, then one every {pause:?}")
    }
}
