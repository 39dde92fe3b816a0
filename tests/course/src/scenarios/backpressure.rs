//! Lesson 12: limits for slow clients.

use super::group;
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For heads of requests that are too long.
const HEAD: Hints = [
    "The code that accepts connections decides how long a request's head may be, and how long it may take to arrive. `axum::serve` uses the defaults for both, so this lesson accepts connections itself.",
    "`hyper::server::conn::http1::Builder` with `max_buf_size` and `header_read_timeout`; `serve_connection` for each connection that `TcpListener::accept` returns.",
    "let mut http = http1::Builder::new(); http.timer(TokioTimer::new()).header_read_timeout(limit).max_buf_size(16 * 1024);",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[group!(
    from("backpressure"),
    PlainHttp,
    HEAD,
    [a_request_with_a_long_head_is_refused,]
)];

async fn a_request_with_a_long_head_is_refused(scene: &mut Scene) -> Result {
    for length in [7_000, 20_000] {
        scene
            .step(&format!(
                "ana asks for the page with a header of {length} bytes"
            ))
            .await?;
        let value = "x".repeat(length);
        let answer = scene
            .request("ana", "GET /", "GET", "/", &[("x-header", &value)])
            .await?;
        // The server answers 431, but a proxy may refuse the request first, with another status.
        let status = match answer.status {
            400..500 => "refused".to_owned(),
            other => other.to_string(),
        };
        scene.received("ana", &status);
    }
    Ok(())
}
