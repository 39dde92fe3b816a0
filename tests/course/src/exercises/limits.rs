//! Exercises of lesson 08.

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::{EVENT, message, scenario},
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[Exercise {
    name: "max_length",
    task: "Bytes are what a server has to keep, but people count characters. Allow at most 280 of them in `mensaje`: \
           a longer text is answered with `{\"error\": ...}` and reaches nobody. Count characters, not bytes: 280 times \
           `ñ` is allowed, although each of them has two bytes.",
    scenario: scenario!(
        from("limits"),
        BothTransports,
        [
            "It's the same question as the one about the length of the id, but `len` counts bytes.",
            "`str::chars` and `Iterator::count`, as the condition of an arm of the `match`.",
            "Ok(message) if message.text.chars().count() > MAX_TEXT => answer(ack, &json!({ \"error\": \"the text is \
             longer than 280 characters\" })),",
        ],
        exercise_max_length
    ),
}];

async fn exercise_max_length(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene
        .step("ana sends a text of 280 characters, which have 560 bytes")
        .await?;
    scene.ask("ana", EVENT, &message(&"ñ".repeat(280)))?;
    scene.hears_answer("ana").await?;
    scene.hears("beto", EVENT).await?;
    scene.step("ana sends one of 281 characters").await?;
    scene.ask("ana", EVENT, &message(&"ñ".repeat(281)))?;
    scene.hears_answer("ana").await?;
    scene
        .step("ana sends one of 281 that have a byte each")
        .await?;
    scene.ask("ana", EVENT, &message(&"n".repeat(281)))?;
    scene.hears_answer("ana").await?;
    scene.step("ana sends a short one").await?;
    scene.ask("ana", EVENT, &message("hola"))?;
    scene.hears_answer("ana").await?;
    scene.hears("beto", EVENT).await?;
    Ok(())
}
