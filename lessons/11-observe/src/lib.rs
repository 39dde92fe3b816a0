//! Lesson 11: observe.
//!
//! A log that machines can read and nobody can flood, and metrics that say how the server is doing.
//!
//! Run it with `just run 11`.
//!
//! New here: a structured log, request ids, metrics.

mod browser;
mod client;
mod controller;
mod gate;
pub mod log;
pub mod metrics;
mod places;
mod polling;
pub mod settings;

use std::{path::Path, sync::Arc};

use axum::{
    Router,
    http::{HeaderValue, Method, header::CACHE_CONTROL, request::Parts},
    middleware::{from_fn, from_fn_with_state},
    routing::get,
};
use socketioxide::{ParserConfig, SocketIo};
use tower_http::{
    compression::CompressionLayer,
    cors::{AllowHeaders, AllowOrigin, CorsLayer},
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    services::ServeDir,
    set_header::SetResponseHeaderLayer,
    trace::{DefaultOnResponse, TraceLayer},
};
use tracing::Level;

use crate::{gate::Gate, metrics::Metrics, settings::Settings};

/// Serves the files in `page`, and those in `public/` that all pages share. The `SocketIo` closes the connections.
pub fn app(page: &Path, settings: &Settings, metrics: &Metrics) -> (Router, SocketIo) {
    let (socket_layer, io) = SocketIo::builder()
        // An emit never waits: it fails for a client that still has this many packets to read.
        // The buffer takes memory only as it fills.
        .max_buffer_size(settings.max_waiting as usize)
        // Long-polling has one limit, WebSocket two: for a frame, and for a message of many frames.
        .max_payload(settings.max_message.into())
        .ws_max_frame_size(settings.max_message as usize)
        .ws_max_message_size(settings.max_message as usize)
        // Each client keeps this buffer, and most clients are silent. The default is 4096 bytes.
        .ws_read_buffer_size(1024)
        // An event's attachments are messages of their own. No event here has any.
        .with_parser(ParserConfig::common().max_incoming_binaries(0))
        // A client that opens a session has to join the namespace. The default is 45 s.
        .connect_timeout(settings.request_seconds)
        .with_state(metrics.clone())
        .build_layer();
    io.ns("/", controller::on_connect);

    let gate = Arc::new(Gate::new(settings, metrics));
    let pages = Router::new()
        .nest_service("/shared", ServeDir::new("public/shared"))
        .nest_service("/vendor", ServeDir::new("public/vendor"))
        .fallback_service(ServeDir::new(page));
    let client = Router::new().route_service("/socket.io/{file}", ServeDir::new("public/vendor"));
    let router = files(pages)
        .route("/healthz", get(async || "ok"))
        .layer(socket_layer)
        .layer(from_fn_with_state(settings.clone(), client::identify))
        .layer(from_fn_with_state(settings.clone(), polling::check_body))
        .layer(from_fn_with_state(Arc::clone(&gate), gate::guard))
        // After the Socket.IO layer, which would answer every path below `/socket.io` itself.
        .merge(files(client))
        .layer(cors(gate))
        .layer(from_fn_with_state(settings.clone(), browser::protect))
        // Answers that aren't files differ each time.
        .layer(cache("no-store"))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(from_fn(log::drop_long_id));
    (router, io)
}

/// Adds what all files need: browsers may keep them, they're sent compressed, and the log shows each request.
///
/// Long-polling isn't logged: its addresses hold the session's key.
fn files(router: Router) -> Router {
    router
        .layer(from_fn(browser::check_file))
        // Browsers ask each time whether a file has changed, since its name stays the same when it does.
        .layer(cache("no-cache"))
        .layer(CompressionLayer::new())
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(log::request_span)
                .on_response(DefaultOnResponse::new().level(Level::INFO)),
        )
}

/// Sets the cache policy of answers that don't have one yet.
fn cache(policy: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, HeaderValue::from_static(policy))
}

/// Decides which pages' scripts may read an answer.
fn cors(gate: Arc<Gate>) -> CorsLayer {
    // Only sites that are listed by name get cookies. A router that keeps each client with one process may set one.
    let credentials = !gate.allows_everyone();
    let allowed = move |origin: &_, request: &Parts| gate.allows(origin, &request.headers);
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_credentials(credentials)
        .allow_headers(AllowHeaders::mirror_request())
        .allow_methods([Method::GET, Method::POST])
}
