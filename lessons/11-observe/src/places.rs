//! The places for sessions: how many there may be, in total and from one address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, Weak},
};

use axum::http::StatusCode;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{metrics::Metrics, settings::Settings};

/// Hands out places, and counts them.
pub struct Places {
    all: Arc<Semaphore>,
    per_address: u32,
    /// The places of each address that has sessions. An address without any is forgotten.
    addresses: Mutex<HashMap<IpAddr, Weak<Semaphore>>>,
    /// Limits how often each address opens a session, since each new session starts with a new limit for its events.
    openings: DefaultKeyedRateLimiter<IpAddr>,
    metrics: Metrics,
}

/// A session's place. When it's dropped, its permits go back to their semaphores, and the place is free again.
pub struct Place {
    _in_all: OwnedSemaphorePermit,
    _at_address: OwnedSemaphorePermit,
    metrics: Metrics,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.metrics.clients.dec();
    }
}

impl Places {
    pub fn new(settings: &Settings, metrics: &Metrics) -> Self {
        let openings = Quota::per_second(settings.sessions_per_second)
            .allow_burst(settings.max_clients_per_address);
        Self {
            all: Arc::new(Semaphore::new(settings.max_clients as usize)),
            per_address: settings.max_clients_per_address.get(),
            addresses: Mutex::default(),
            openings: RateLimiter::keyed(openings),
            metrics: metrics.clone(),
        }
    }

    /// Takes a place for a session, or says why it can't.
    pub fn take(&self, address: IpAddr) -> Result<Place, (StatusCode, &'static str)> {
        let in_all = Arc::clone(&self.all).try_acquire_owned();
        let in_all = in_all.map_err(|_| (StatusCode::SERVICE_UNAVAILABLE, "the server is full"))?;
        let at_address = self.of(address).try_acquire_owned();
        let full = "too many clients from your address";
        let at_address = at_address.map_err(|_| (StatusCode::TOO_MANY_REQUESTS, full))?;
        let too_often = "too many new sessions from your address";
        let opening = self.openings.check_key(&address);
        opening.map_err(|_| (StatusCode::TOO_MANY_REQUESTS, too_often))?;
        self.metrics.clients.inc();
        Ok(Place {
            _in_all: in_all,
            _at_address: at_address,
            metrics: self.metrics.clone(),
        })
    }

    fn of(&self, address: IpAddr) -> Arc<Semaphore> {
        let lock = self.addresses.lock();
        let mut addresses = lock.expect("nothing panics while it holds the lock");
        if let Some(places) = addresses.get(&address).and_then(Weak::upgrade) {
            return places;
        }
        // Cleaning only when the table would have to grow costs little on average.
        if addresses.len() == addresses.capacity() {
            addresses.retain(|_, places| places.strong_count() > 0);
            self.openings.retain_recent();
        }
        let places = Arc::new(Semaphore::new(self.per_address as usize));
        addresses.insert(address, Arc::downgrade(&places));
        places
    }
}
