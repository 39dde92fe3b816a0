//! Lesson 11: what the log shows about a running server.

use super::group;
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For request ids.
const IDS: Hints = [
    "Each request has an id, which its answer and the log show. A proxy may have chosen it. An id that's too long for the log is replaced.",
    "`tower_http::request_id::{SetRequestIdLayer, PropagateRequestIdLayer, MakeRequestUuid}`, the feature `request-id`; a middleware that removes a long `x-request-id` before them.",
    ".layer(PropagateRequestIdLayer::x_request_id()).layer(SetRequestIdLayer::x_request_id(MakeRequestUuid)).layer(from_fn(drop_long_id))",
];

/// For the log.
const LOG: Hints = [
    "The log has a line for each file that's requested, with the request's id.",
    "`tower_http::trace::TraceLayer`, the feature `trace`: `make_span_with` for what the line says, `on_response` for its level.",
    ".layer(TraceLayer::new_for_http().make_span_with(request_span).on_response(DefaultOnResponse::new().level(Level::INFO)))",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("observe"),
        PlainHttp,
        IDS,
        [
            a_request_keeps_its_id_from_a_proxy,
            a_request_without_an_id_gets_one,
            an_id_that_is_too_long_for_the_log_is_replaced,
        ]
    ),
    group!(
        from("observe"),
        PlainHttp,
        LOG,
        [a_request_for_a_file_is_logged_with_its_id,]
    ),
];

async fn a_request_keeps_its_id_from_a_proxy(scene: &mut Scene) -> Result {
    scene.step("a proxy forwards a request").await?;
    let id = ask(scene, "from-the-proxy").await?;
    scene.received("proxy", &format!("x-request-id: {id}"));
    Ok(())
}

async fn a_request_without_an_id_gets_one(scene: &mut Scene) -> Result {
    scene.step("ana asks for the page").await?;
    let shown = "GET /";
    let answer = scene.request("ana", shown, "GET", "/", &[]).await?;
    let id = answer.header("x-request-id").unwrap_or("(missing)");
    scene.received("ana", &format!("x-request-id: {}", kind(id)));
    Ok(())
}

async fn an_id_that_is_too_long_for_the_log_is_replaced(scene: &mut Scene) -> Result {
    scene
        .step("a proxy forwards a request with an id of 1,000 bytes")
        .await?;
    let id = ask(scene, &"x".repeat(1_000)).await?;
    scene.received("proxy", &format!("x-request-id: {}", kind(&id)));
    Ok(())
}

async fn a_request_for_a_file_is_logged_with_its_id(scene: &mut Scene) -> Result {
    scene.step("a proxy forwards a request").await?;
    ask(scene, "from-the-proxy").await?;
    scene
        .is_logged_as("the request's id", &["from-the-proxy"])
        .await
}

/// Asks for the page with this id, and returns the id of the answer.
async fn ask(scene: &mut Scene, id: &str) -> Result<String> {
    let shown = format!("GET / with x-request-id: {}", kind(id));
    let headers = [("x-request-id", id)];
    let answer = scene.request("proxy", &shown, "GET", "/", &headers).await?;
    Ok(answer
        .header("x-request-id")
        .unwrap_or("(missing)")
        .to_owned())
}

/// An id, or a name for it if it's long or differs from run to run.
fn kind(id: &str) -> &str {
    match id.len() {
        36 => "<uuid>",
        1_000 => "<1,000 bytes>",
        _ => id,
    }
}
