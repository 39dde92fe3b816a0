//! Exercises of lesson 22.

use serde_json::{Value, json};

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::{EVENT, message, messages, scenario},
    scene::{Result, Scene},
};

/// The event that asks for the last messages.
const LAST: &str = "ultimos";

pub(super) const EXERCISES: &[Exercise] = &[
    Exercise {
        name: "numero",
        task: "Number the messages. Everyone else gets `enviar-mensaje` with one more field, `numero`, which is 1 for the \
               first message since the start, and one more for each message after it, whoever sends it. The \
               acknowledgement has the same `numero`. A payload that doesn't fit gets no number, and a `numero` that \
               a client sends is ignored.",
        scenario: scenario!(
            from("threads"),
            BothTransports,
            [
                "One task handles all messages, so it can count in an ordinary variable. Nobody else ever sees it, so \
                 it needs no lock.",
                "A `let mut` before the loop of `take_turns`, passed to `on_message` as `&mut u64`. For the field, serde \
                 has `skip_deserializing`: it's 0 at first, whatever the client sends.",
                r#"#[serde(rename = "numero", skip_deserializing)]
number: u64,

// In on_message, with last: &mut u64, once the payload fits:
*last += 1;
message.number = *last;"#,
            ],
            exercise_numero
        ),
    },
    Exercise {
        name: "ultimos",
        task: "Remember the last three messages. A client emits `ultimos`, without a payload, and the acknowledgement is \
               an array of them, the oldest first: at the beginning it's empty. If a client sends messages and \
               `ultimos` right behind them, the array already has them.",
        scenario: scenario!(
            from("threads"),
            BothTransports,
            [
                "The request has to wait for its turn, too, behind the messages. So two kinds of things are in the \
                 queue, and the task remembers the messages.",
                "An enum with two variants in place of the tuple, and a `match` in `take_turns`. `queue.clone()` for the \
                 second closure. `on_message` returns the message if there is one, as an `Option`. A `Vec` has `push` \
                 and `remove(0)`.",
                r"pub enum Turn {
    Message(SocketRef, AckSender, TryData<Message>),
    Last(AckSender),
}

// In take_turns:
while let Some(turn) = messages.recv().await {
    match turn {
        Turn::Message(socket, ack, payload) => { ... }
        Turn::Last(ack) => answer(ack, &json!(last)),
    }
}",
            ],
            exercise_ultimos
        ),
    },
];

async fn exercise_numero(scene: &mut Scene) -> Result {
    scene.step("ana, beto and carla connect").await?;
    scene.connect(&["ana", "beto", "carla"]).await?;
    for (who, others) in [("ana", ["beto", "carla"]), ("beto", ["ana", "carla"])] {
        scene
            .step(&format!("{who} sends a message and asks for an answer"))
            .await?;
        scene.ask(who, EVENT, &message("hola"))?;
        scene.hears_answer(who).await?;
        for other in others {
            scene.hears(other, EVENT).await?;
        }
    }
    scene.step("ana asks for an answer to a number").await?;
    scene.ask("ana", EVENT, &json!(7))?;
    scene.hears_answer("ana").await?;
    scene
        .step("carla sends a message with a number of her own")
        .await?;
    let mut payload = message("adiós");
    payload["numero"] = json!(99);
    scene.ask("carla", EVENT, &payload)?;
    scene.hears_answer("carla").await?;
    for other in ["ana", "beto"] {
        scene.hears(other, EVENT).await?;
    }
    Ok(())
}

async fn exercise_ultimos(scene: &mut Scene) -> Result {
    let messages = messages();
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("ana asks for the last messages").await?;
    scene.ask("ana", LAST, &Value::Null)?;
    scene.hears_answer("ana").await?;
    scene
        .step("ana sends a message, one that doesn't fit, and asks again")
        .await?;
    scene.emit("ana", EVENT, &message("hola"))?;
    scene.emit("ana", EVENT, &json!(7))?;
    scene.ask("ana", LAST, &Value::Null)?;
    scene.hears_answer("ana").await?;
    scene.hears("beto", EVENT).await?;
    scene
        .step("ana sends many messages at once, and asks again")
        .await?;
    scene.burst("ana", EVENT, &messages, false)?;
    scene.ask("ana", LAST, &Value::Null)?;
    scene.hears_answer("ana").await?;
    scene.hears_burst("beto", EVENT, &messages).await
}
