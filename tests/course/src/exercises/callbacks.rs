//! Exercises of lesson 05.

use std::time::Duration;

use serde_json::json;

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::{EVENT, message, scenario},
    scene::{Result, Scene},
};

/// How long the server waits for the client's answer in `server_asks`: as long as it does if not told otherwise.
const WAITING: Duration = Duration::from_secs(5);

pub(super) const EXERCISES: &[Exercise] = &[
    Exercise {
        name: "bare_number",
        task: "Answer every `enviar-mensaje` with the bare number 12345 instead of an object.",
        scenario: scenario!(
            from("callbacks"),
            BothTransports,
            [
                "An acknowledgement may carry any JSa number as well as an object.",
                "`AckSender::send` takes a reference to whatever can be serialised.",
                "ack.send(&12345)",
            ],
            exercise_bare_number
        ),
    },
    Exercise {
        name: "server_asks",
        task: "Ask back before you answer. On `enviar-mensaje` the server asks the sender: it emits `confirmar` with the \
           payload that came, and with an acknowledgement. What the client answers is the server's own answer to \
           `enviar-mensaje`, unchanged. Who does not answer within five seconds gets `{\"error\": \"...\"}`.",
        scenario: scenario!(
            from("callbacks"),
            BothTransports,
            [
                "Acknowledgements work both ways. A client may never answer, so the wait ends without it, with an error.",
                "`SocketRef::emit_with_ack` gives two results, one for the sending and one, awaited, for the answer. It waits for five seconds, or as `SocketRef::timeout` says.",
                "let answer = socket.emit_with_ack::<_, Value>(\"confirmar\", &payload)?.await?;",
            ],
            exercise_server_asks
        ),
    },
];

async fn exercise_bare_number(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene
        .step("ana sends a message and asks for an answer")
        .await?;
    scene.ask("ana", EVENT, &message("hola"))?;
    scene.hears_answer("ana").await?;
    Ok(())
}

async fn exercise_server_asks(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    for answer in [json!(true), json!({ "confirmado": "no", "porque": 7 })] {
        scene
            .step("ana sends a message, and the server asks back")
            .await?;
        scene.ask("ana", EVENT, &message("¿seguro?"))?;
        let (id, _) = scene.hears_question("ana", "confirmar").await?;
        scene.answer("ana", id, &answer)?;
        scene.hears_answer("ana").await?;
    }
    scene
        .step("ana sends another, and leaves the question open")
        .await?;
    scene.ask("ana", EVENT, &message("¿y ahora?"))?;
    scene.hears_question("ana", "confirmar").await?;
    scene.hears_late_answer("ana", WAITING).await?;
    Ok(())
}
