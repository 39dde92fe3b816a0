//! Exercises of lesson 08.

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::{EVENT, message, scenario},
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[Exercise {
    name: "max_length",
    task: "A server stores bytes, but people count characters. Allow at most 280 characters in `mensaje`: answer a \
           longer one with `{\"error\": \"...\"}`, and send it to nobody. Count characters, not bytes: 280 times `ñ` \
           is allowed, although each `ñ` takes two bytes.",
    scenario: scenario!(
        from("limits"),
        BothTransports,
        [
            "The check is like the one for the length of the id, but `len` counts bytes.",
            "`str::chars` goes through the characters of a string, and its `count` says how many there are. Make \
             that the condition of an arm of the `match`.",
            r#"Ok(message) if message.text.chars().count() > MAX_TEXT => {
    let error = format!("the message is longer than {MAX_TEXT} characters");
    return answer(ack, &json!({ "error": error }));
}"#,
        ],
        exercise_max_length
    ),
}];

async fn exercise_max_length(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene
        .step("ana sends a text of 280 characters, which take 560 bytes")
        .await?;
    scene.ask("ana", EVENT, &message(&"ñ".repeat(280)))?;
    scene.hears_answer("ana").await?;
    scene.hears("beto", EVENT).await?;
    scene.step("ana sends one of 281 characters").await?;
    scene.ask("ana", EVENT, &message(&"ñ".repeat(281)))?;
    scene.hears_answer("ana").await?;
    scene
        .step("ana sends one of 281 that take a byte each")
        .await?;
    scene.ask("ana", EVENT, &message(&"n".repeat(281)))?;
    scene.hears_answer("ana").await?;
    scene.step("ana sends a short one").await?;
    scene.ask("ana", EVENT, &message("hola"))?;
    scene.hears_answer("ana").await?;
    scene.hears("beto", EVENT).await?;
    Ok(())
}
