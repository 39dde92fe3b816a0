//! Lesson 07: the same conversation, ready for production.

use super::{EVENT, group, message, static_server::allowed_origin};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For the platform.
const HEALTH: Hints = [
    "A platform asks at paths of its own whether the server lives and whether it takes more clients, and wants answers with the status 200.",
    "`Router::route` with `axum::routing::get`.",
    ".route(\"/healthz\", get(async || \"ok\"))",
];

/// For pages from elsewhere.
const REFUSE: Hints = [
    "What was open to everyone is now for the server's own pages and for those of a list. CORS alone does not do it: a browser asks nobody before it opens a WebSocket.",
    "`CorsLayer::allow_origin` with `AllowOrigin::predicate`, and a middleware around the Socket.IO layer (`axum::middleware::from_fn_with_state`) that reads the header `Origin`.",
    ".layer(socket_layer).layer(from_fn_with_state(gate, guard)), where `guard` answers `StatusCode::FORBIDDEN` or goes on with `next.run(request).await`",
];

/// For messages that are too large.
const LIMIT: Hints = [
    "Long-polling has a limit for a request; WebSocket has one for a frame and one for a message, and their defaults are far higher.",
    "`max_payload`, `ws_max_frame_size`, `ws_max_message_size` of the builder.",
    "SocketIo::builder().max_payload(100_000).ws_max_frame_size(100_000).ws_max_message_size(100_000)",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("deploy"),
        PlainHttp,
        HEALTH,
        [the_health_checks_answer,]
    ),
    group!(
        from("deploy"),
        PlainHttp,
        REFUSE,
        [a_foreign_page_may_not_ask, a_foreign_page_opens_no_session,]
    ),
    group!(
        from("deploy"),
        BothTransports,
        LIMIT,
        [a_message_over_the_limit_closes_only_its_connection,]
    ),
];

async fn the_health_checks_answer(scene: &mut Scene) -> Result {
    scene
        .step("the platform asks whether the server lives and takes clients")
        .await?;
    for path in ["/healthz", "/readyz"] {
        let answer = scene.get("platform", path).await?;
        scene.received("platform", &answer.status.to_string());
    }
    Ok(())
}

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

async fn a_message_over_the_limit_closes_only_its_connection(scene: &mut Scene) -> Result {
    scene.step("ana, beto and carla connect").await?;
    scene.connect(&["ana", "beto", "carla"]).await?;
    if !scene.has_limit(100_000) {
        return Ok(());
    }
    scene.step("ana sends a message of 90,000 bytes").await?;
    scene.emit("ana", EVENT, &message(&"x".repeat(90_000)))?;
    for who in ["beto", "carla"] {
        scene.hears(who, EVENT).await?;
    }
    scene.step("ana sends a message of 110,000 bytes").await?;
    scene.emit("ana", EVENT, &message(&"x".repeat(110_000)))?;
    scene.is_closed("ana").await?;
    scene.step("beto sends a message").await?;
    scene.emit("beto", EVENT, &message("seguimos"))?;
    scene.hears("carla", EVENT).await?;
    Ok(())
}
