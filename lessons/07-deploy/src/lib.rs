//! Lesson 07: ready to deploy.
//!
//! The conversation of lesson 06, in a server that a hosting platform can start, watch and stop.
//!
//! Run it with `just run 07`.
//!
//! New here: settings, who may come in, limits, a log for machines, metrics, a graceful end.

mod client;
mod controller;
pub mod ending;
mod gate;
pub mod metrics;
mod middleware;
pub mod server;
pub mod settings;

use std::sync::{Arc, atomic::Ordering::Relaxed};

use axum::{
    Router,
    http::{HeaderValue, Method, StatusCode, header::CACHE_CONTROL},
    middleware::{from_fn, from_fn_with_state},
    routing::get,
};
use socketioxide::{ParserConfig, SocketIo, layer::SocketIoLayer};
use tower_http::{
    compression::CompressionLayer,
    cors::{AllowOrigin, CorsLayer},
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    services::ServeDir,
    set_header::SetResponseHeaderLayer,
    trace::{DefaultOnResponse, TraceLayer},
};
use tracing::Level;

use crate::{ending::Ending, gate::Gate, metrics::Metrics, settings::Settings};

/// The server, and what its program needs of it.
pub struct App {
    /// Answers every request.
    pub router: Router,
    /// Closes the conversations when the server ends.
    pub io: SocketIo,
    /// What was counted.
    pub metrics: Metrics,
    /// How far its end has come.
    pub ending: Arc<Ending>,
}

/// Serves the files in the page's folder, and from `public/` what all pages share.
#[must_use]
pub fn app(settings: &Settings) -> App {
    let metrics = Metrics::default();
    let ending = Arc::new(Ending::default());
    let (socket_layer, io) = socket_io(settings, &metrics, &ending);
    let gate = Arc::new(Gate::new(settings, metrics.clone(), Arc::clone(&ending)));

    let pages = Router::new()
        .nest_service("/shared", ServeDir::new("public/shared"))
        .nest_service("/vendor", ServeDir::new("public/vendor"))
        .fallback_service(ServeDir::new(&settings.page));
    let client = Router::new().route_service("/socket.io/{file}", ServeDir::new("public/vendor"));
    let router = files(pages)
        .layer(socket_layer)
        .layer(from_fn_with_state(Arc::clone(&gate), gate::guard))
        .layer(from_fn_with_state(
            settings.request_limit,
            middleware::body_limit,
        ))
        // After the Socket.IO layer, which answers every path below `/socket.io` that it wraps.
        .merge(files(client))
        .merge(probes(Arc::clone(&ending)))
        .layer(cors(gate))
        .layer(from_fn(middleware::security_headers))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid));
    App {
        router,
        io,
        metrics,
        ending,
    }
}

fn socket_io(
    settings: &Settings,
    metrics: &Metrics,
    ending: &Arc<Ending>,
) -> (SocketIoLayer, SocketIo) {
    let (layer, io) = SocketIo::builder()
        // An emit never waits: it fails for a client that has this many packets still to read.
        // The memory is taken only as it fills.
        .max_buffer_size(settings.max_waiting)
        // Each client keeps it, and most are silent. The default is 4096 bytes.
        .ws_read_buffer_size(1024)
        // A client that takes a place has to use it.
        .connect_timeout(settings.request_limit)
        // Long-polling has one limit, WebSocket two: for a frame, and for a message of many frames.
        .max_payload(settings.max_message as u64)
        .ws_max_frame_size(settings.max_message)
        .ws_max_message_size(settings.max_message)
        // An event's attachments are messages of their own. No event here has any.
        .with_parser(ParserConfig::common().max_incoming_binaries(0))
        .with_state(metrics.clone())
        .with_state(Arc::clone(ending))
        .build_layer();
    io.ns("/", controller::on_connect);
    (layer, io)
}

/// What holds for every file: browsers may keep it, it travels compressed, and the log says who asked.
///
/// Long-polling stays outside: its addresses hold the session's key, which does not go into a log.
fn files(router: Router) -> Router {
    router
        // A browser asks each time whether a file has changed: its name tells nothing of its content.
        .layer(SetResponseHeaderLayer::if_not_present(
            CACHE_CONTROL,
            HeaderValue::from_static("no-cache"),
        ))
        .layer(CompressionLayer::new())
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(middleware::request_span)
                .on_response(DefaultOnResponse::new().level(Level::INFO)),
        )
}

/// What the platform asks: whether the server lives, and whether it takes more clients.
fn probes(ending: Arc<Ending>) -> Router {
    let readiness = async move || {
        if ending.draining.load(Relaxed) {
            (StatusCode::SERVICE_UNAVAILABLE, "shutting down")
        } else {
            (StatusCode::OK, "ready")
        }
    };
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(readiness))
}

/// Which pages' scripts may read an answer.
fn cors(gate: Arc<Gate>) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, request| {
            gate.allows(origin, &request.headers)
        }))
        .allow_methods([Method::GET, Method::POST])
}
