//! Lesson 06: the server passes messages on to the others.

use anyhow::bail;
use serde_json::json;

use super::{
    BURST, EVENT, delicate_texts, expect_same, group, message, messages, server_emit::LOSS,
};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For the message to the others.
const BROADCAST: Hints = [
    "The sender gets its answer, and everyone else gets the message, whether or not the sender asked for an answer.",
    "The extractor `SocketRef`, `SocketRef::broadcast`, and its `emit`, which must be awaited. `Message` must derive `Serialize`.",
    "socket.broadcast().emit(\"enviar-mensaje\", &message).await",
];

/// For many messages at once.
const BUFFER: Hints = [
    "An emit never waits: a packet that doesn't fit into a client's buffer is lost. On one thread the order is kept.",
    "`max_buffer_size`; `#[tokio::main(flavor = \"current_thread\")]`.",
    "SocketIo::builder().max_buffer_size(4096).build_layer()",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("broadcast").until("chat"),
        BothTransports,
        BROADCAST,
        [
            broadcast_reaches_everyone_but_the_sender,
            a_message_without_a_callback_reaches_the_others_too,
            a_message_reaches_the_others_unchanged,
            a_lone_sender_gets_only_the_answer,
            only_clients_that_stay_get_the_message,
        ]
    ),
    group!(
        from("broadcast").until("chat"),
        LongPolling,
        [
            "The others get the message as it was sent, and nothing else about its sender, least of all the id of its session.",
            "`SocketRef::id` is the session id, and over long-polling it's the only thing that says who sends.",
            "socket.broadcast().emit(\"enviar-mensaje\", &message).await",
        ],
        [nobody_can_impersonate_another_client,]
    ),
    group!(
        from("broadcast").until("chat"),
        BothTransports,
        BUFFER,
        [a_burst_reaches_the_others_in_order,]
    ),
    // From lesson 08 on no client may send that much.
    group!(
        from("broadcast").until("limits").until("chat"),
        BothTransports,
        LOSS,
        [a_burst_that_does_not_reach_the_others_is_logged,]
    ),
];

async fn broadcast_reaches_everyone_but_the_sender(scene: &mut Scene) -> Result {
    scene.step("ana, beto and carla connect").await?;
    scene.connect(&["ana", "beto", "carla"]).await?;
    scene
        .step("ana sends a message and asks for an answer")
        .await?;
    scene.ask("ana", EVENT, &message("hola"))?;
    scene.hears_answer("ana").await?;
    for who in ["beto", "carla"] {
        scene.hears(who, EVENT).await?;
    }
    Ok(())
}

async fn a_message_without_a_callback_reaches_the_others_too(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene
        .step("ana sends a message without asking for an answer")
        .await?;
    scene.emit("ana", EVENT, &message("sin respuesta"))?;
    scene.hears("beto", EVENT).await?;
    Ok(())
}

async fn a_message_reaches_the_others_unchanged(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    for text in delicate_texts() {
        scene
            .step("ana sends a message that is easily damaged")
            .await?;
        scene.emit("ana", EVENT, &message(&text))?;
        let payload = scene.hears("beto", EVENT).await?;
        expect_same("the payload", &message(&text), &payload)?;
    }
    Ok(())
}

async fn a_lone_sender_gets_only_the_answer(scene: &mut Scene) -> Result {
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    scene
        .step("ana sends a message and asks for an answer")
        .await?;
    scene.ask("ana", EVENT, &message("¿hay alguien?"))?;
    scene.hears_answer("ana").await?;
    scene
        .step("beto connects, and hears none of the earlier messages")
        .await?;
    scene.connect(&["beto"]).await?;
    scene.step("beto sends a message").await?;
    scene.emit("beto", EVENT, &message("yo"))?;
    scene.hears("ana", EVENT).await?;
    Ok(())
}

async fn only_clients_that_stay_get_the_message(scene: &mut Scene) -> Result {
    scene.step("ana, beto and carla connect").await?;
    scene.connect(&["ana", "beto", "carla"]).await?;
    scene.step("beto leaves, and carla's network fails").await?;
    scene.leave("beto").await?;
    scene.vanish("carla")?;
    scene
        .step("ana sends a message and asks for an answer")
        .await?;
    scene.ask("ana", EVENT, &message("¿quién queda?"))?;
    scene.hears_answer("ana").await?;
    scene.step("beto comes back and sends a message").await?;
    scene.connect(&["beto"]).await?;
    scene.emit("beto", EVENT, &message("yo, otra vez"))?;
    scene.hears("ana", EVENT).await?;
    Ok(())
}

async fn nobody_can_impersonate_another_client(scene: &mut Scene) -> Result {
    scene.step("ana, beto and carla connect").await?;
    scene.connect(&["ana", "beto", "carla"]).await?;
    scene
        .step("ana sends a message and asks for an answer")
        .await?;
    scene.ask("ana", EVENT, &message("hola"))?;
    scene.hears_answer("ana").await?;
    for who in ["beto", "carla"] {
        scene.hears(who, EVENT).await?;
    }
    scene
        .step("beto sends a message under each session id that he has seen")
        .await?;
    let forged = format!("42{}", json!([EVENT, message("soy ana")]));
    if let [owner, ..] = scene.send_as_others("beto", &forged).await?.as_slice() {
        let heard = scene.hears("carla", EVENT).await?;
        bail!(
            "beto saw {owner}'s session id and sent a message under it: carla heard {}",
            heard["mensaje"]
        );
    }
    Ok(())
}

async fn a_burst_reaches_the_others_in_order(scene: &mut Scene) -> Result {
    let messages = messages();
    scene.step("ana, beto and carla connect").await?;
    scene.connect(&["ana", "beto", "carla"]).await?;
    scene
        .step("ana sends many messages at once and asks for answers")
        .await?;
    scene.burst("ana", EVENT, &messages, true)?;
    scene.hears_answers("ana", BURST).await?;
    for who in ["beto", "carla"] {
        scene.hears_burst(who, EVENT, &messages).await?;
    }
    Ok(())
}

async fn a_burst_that_does_not_reach_the_others_is_logged(scene: &mut Scene) -> Result {
    let messages = messages();
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("so does carla, who never reads").await?;
    scene.connect_without_reading("carla").await?;
    // More than a buffer of 4096 packets can hold, but never more at once than beto can read.
    for _ in 0..3 {
        scene
            .step("ana sends many messages at once and asks for answers")
            .await?;
        scene.burst("ana", EVENT, &messages, true)?;
        scene.hears_answers("ana", BURST).await?;
        scene.hears_burst("beto", EVENT, &messages).await?;
    }
    scene.is_logged("the message did not reach everyone").await
}
