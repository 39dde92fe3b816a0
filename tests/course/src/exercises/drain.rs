//! Exercises of lesson 13.

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::{EVENT, message, scenario},
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[Exercise {
    name: "farewell",
    task: "Tell people before the server closes. `POST /cerrar` is answered with 204, and everyone hears the event \
               `aviso` with the text `el servidor se cierra`. From then on `GET /readyz` says 503, and \
               `enviar-mensaje` reaches nobody: a sender that asks for an answer gets `{\"error\": \"...\"}` with a \
               reason. Before that, `/readyz` says 200 and a message reaches the others.",
    scenario: scenario!(
        from("drain"),
        BothTransports,
        [
            "One value says whether the server is closing. The route changes it, and a handler and another route look \
                 at it.",
            "An `Arc<AtomicBool>`, or the lesson's `Ending`: `with_state` of the Socket.IO builder gives it to the \
                 handlers, a closure or `axum::extract::State` to the routes. `axum::routing::post`, `SocketIo::emit`.",
            ".route(\"/cerrar\", post(async move || { ending.begin(); io.emit(\"aviso\", NOTICE).await.ok(); \
                 StatusCode::NO_CONTENT }))",
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

/// What the platform asks once all before has happened.
async fn probe(scene: &mut Scene) -> Result {
    scene.step("the platform asks").await?;
    let answer = scene.get("platform", "/readyz").await?;
    scene.received("platform", &answer.status.to_string());
    Ok(())
}
