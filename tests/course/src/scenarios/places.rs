//! Lesson 09: which pages may use the server.

use super::{group, static_server::allowed_origin};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For pages from elsewhere.
const REFUSE: Hints = [
    "What was open to everyone is now for the server's own pages and for those on a list. CORS alone doesn't do it: a browser asks nobody before it opens a WebSocket.",
    "`CorsLayer::allow_origin` with `AllowOrigin::predicate`, and a middleware around the Socket.IO layer (`axum::middleware::from_fn_with_state`) that reads the header `Origin`.",
    ".layer(socket_layer).layer(from_fn_with_state(gate, guard)), where `guard` answers `StatusCode::FORBIDDEN` or goes on with `next.run(request).await`",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[group!(
    from("places"),
    PlainHttp,
    REFUSE,
    [a_foreign_page_may_not_ask, a_foreign_page_opens_no_session,]
)];

async fn a_foreign_page_may_not_ask(scene: &mut Scene) -> Result {
    scene
        .step("a page of https://example.com asks for this one")
        .await?;
    let page = scene.get("ana", "/").await?;
    scene.received("ana", &allowed_origin(&page));
    Ok(())
}

async fn a_foreign_page_opens_no_session(scene: &mut Scene) -> Result {
    scene
        .step("a page of https://example.com wants to open a session")
        .await?;
    let answer = scene
        .get("ana", "/socket.io/?EIO=4&transport=polling")
        .await?;
    scene.received("ana", &allowed_origin(&answer));
    Ok(())
}
