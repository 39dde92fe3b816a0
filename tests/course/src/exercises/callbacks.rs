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
        task: "Answer `enviar-mensaje` with the number 12345 instead of an object.",
        scenario: scenario!(
            from("callbacks"),
            BothTransports,
            [
                "An acknowledgement can be any JSON: a number as well as an object.",
                "The lesson's `answer` takes a `Value`, and `json!` makes one from a number, too. What nothing uses \
                 any more can go.",
                "answer(ack, &json!(12345));",
            ],
            exercise_bare_number
        ),
    },
    Exercise {
        name: "server_asks",
        task: "Ask back before you answer. When a client sends `enviar-mensaje`, the server sends it `confirmar` \
               with the same payload, and asks for an answer. Whatever the client answers, the server then returns \
               as its own answer to `enviar-mensaje`. If the client doesn't answer within five seconds, it gets \
               `{\"error\": \"...\"}`.",
        scenario: scenario!(
            from("callbacks"),
            BothTransports,
            [
                "Acknowledgements work both ways: a server can ask a client. The client may never answer, so after \
                 some time the wait ends with an error.",
                "`SocketRef::emit_with_ack` returns a `Result`: whether the question could be sent. Inside is a \
                 future. Await it, and you get a second `Result`: the answer, or an error after five seconds. To \
                 send a `Message`, derive `Serialize` for it.",
                r#"async fn confirm(socket: &SocketRef, message: &Message) -> Result<Value> {
    let question = socket.emit_with_ack("confirmar", message)?;
    Ok(question.await?)
}"#,
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
        .step("ana sends another, and doesn't answer the question")
        .await?;
    scene.ask("ana", EVENT, &message("¿y ahora?"))?;
    scene.hears_question("ana", "confirmar").await?;
    scene.hears_late_answer("ana", WAITING).await?;
    Ok(())
}
