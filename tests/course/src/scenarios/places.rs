//! Lesson 09: which pages may use the server.

use super::{group, static_server::allowed_origin};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For pages of other sites.
const REFUSE: Hints = [
    "Only the server's own pages, and those of listed sites, may use the server now. CORS alone isn't enough: a browser doesn't ask before it opens a WebSocket.",
    "`CorsLayer::allow_origin` with `AllowOrigin::predicate`, and a middleware around the Socket.IO layer (`axum::middleware::from_fn_with_state`) that reads the header `Origin`.",
    ".layer(socket_layer).layer(from_fn_with_state(gate, guard)), where `guard` answers `StatusCode::FORBIDDEN` or goes on with `next.run(request).await`",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[group!(
    from("places"),
    PlainHttp,
    REFUSE,
    [
        another_site_may_not_read_the_page,
        another_site_cannot_open_a_session,
    ]
)];

async fn another_site_may_not_read_the_page(scene: &mut Scene) -> Result {
    scene
        .step("a page of https://example.com requests this one")
        .await?;
    let page = scene.get("ana", "/").await?;
    scene.received("ana", &allowed_origin(&page));
    Ok(())
}

async fn another_site_cannot_open_a_session(scene: &mut Scene) -> Result {
    scene
        .step("a page of https://example.com tries to open a session")
        .await?;
    let answer = scene
        .get("ana", "/socket.io/?EIO=4&transport=polling")
        .await?;
    scene.received("ana", &allowed_origin(&answer));
    Ok(())
}
