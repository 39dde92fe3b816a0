//! Exercises of lesson 14.

use serde_json::json;

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::scenario,
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[
    Exercise {
        name: "escribiendo",
        task: "Show who is typing. When a client that has entered sends `escribiendo`, with any payload, the others get \
               `escribiendo` with `{ nombre }`. A client without a name is ignored.",
        scenario: scenario!(
            from("chat"),
            BothTransports,
            [
                "It's a message that carries nothing but the name of its sender. Nobody asks for an answer.",
                "A handler with `SocketRef` and `MaybeExtension<Name>`, and `SocketRef::broadcast`.",
                "let Some(Name(name)) = name else { return };\nsocket.broadcast().emit(\"escribiendo\", &json!({ \
                 \"nombre\": name })).await",
            ],
            exercise_escribiendo
        ),
    },
    Exercise {
        name: "cambiar_nombre",
        task: "Let a client change its name. It sends `cambiar-nombre` with `{ nombre }`, and gets `{ \"ok\": true }`, or \
               an error for the same reasons as when it entered. The others get `cambiar-nombre` with `{ antes, nombre }`, \
               and then everyone gets the new list.",
        scenario: scenario!(
            from("chat"),
            BothTransports,
            [
                "Two of the three checks of a name are the same for a new one. The socket keeps one value of a type, so a \
                 new name replaces the old one.",
                "`MaybeExtension<Name>` is the name so far. `socket.extensions.insert`, then the answer, \
                 `SocketRef::broadcast` and `SocketIo::emit`.",
                "socket.extensions.insert(Name(name.to_owned()));\nanswer(ack, &json!({ \"ok\": true }));\nlet change = \
                 json!({ \"antes\": before, \"nombre\": name });",
            ],
            exercise_cambiar_nombre
        ),
    },
];

/// ana and beto connect, and enter in this order.
async fn both_enter(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect and enter").await?;
    scene.connect(&["ana", "beto"]).await?;
    for (who, other) in [("ana", "beto"), ("beto", "ana")] {
        scene.ask(who, "entrar", &json!({ "nombre": who }))?;
        scene.hears_answer(who).await?;
        scene.hears(who, "personas").await?;
        scene.hears(other, "aviso").await?;
        scene.hears(other, "personas").await?;
    }
    Ok(())
}

async fn exercise_escribiendo(scene: &mut Scene) -> Result {
    both_enter(scene).await?;
    scene.step("ana is typing").await?;
    scene.emit("ana", "escribiendo", &json!({}))?;
    scene.hears("beto", "escribiendo").await?;
    scene
        .step("carla connects, and types before she enters")
        .await?;
    scene.connect(&["carla"]).await?;
    scene.emit("carla", "escribiendo", &json!({}))
}

async fn exercise_cambiar_nombre(scene: &mut Scene) -> Result {
    both_enter(scene).await?;
    scene.step("ana asks for beto's name").await?;
    scene.ask("ana", "cambiar-nombre", &json!({ "nombre": "beto" }))?;
    scene.hears_answer("ana").await?;
    scene.step("ana asks for a free one").await?;
    scene.ask("ana", "cambiar-nombre", &json!({ "nombre": "carla" }))?;
    scene.hears_answer("ana").await?;
    scene.hears("ana", "personas").await?;
    scene.hears("beto", "cambiar-nombre").await?;
    scene.hears("beto", "personas").await?;
    Ok(())
}
