//! What the server counts, for Prometheus to read.

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

/// The media type that the `OpenMetrics` specification gives to its text format.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The counters. A clone counts on the same ones.
#[derive(Clone)]
pub struct Metrics {
    /// Clients that have a place now, however they came to it.
    pub clients: Gauge,
    /// Requests that the gate refused: a foreign page, no place, or the end of the server.
    pub refused_requests: Counter,
    /// Events that clients sent.
    pub events: Counter,
    /// Events that were refused because a client sent too many.
    pub refused_events: Counter,
    /// Answers and messages that did not reach everyone they were for.
    pub failed_emits: Counter,
    /// Seconds from an event's arrival until all its emits are on their way.
    pub handling: Histogram,
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
    /// `/metrics`, for a port that the public does not reach.
    pub fn router(&self) -> Router {
        let mut registry = Registry::default();
        registry.register("clients", "Clients that have a place", self.clients.clone());
        registry.register(
            "refused_requests",
            "Requests that the gate refused: a foreign page, no place, or the end of the server",
            self.refused_requests.clone(),
        );
        registry.register("events", "Events that clients sent", self.events.clone());
        registry.register(
            "refused_events",
            "Events over a client's limit",
            self.refused_events.clone(),
        );
        registry.register(
            "failed_emits",
            "Answers and messages that did not reach everyone",
            self.failed_emits.clone(),
        );
        registry.register(
            "handling_seconds",
            "From an event's arrival until its emits are on their way",
            self.handling.clone(),
        );
        let registry = Arc::new(registry);
        let metrics = async move || {
            let mut text = String::new();
            // Writing to a `String` cannot fail.
            encode(&mut text, &registry).ok();
            ([(CONTENT_TYPE, OPEN_METRICS)], text)
        };
        Router::new().route("/metrics", get(metrics))
    }
}
