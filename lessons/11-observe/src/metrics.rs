//! The metrics, for Prometheus to read.

use std::sync::Arc;

use axum::{Router, http::header::CONTENT_TYPE, routing::get};
use prometheus_client::{
    encoding::text::encode,
    metrics::{
        counter::Counter,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};

/// The media type of the `OpenMetrics` text format.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The server's metrics, described in [`Metrics::router`]. All clones share the same values.
#[derive(Clone)]
pub struct Metrics {
    pub(crate) clients: Gauge,
    pub(crate) refused_requests: Counter,
    pub(crate) events: Counter,
    pub(crate) refused_events: Counter,
    pub(crate) failed_emits: Counter,
    pub(crate) handling: Histogram,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            clients: Gauge::default(),
            refused_requests: Counter::default(),
            events: Counter::default(),
            refused_events: Counter::default(),
            failed_emits: Counter::default(),
            // From 10 µs to 2.6 s.
            handling: Histogram::new(exponential_buckets(0.000_01, 4.0, 10)),
        }
    }
}

impl Metrics {
    /// Serves `/metrics`, for a port that the public can't reach.
    #[rustfmt::skip]
    pub fn router(&self) -> Router {
        let mut registry = Registry::default();
        registry.register("clients", "Sessions that have a place", self.clients.clone());
        registry.register("refused_requests", "Requests that the gate refused", self.refused_requests.clone());
        registry.register("events", "Events that clients sent", self.events.clone());
        registry.register("refused_events", "Events over a client's limit", self.refused_events.clone());
        registry.register("failed_emits", "Answers and messages that not everyone got", self.failed_emits.clone());
        registry.register("handling_seconds", "From an event's arrival until its emits are queued", self.handling.clone());
        let registry = Arc::new(registry);
        let metrics = async move || {
            let mut text = String::new();
            // Writing to a `String` can't fail.
            encode(&mut text, &registry).ok();
            ([(CONTENT_TYPE, OPEN_METRICS)], text)
        };
        Router::new().route("/metrics", get(metrics))
    }
}
