//! Exercises of lesson 13.

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::{EVENT, message, scenario},
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[Exercise {
    name: "farewell",
    task: "Warn people before the server closes. `POST /cerrar` is answered with 204, and everyone gets the event \
           `aviso` with the string `el servidor se cierra`. From then on, `GET /readyz` answers 503, and \
           `enviar-mensaje` reaches nobody: a sender that asks for an answer gets `{\"error\": \"...\"}` with a \
           reason. Before that, `/readyz` answers 200, and a message reaches the others.",
    scenario: scenario!(
        from("drain"),
        BothTransports,
        [
            "The lesson's `Ending` already says how far the shutdown has come, and the handlers and `/readyz` look \
             at it. The new route changes it, and then tells everyone.",
            "`Ending::draining` and `Ending::begin`, then `SocketIo::emit`. `axum::routing::post` makes the route, \
             and its `with_state` passes the `Ending` and a clone of the `SocketIo` to the handler.",
            r#"pub async fn close(State((ending, io)): State<(Arc<Ending>, SocketIo)>) -> StatusCode {
    ending.draining.store(true, Relaxed);
    ending.begin();
    if let Err(error) = io.emit("aviso", "el servidor se cierra").await { ... }
    StatusCode::NO_CONTENT
}"#,
        ],
        exercise_farewell
    ),
}];

async fn exercise_farewell(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("ana sends a message").await?;
    scene.emit("ana", EVENT, &message("hola"))?;
    scene.hears("beto", EVENT).await?;
    probe(scene).await?;
    scene.step("somebody closes the server").await?;
    let path = "/cerrar";
    let shown = format!("POST {path}");
    let answer = scene.request("operator", &shown, "POST", path, &[]).await?;
    scene.received("operator", &answer.status.to_string());
    for who in ["ana", "beto"] {
        scene.hears(who, "aviso").await?;
    }
    probe(scene).await?;
    scene.step("beto sends a message too late").await?;
    scene.ask("beto", EVENT, &message("adiós"))?;
    scene.hears_answer("beto").await?;
    Ok(())
}

/// The platform's question, once everything before it has happened.
async fn probe(scene: &mut Scene) -> Result {
    scene.step("the platform asks").await?;
    let answer = scene.get("platform", "/readyz").await?;
    scene.received("platform", &answer.status.to_string());
    Ok(())
}
