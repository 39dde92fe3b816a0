//! Exercises of lesson 05.

use super::Exercise;
use crate::{
    scenarios::{EVENT, message, scenario},
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[Exercise {
    name: "bare_number",
    task: "Answer every `enviar-mensaje` with the bare number 12345 instead of an object.",
    scenario: scenario!(
        exercise_bare_number,
        5..=5,
        BothTransports,
        [
            "An acknowledgement may carry any JSON, a number as well as an object.",
            "`AckSender::send` takes a reference to whatever can be serialised.",
            "ack.send(&12345)",
        ]
    ),
}];

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
