//! Lesson 07: ready to deploy.
//!
//! The conversation of lesson 06, in a server that a hosting platform can start, watch and stop.
//!
//! Run it with `just run 07`.
//!
//! New here: settings, who may come in, limits, a log for machines, metrics, a graceful end.

pub mod connection;
mod controller;
mod gate;
mod http;
pub mod metrics;
pub mod settings;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use axum::{
    Router,
    http::{HeaderValue, Method, StatusCode, header::CACHE_CONTROL},
    middleware::{from_fn, from_fn_with_state},
    routing::get,
};
use governor::Quota;
use socketioxide::SocketIo;
use tower_http::{
    compression::CompressionLayer,
    cors::{AllowOrigin, CorsLayer},
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    services::{ServeDir, ServeFile},
    set_header::SetResponseHeaderLayer,
    trace::{DefaultOnResponse, TraceLayer},
};
use tracing::Level;

use crate::{gate::Gate, metrics::Metrics, settings::Settings};

/// The server, and what its program needs of it.
pub struct App {
    /// Answers every request.
    pub router: Router,
    /// Closes the conversations when the server ends.
    pub io: SocketIo,
    /// What was counted.
    pub metrics: Metrics,
    /// Whether the platform should send new clients elsewhere.
    pub draining: Arc<AtomicBool>,
}

/// Serves the files in the page's folder, and what all pages share from `shared/` and `vendor/` beside it.
#[must_use]
pub fn app(settings: &Settings) -> App {
    let metrics = Metrics::default();
    let events = Quota::per_second(settings.events_per_second).allow_burst(settings.events_at_once);
    let (socket_layer, io) = SocketIo::builder()
        // An emit never waits: it fails for a client that has this many packets still to read.
        // The memory is taken only as it fills.
        .max_buffer_size(settings.max_waiting)
        // Long-polling has one limit, WebSocket two: for a frame, and for a message of many frames.
        .max_payload(settings.max_message as u64)
        .ws_max_frame_size(settings.max_message)
        .ws_max_message_size(settings.max_message)
        .with_state(events)
        .with_state(metrics.clone())
        .build_layer();
    io.ns("/", controller::on_connect);

    let gate = Arc::new(Gate::new(settings, metrics.clone()));
    let origins = AllowOrigin::predicate({
        let gate = Arc::clone(&gate);
        move |origin, request| gate.allows(origin, &request.headers)
    });
    let draining = Arc::new(AtomicBool::new(false));
    let page = &settings.page;
    let router = Router::new()
        .nest_service("/shared", ServeDir::new(page.join("../shared")))
        .nest_service("/vendor", ServeDir::new(page.join("../vendor")))
        .fallback_service(ServeDir::new(page))
        // A browser asks each time whether a file has changed: their names tell nothing of their content.
        .layer(SetResponseHeaderLayer::if_not_present(
            CACHE_CONTROL,
            HeaderValue::from_static("no-cache"),
        ))
        .layer(CompressionLayer::new())
        // Inside of Socket.IO, whose addresses hold the session's key: they do not go into a log.
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(http::request_span)
                .on_response(DefaultOnResponse::new().level(Level::INFO)),
        )
        .layer(socket_layer)
        .layer(from_fn_with_state(gate, gate::guard))
        .layer(from_fn_with_state(settings.request_limit, http::body_limit))
        // After the Socket.IO layer, which answers every path below `/socket.io` that it wraps.
        .route_service(
            "/socket.io/socket.io.js",
            ServeFile::new(page.join("../vendor/socket.io.js")),
        )
        .route("/healthz", get(async || "ok"))
        .route(
            "/readyz",
            get({
                let draining = Arc::clone(&draining);
                async move || {
                    if draining.load(Relaxed) {
                        (StatusCode::SERVICE_UNAVAILABLE, "shutting down")
                    } else {
                        (StatusCode::OK, "ready")
                    }
                }
            }),
        )
        .layer(
            CorsLayer::new()
                .allow_origin(origins)
                .allow_methods([Method::GET, Method::POST]),
        )
        .layer(from_fn(http::security_headers))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid));
    App {
        router,
        io,
        metrics,
        draining,
    }
}
