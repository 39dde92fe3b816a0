//! The log: how it's written, and what it says about a request.

use std::io;

use axum::{extract::Request, middleware::Next, response::Response};
use tower_http::request_id::RequestId;
use tracing::{Span, info_span, level_filters::LevelFilter};
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{
    filter::Targets, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::settings::LogFormat;

/// How many lines may wait to be written. Further lines are lost.
const MAX_LINES: usize = 10_000;

/// The longest path that the log shows, in characters. The rest is left out.
const MAX_PATH: usize = 100;

/// The longest id of a request, in bytes. A UUID has 36.
const MAX_ID: usize = 64;

/// Starts the log on standard output. Dropping the guard writes the lines that are still waiting.
///
/// A separate thread does the writing, so the server goes on even if nobody reads its output, or if it's closed.
pub fn start_log(format: LogFormat) -> WorkerGuard {
    let output = NonBlockingBuilder::default().buffered_lines_limit(MAX_LINES);
    let (output, guard) = output.finish(io::stdout());
    // Socket.IO would log every packet that it can't answer, and a client may send any number of them.
    let levels = Targets::new()
        .with_default(LevelFilter::INFO)
        .with_target("socketioxide", LevelFilter::OFF);
    let log = fmt().with_writer(output);
    match format {
        LogFormat::Text => log.finish().with(levels).init(),
        LogFormat::Json => log.json().finish().with(levels).init(),
    }
    guard
}

/// The log's fields for a request.
pub fn request_span(request: &Request) -> Span {
    let id = request.extensions().get::<RequestId>();
    let id = id.and_then(|id| id.header_value().to_str().ok());
    let path: String = request.uri().path().chars().take(MAX_PATH).collect();
    info_span!("request", id, method = %request.method(), path)
}

/// Removes an id that's too long for the log from a request, which then gets one from us.
pub async fn drop_long_id(mut request: Request, next: Next) -> Response {
    let id = request.headers().get("x-request-id");
    if id.is_some_and(|id| id.len() > MAX_ID) {
        request.headers_mut().remove("x-request-id");
    }
    next.run(request).await
}
