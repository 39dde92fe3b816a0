//! Lesson 06: the server tells the others.

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
    "The sender gets its answer, everybody else the message: whether an answer was asked for makes no difference to them.",
    "The extractor `SocketRef`, `SocketRef::broadcast`, and its `emit`, which must be awaited. `Message` must derive `Serialize`.",
    "socket.broadcast().emit(\"enviar-mensaje\", &message).await",
];

/// For many messages at once.
const BUFFER: Hints = [
    "An emit never waits: what does not fit into the buffer of a client is lost. Order is kept on one thread.",
    "`max_buffer_size`; `#[tokio::main(flavor = \"current_thread\")]`.",
    "SocketIo::builder().max_buffer_size(4096).build_layer()",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("broadcast"),
        BothTransports,
        BROADCAST,
        [
            broadcast_reaches_everyone_but_the_sender,
            a_message_without_a_callback_reaches_the_others_too,
            the_others_hear_it_as_it_was_sent,
            alone_the_sender_hears_only_the_answer,
            who_left_hears_nothing_who_stays_does,
        ]
    ),
    group!(
        from("broadcast"),
        LongPolling,
        [
            "The others hear what was sent, and no more of its sender: least of all the id of its session.",
            "`SocketRef::id` is the session id, and over long-polling it is all that says who sends.",
            "socket.broadcast().emit(\"enviar-mensaje\", &message).await",
        ],
        [nobody_can_speak_for_another,]
    ),
    group!(
        from("broadcast"),
        BothTransports,
        BUFFER,
        [a_burst_reaches_the_others_in_order,]
    ),
    // From lesson 08 on nobody may send so much.
    group!(
        from("broadcast").until("limits"),
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
        .step("ana sends a message and asks for nothing")
        .await?;
    scene.emit("ana", EVENT, &message("sin respuesta"))?;
    scene.hears("beto", EVENT).await?;
    Ok(())
}

async fn the_others_hear_it_as_it_was_sent(scene: &mut Scene) -> Result {
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

async fn alone_the_sender_hears_only_the_answer(scene: &mut Scene) -> Result {
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    scene
        .step("ana sends a message and asks for an answer")
        .await?;
    scene.ask("ana", EVENT, &message("¿hay alguien?"))?;
    scene.hears_answer("ana").await?;
    scene
        .step("beto connects, and hears nothing of what was said before")
        .await?;
    scene.connect(&["beto"]).await?;
    scene.step("beto sends a message").await?;
    scene.emit("beto", EVENT, &message("yo"))?;
    scene.hears("ana", EVENT).await?;
    Ok(())
}

async fn who_left_hears_nothing_who_stays_does(scene: &mut Scene) -> Result {
    scene.step("ana, beto and carla connect").await?;
    scene.connect(&["ana", "beto", "carla"]).await?;
    scene.step("beto leaves, carla's network fails").await?;
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

async fn nobody_can_speak_for_another(scene: &mut Scene) -> Result {
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
        .step("beto sends under every session id of another that he was shown")
        .await?;
    let forged = format!("42{}", json!([EVENT, message("soy ana")]));
    if let [owner, ..] = scene.send_as_others("beto", &forged).await?.as_slice() {
        let heard = scene.hears("carla", EVENT).await?;
        bail!(
            "beto was shown the session id of {owner} and sends under it: carla hears {}",
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
    // More than a buffer for 4096 packets takes, but never more at once than beto can read.
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
