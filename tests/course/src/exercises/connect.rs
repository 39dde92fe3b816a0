//! Exercises of lesson 02.

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::scenario,
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[
    Exercise {
        name: "bienvenida",
        task: "Greet the newcomer, and nobody else: who connects hears `bienvenida` with the text `¡Hola!`.",
        scenario: scenario!(
            from("connect"),
            BothTransports,
            [
                "The connect handler runs once for each client, when the client may already be spoken to.",
                "`SocketRef::emit` with the name of the event and the payload. It is not awaited.",
                "socket.emit(\"bienvenida\", \"¡Hola!\")",
            ],
            exercise_bienvenida
        ),
    },
    Exercise {
        name: "en_linea",
        task: "Count who is online. Whenever somebody comes, comes back or goes, everyone who is there hears \
               `en-linea` with the number of clients, the newcomer too. It makes no difference how a client goes: \
               it says goodbye, or its page is closed.",
        scenario: scenario!(
            from("connect"),
            BothTransports,
            [
                "The server knows its clients, so there is nothing to add up. Who goes is still on its list while \
                 the disconnect handler runs, but no longer connected.",
                "`SocketIo` is an extractor in both handlers: `SocketIo::sockets`, `SocketIo::emit`. \
                 `SocketRef::connected`. `SocketRef::broadcast` for the others.",
                "io.sockets().iter().filter(|socket| socket.connected()).count() ... io.emit(\"en-linea\", \
                 &count).await",
            ],
            exercise_en_linea
        ),
    },
];

async fn exercise_bienvenida(scene: &mut Scene) -> Result {
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    scene.hears("ana", "bienvenida").await?;
    scene.step("beto connects").await?;
    scene.connect(&["beto"]).await?;
    scene.hears("beto", "bienvenida").await?;
    Ok(())
}

async fn exercise_en_linea(scene: &mut Scene) -> Result {
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    everyone_hears(scene, &["ana"]).await?;
    scene.step("beto connects").await?;
    scene.connect(&["beto"]).await?;
    everyone_hears(scene, &["ana", "beto"]).await?;
    scene.step("carla connects").await?;
    scene.connect(&["carla"]).await?;
    everyone_hears(scene, &["ana", "beto", "carla"]).await?;
    scene.step("beto closes his page").await?;
    scene.close_page("beto").await?;
    everyone_hears(scene, &["ana", "carla"]).await?;
    scene.step("carla leaves").await?;
    scene.leave("carla").await?;
    everyone_hears(scene, &["ana"]).await?;
    scene.step("beto comes back").await?;
    scene.connect(&["beto"]).await?;
    everyone_hears(scene, &["ana", "beto"]).await
}

async fn everyone_hears(scene: &mut Scene, names: &[&str]) -> Result {
    for who in names {
        scene.hears(who, "en-linea").await?;
    }
    Ok(())
}
