//! Lesson 08: limits for one client: how much it may send, and how much it can make the server keep.

use anyhow::ensure;
use serde_json::json;

use super::{EVENT, group, message};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For the parts of a message that its answer repeats.
const REPEAT: Hints = [
    "An answer waits in memory until the client fetches it, so limit everything in it whose length the client chooses: the message's id, and an error that quotes the payload.",
    "`String::len` for the id; `chars().take(200)` for the error.",
    "Ok(message) if message.id.len() > 64 => answer(ack, &json!({ \"error\": \"the id is longer than 64 bytes\" })), and let error: String = error.to_string().chars().take(200).collect();",
];

/// For long names of namespaces.
const NAMES: Hints = [
    "The refusal of a namespace repeats its name. No handler runs, so you have to look at the request's body before Socket.IO gets it.",
    "A middleware around the Socket.IO layer that reads the body with `axum::body::to_bytes`; `\\x1e` separates the packets, and a packet that asks for a namespace begins with `40/`.",
    "If a name has more than 64 bytes, answer `StatusCode::BAD_REQUEST`, and give Socket.IO the body \"1\", which ends the session.",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("limits"),
        BothTransports,
        REPEAT,
        [an_id_that_is_too_long_is_refused, an_error_stays_short,]
    ),
    group!(
        from("limits"),
        LongPolling,
        NAMES,
        [a_namespace_with_a_long_name_closes_only_its_connection,]
    ),
];

async fn an_id_that_is_too_long_is_refused(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    for length in [64, 65] {
        scene
            .step(&format!("ana sends a message with an id of {length} bytes"))
            .await?;
        let mut message = message("hola");
        message["id"] = json!("x".repeat(length));
        scene.ask("ana", EVENT, &message)?;
        scene.hears_answer("ana").await?;
    }
    Ok(())
}

async fn an_error_stays_short(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene
        .step("ana sends 1,000 characters instead of a message")
        .await?;
    scene.ask("ana", EVENT, &json!("x".repeat(1_000)))?;
    let length = scene.hears_answer("ana").await?.to_string().len();
    ensure!(
        length < 500,
        "the answer should have fewer than 500 bytes, but has {length}"
    );
    Ok(())
}

async fn a_namespace_with_a_long_name_closes_only_its_connection(scene: &mut Scene) -> Result {
    scene.step("ana, beto and carla connect").await?;
    scene.connect(&["ana", "beto", "carla"]).await?;
    scene
        .step("ana asks for a namespace with a name of 100 bytes")
        .await?;
    scene.send("ana", &format!("40/{},", "x".repeat(100)))?;
    scene.is_closed("ana").await?;
    scene.step("beto sends a message").await?;
    scene.emit("beto", EVENT, &message("seguimos"))?;
    scene.hears("carla", EVENT).await?;
    Ok(())
}
