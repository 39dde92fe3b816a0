//! Exercises of lesson 04.

use serde_json::json;

use super::Exercise;
use crate::{
    scenarios::scenario,
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[Exercise {
    name: "respuesta",
    task: "Answer the sender alone, with an event of its own: who sends `mensaje` with a text hears `respuesta` \
           with the text \"Hola, recibí tu mensaje: \" and what it sent. Nobody else hears anything.",
    scenario: scenario!(
        exercise_respuesta,
        4..=4,
        BothTransports,
        [
            "A handler can speak to the one socket whose event it handles.",
            "The extractor `SocketRef`, and `SocketRef::emit`: it is not awaited.",
            "socket.on(\"mensaje\", on_text); async fn on_text(socket: SocketRef, Data(text): Data<String>) { socket.emit(\"respuesta\", &format!(...)) }",
        ]
    ),
}];

async fn exercise_respuesta(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("ana sends a text").await?;
    scene.emit("ana", "mensaje", &json!("¿qué tal?"))?;
    scene.hears("ana", "respuesta").await?;
    scene.step("beto sends a text").await?;
    scene.emit("beto", "mensaje", &json!("bien"))?;
    scene.hears("beto", "respuesta").await?;
    Ok(())
}
