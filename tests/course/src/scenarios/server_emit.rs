//! Lesson 04: the server speaks to everyone.

use serde_json::json;

use super::{EVENT, delicate_texts, expect_same, group, message, messages};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For the message to everyone.
const EMIT: Hints = [
    "The server's own handle reaches all clients, including the sender. Pass the payload on unchanged.",
    "The extractor `SocketIo`, and `SocketIo::emit`: it borrows the payload and must be awaited.",
    "async fn on_message(io: SocketIo, Data(payload): Data<Value>) { ... io.emit(\"enviar-mensaje\", &payload).await ... }",
];

/// For many messages at once.
const BUFFER: Hints = [
    "An emit never waits. Packets that a client still has to read wait in a buffer, and packets that don't fit are lost: look at the emit's result. On one thread the order is kept.",
    "`SocketIo::builder`, `max_buffer_size`, `build_layer`; `#[tokio::main(flavor = \"current_thread\")]`.",
    "SocketIo::builder().max_buffer_size(4096).build_layer()",
];

/// For lost messages.
pub(super) const LOSS: Hints = [
    "A client that doesn't read fills its buffer, here with 6,000 messages at the latest, and then each emit fails for that client. The emit's result says so: log it, with the words \"the message did not reach everyone\".",
    "`if let Err(error)` around the emit, and `tracing::warn!`.",
    "if let Err(error) = io.emit(\"enviar-mensaje\", &payload).await { warn!(%error, \"the message did not reach everyone\"); }",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("server-emit").until("callbacks"),
        BothTransports,
        EMIT,
        [
            a_message_reaches_everyone_including_the_sender,
            a_message_arrives_unchanged,
            any_json_reaches_everyone,
            a_missing_payload_reaches_nobody,
        ]
    ),
    group!(
        from("server-emit").until("callbacks"),
        BothTransports,
        BUFFER,
        [a_burst_reaches_everyone_in_order,]
    ),
    group!(
        from("server-emit").until("callbacks"),
        BothTransports,
        LOSS,
        [a_burst_that_does_not_reach_everyone_is_logged,]
    ),
];

async fn a_message_reaches_everyone_including_the_sender(scene: &mut Scene) -> Result {
    scene.step("ana, beto and carla connect").await?;
    scene.connect(&["ana", "beto", "carla"]).await?;
    scene.step("ana sends a message").await?;
    scene.emit("ana", EVENT, &message("hola"))?;
    for who in ["ana", "beto", "carla"] {
        scene.hears(who, EVENT).await?;
    }
    Ok(())
}

async fn a_message_arrives_unchanged(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    for text in delicate_texts() {
        scene
            .step("ana sends a message that is easily damaged")
            .await?;
        scene.emit("ana", EVENT, &message(&text))?;
        for who in ["ana", "beto"] {
            let payload = scene.hears(who, EVENT).await?;
            expect_same("the payload", &message(&text), &payload)?;
        }
    }
    Ok(())
}

async fn any_json_reaches_everyone(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    for payload in [
        json!(null),
        json!(0.100_000_000_000_000_02),
        json!(-0.000_000_123_456_789_012_34),
        json!([1, [2, [3, []]]]),
        json!({ "z": 1, "a": { "ñ": [true, { "b": null }] } }),
    ] {
        scene.step(&format!("ana sends {payload}")).await?;
        scene.emit("ana", EVENT, &payload)?;
        for who in ["ana", "beto"] {
            scene.hears(who, EVENT).await?;
        }
    }
    Ok(())
}

async fn a_missing_payload_reaches_nobody(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("ana sends the event without a payload").await?;
    scene.send("ana", &format!("42[\"{EVENT}\"]"))?;
    scene.step("ana sends a message").await?;
    scene.emit("ana", EVENT, &message("sigo aquí"))?;
    for who in ["ana", "beto"] {
        scene.hears(who, EVENT).await?;
    }
    Ok(())
}

async fn a_burst_reaches_everyone_in_order(scene: &mut Scene) -> Result {
    let messages = messages();
    scene.step("ana, beto and carla connect").await?;
    scene.connect(&["ana", "beto", "carla"]).await?;
    scene.step("ana sends many messages at once").await?;
    scene.burst("ana", EVENT, &messages, false)?;
    for who in ["ana", "beto", "carla"] {
        scene.hears_burst(who, EVENT, &messages).await?;
    }
    Ok(())
}

async fn a_burst_that_does_not_reach_everyone_is_logged(scene: &mut Scene) -> Result {
    let messages = messages();
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    scene.step("so does beto, who never reads").await?;
    scene.connect_without_reading("beto").await?;
    // More than a buffer of 4096 packets can hold, but never more at once than ana can read.
    for _ in 0..3 {
        scene.step("ana sends many messages at once").await?;
        scene.burst("ana", EVENT, &messages, false)?;
        scene.hears_burst("ana", EVENT, &messages).await?;
    }
    scene.is_logged("the message did not reach everyone").await
}
