//! Lesson 07: the same conversation, ready to deploy.

use super::{EVENT, group, message};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For the platform.
const HEALTH: Hints = [
    "A platform asks at a path of its choice whether the server is alive, and expects the status 200.",
    "`Router::route` with `axum::routing::get`.",
    ".route(\"/healthz\", get(async || \"ok\"))",
];

/// For messages that are too long.
const LIMIT: Hints = [
    "Long-polling has a limit for a request; WebSocket has one for a frame and one for a message, and their defaults are far higher.",
    "`max_payload`, `ws_max_frame_size` and `ws_max_message_size` of the builder.",
    "SocketIo::builder().max_payload(100_000).ws_max_frame_size(100_000).ws_max_message_size(100_000)",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("deploy"),
        PlainHttp,
        HEALTH,
        [the_health_check_answers,]
    ),
    group!(
        from("deploy").until("chat"),
        BothTransports,
        LIMIT,
        [a_message_over_the_limit_closes_only_its_connection,]
    ),
];

async fn the_health_check_answers(scene: &mut Scene) -> Result {
    scene
        .step("the platform asks whether the server is alive")
        .await?;
    // Without an origin: a platform is no page.
    let answer = scene
        .request("platform", "GET /healthz", "GET", "/healthz", &[])
        .await?;
    scene.received("platform", &answer.status.to_string());
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
