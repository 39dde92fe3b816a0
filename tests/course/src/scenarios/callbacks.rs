//! Lesson 05: the server answers the sender.

use anyhow::bail;
use serde_json::{Value, json};

use super::{BURST, EVENT, group, message, messages};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For the answer.
const ANSWER: Hints = [
    "Only the sender gets an answer: the `id` that it sent, the number 999 as `processID`, and the `date` in Unix milliseconds. If it didn't ask for an answer, nothing is sent.",
    "The extractor `AckSender`, and `AckSender::send`. `Duration::as_millis` returns a `u128`; turn it into a `u64` with `u64::try_from`.",
    "async fn on_message(ack: AckSender, ...) { ... ack.send(&json!({ \"id\": message.id, \"processID\": 999, \"date\": unix_millis() })) ... }",
];

/// For payloads that aren't messages.
const MISFIT: Hints = [
    "With `Data`, the handler doesn't run if the payload doesn't fit, and the sender waits forever. The handler itself must get the error, and answer with it.",
    "The extractor `TryData<Message>`, with a struct `Message` that derives `Deserialize`.",
    "TryData(payload): TryData<Message> ... match payload { Ok(message) => ..., Err(error) => /* answer {\"error\": error.to_string()} */ }",
];

/// For the log.
const LOG: Hints = [
    "Log each message, as before. Log a payload that doesn't fit, too, with the words \"the payload does not fit\": otherwise nobody would know about it.",
    "`tracing::info!` with the fields of the message, `tracing::warn!` with the error.",
    "info!(message.text, message.id, message.date, \"enviar-mensaje\"); ... Err(error) => { warn!(%error, \"enviar-mensaje: the payload does not fit\"); ... }",
];

/// For many messages at once.
const BUFFER: Hints = [
    "Answers wait in the same buffer as emits, and are lost in the same way when it's full.",
    "`SocketIo::builder`, `max_buffer_size`.",
    "SocketIo::builder().max_buffer_size(4096).build_layer()",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("callbacks").until("broadcast"),
        BothTransports,
        ANSWER,
        [
            only_the_sender_gets_the_answer,
            a_message_without_a_callback_is_not_answered,
            each_question_gets_its_own_answer,
        ]
    ),
    group!(
        from("callbacks").until("chat"),
        BothTransports,
        MISFIT,
        [
            a_payload_that_does_not_fit_is_answered_with_an_error,
            a_payload_that_does_not_fit_reaches_nobody,
        ]
    ),
    group!(
        from("callbacks").until("chat"),
        BothTransports,
        LOG,
        [a_payload_that_does_not_fit_is_logged,]
    ),
    // From lesson 11 on the log holds no messages, since they're private.
    group!(
        from("callbacks").until("observe").until("chat"),
        BothTransports,
        LOG,
        [a_message_that_is_answered_is_logged,]
    ),
    group!(
        from("callbacks").until("broadcast"),
        BothTransports,
        BUFFER,
        [a_burst_of_questions_is_answered_in_order,]
    ),
];

async fn only_the_sender_gets_the_answer(scene: &mut Scene) -> Result {
    scene.step("ana, beto and carla connect").await?;
    scene.connect(&["ana", "beto", "carla"]).await?;
    scene
        .step("ana sends a message and asks for an answer")
        .await?;
    scene.ask("ana", EVENT, &message("hola"))?;
    let answer = scene.hears_answer("ana").await?;
    expect_answer(&answer)
}

async fn a_message_without_a_callback_is_not_answered(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene
        .step("ana sends a message without asking for an answer")
        .await?;
    scene.emit("ana", EVENT, &message("sin respuesta"))?;
    scene
        .step("ana sends another and asks for an answer")
        .await?;
    scene.ask("ana", EVENT, &message("con respuesta"))?;
    scene.hears_answer("ana").await?;
    Ok(())
}

async fn each_question_gets_its_own_answer(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    for (who, id) in [("ana", "a-1"), ("beto", "b-1"), ("ana", "a-2")] {
        scene
            .step(&format!("{who} asks for an answer to the message {id}"))
            .await?;
        let payload = json!({ "mensaje": "hola", "id": id, "fecha": 1_700_000_000_000_u64 });
        scene.ask(who, EVENT, &payload)?;
        scene.hears_answer(who).await?;
    }
    Ok(())
}

async fn a_payload_that_does_not_fit_is_answered_with_an_error(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene
        .step("ana asks for an answer without a payload")
        .await?;
    let id = scene.ack_id("ana")?;
    scene.send("ana", &format!("42{id}[\"{EVENT}\"]"))?;
    scene.hears_answer("ana").await?;
    for payload in misfits() {
        scene
            .step(&format!("ana asks for an answer to {payload}"))
            .await?;
        scene.ask("ana", EVENT, &payload)?;
        scene.hears_answer("ana").await?;
    }
    Ok(())
}

async fn a_payload_that_does_not_fit_reaches_nobody(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("ana sends payloads that don't fit").await?;
    scene.send("ana", &format!("42[\"{EVENT}\"]"))?;
    for payload in misfits() {
        scene.emit("ana", EVENT, &payload)?;
    }
    Ok(())
}

async fn a_payload_that_does_not_fit_is_logged(scene: &mut Scene) -> Result {
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    scene.step("ana asks for an answer to a number").await?;
    scene.ask("ana", EVENT, &json!(7))?;
    scene.hears_answer("ana").await?;
    scene.is_logged("the payload does not fit").await
}

async fn a_message_that_is_answered_is_logged(scene: &mut Scene) -> Result {
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    scene
        .step("ana sends a message and asks for an answer")
        .await?;
    scene.ask("ana", EVENT, &message("hola, mañana"))?;
    scene.hears_answer("ana").await?;
    scene.is_logged("hola, mañana").await
}

async fn a_burst_of_questions_is_answered_in_order(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene
        .step("ana sends many messages at once and asks for answers")
        .await?;
    scene.burst("ana", EVENT, &messages(), true)?;
    scene.hears_answers("ana", BURST).await
}

/// Payloads that aren't messages.
fn misfits() -> [Value; 6] {
    [
        json!(null),
        json!(7),
        json!("hola"),
        json!({}),
        json!({ "mensaje": 7, "id": "123", "fecha": 1_700_000_000_000_u64 }),
        json!({ "mensaje": "hola", "id": "123", "fecha": "ayer" }),
    ]
}

/// Fails unless the answer's date is in milliseconds and plausible. The transcript leaves the date out.
fn expect_answer(answer: &Value) -> Result {
    let date = answer["date"].as_u64().unwrap_or_default();
    if (1_000_000_000_000..10_000_000_000_000).contains(&date) {
        return Ok(());
    }
    bail!("the answer's date should be in Unix milliseconds, but the answer is {answer}")
}
