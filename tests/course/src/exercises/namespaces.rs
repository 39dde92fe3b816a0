//! Exercises of lesson 17.

use serde_json::{Value, json};

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::{
        chat::{enter_all, hears_notice},
        middleware::auth,
        namespaces::connect_admin,
        scenario,
    },
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[
    Exercise {
        name: "anuncio",
        task: "Let an admin tell everyone something. When it sends `anuncio` with `{ texto }`, everyone in the chat gets \
               `anuncio` with `{ texto }`, and the admin gets `{ \"ok\": true }`. A payload that doesn't fit is answered \
               with an error.",
        scenario: scenario!(
            from("namespaces"),
            BothTransports,
            [
                "An admin sends it, so its handler belongs to `/admin`. Those who get it are in `/`. Which of the two is the \
                 handler's `io` bound to?",
                "A struct that derives `Deserialize` and `Serialize`, a handler with `SocketIo`, `AckSender` and `TryData`, \
                 and `SocketIo::emit`.",
                "socket.on(\"anuncio\", on_announcement);\nio.emit(\"anuncio\", &announcement).await",
            ],
            exercise_anuncio
        ),
    },
    Exercise {
        name: "expulsar",
        task: "Let an admin expel somebody. When it sends `expulsar` with `{ nombre }`, the person of that name is \
               disconnected from the chat, and the admin gets `{ \"ok\": true }`. If nobody has the name, or the payload \
               doesn't fit, the admin gets an error.",
        scenario: scenario!(
            from("namespaces"),
            BothTransports,
            [
                "Each person is in a room of their own, and you can do more with a room than emit to it.",
                "`room_of` in `admission.rs` says which room. `io.to(…)` has the methods `sockets` and `disconnect`.",
                "io.to(room_of(&name)).disconnect().await",
            ],
            exercise_expulsar
        ),
    },
];

/// Emits an event in `/admin`, and asks for an answer with this id.
fn ask_admin(scene: &mut Scene, who: &str, id: u64, event: &str, payload: &Value) -> Result {
    scene.send(who, &format!("42/admin,{id}{}", json!([event, payload])))
}

async fn exercise_anuncio(scene: &mut Scene) -> Result {
    scene.introduce(auth);
    enter_all(scene, &["ana", "beto"]).await?;
    connect_admin(scene, "carla").await?;
    scene.step("carla tells everyone something").await?;
    let announcement = json!({ "texto": "¡Hasta mañana!" });
    ask_admin(scene, "carla", 0, "anuncio", &announcement)?;
    for who in ["ana", "beto"] {
        scene.hears(who, "anuncio").await?;
    }
    scene.step("carla forgets the text").await?;
    ask_admin(scene, "carla", 1, "anuncio", &json!({}))?;
    scene.step("ana tries the same in the chat").await?;
    scene.emit("ana", "anuncio", &announcement)
}

async fn exercise_expulsar(scene: &mut Scene) -> Result {
    scene.introduce(auth);
    enter_all(scene, &["ana", "beto"]).await?;
    connect_admin(scene, "carla").await?;
    scene.step("carla expels beto").await?;
    let beto = json!({ "nombre": "beto" });
    ask_admin(scene, "carla", 0, "expulsar", &beto)?;
    scene.is_disconnected("beto").await?;
    hears_notice(scene, "ana").await?;
    scene
        .step("carla expels him again, although he's gone")
        .await?;
    ask_admin(scene, "carla", 1, "expulsar", &beto)?;
    scene.step("carla forgets the name").await?;
    ask_admin(scene, "carla", 2, "expulsar", &json!({}))?;
    scene.step("ana tries the same in the chat").await?;
    scene.emit("ana", "expulsar", &json!({ "nombre": "ana" }))
}
