//! The log: how it's written, and what it says of a request.

use std::io;

use axum::{extract::Request, middleware::Next, response::Response};
use tower_http::request_id::RequestId;
use tracing::{Span, info_span, level_filters::LevelFilter};
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{
    filter::Targets, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::settings::LogFormat;

/// How many lines may wait to be written. Lines that find no room are lost.
const MAX_LINES: usize = 10_000;

/// How much of a path the log shows, in characters.
const MAX_PATH: usize = 100;

/// How long a request's id may be, in bytes. A UUID has 36.
const MAX_ID: usize = 64;

/// Starts the log on standard output. What is left of it is written when the value is dropped.
///
/// A thread of its own does the writing. If nobody reads the output any more, or if it's closed, the server goes on.
pub fn start_log(format: LogFormat) -> WorkerGuard {
    let output = NonBlockingBuilder::default().buffered_lines_limit(MAX_LINES);
    let (output, guard) = output.finish(io::stdout());
    // Socket.IO has a line for each packet that it can't answer: as many as a client likes.
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

/// What the log says of a request.
pub fn request_span(request: &Request) -> Span {
    let id = request.extensions().get::<RequestId>();
    let id = id.and_then(|id| id.header_value().to_str().ok());
    let path: String = request.uri().path().chars().take(MAX_PATH).collect();
    info_span!("request", id, method = %request.method(), path)
}

/// Takes an id from a request if it's too long for a log. The request then gets one of our own.
pub async fn drop_long_id(mut request: Request, next: Next) -> Response {
    let id = request.headers().get("x-request-id");
    if id.is_some_and(|id| id.len() > MAX_ID) {
        request.headers_mut().remove("x-request-id");
    }
    next.run(request).await
}
