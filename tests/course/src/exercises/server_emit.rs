//! Exercises of lesson 04.

use anyhow::bail;
use serde_json::json;

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::scenario,
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[
    Exercise {
        name: "respuesta",
        task: "Answer the sender alone, with an event of its own. A client sends `mensaje` with a string, such as \
               `hola`. Send it `respuesta` with the string `Hola, recibí tu mensaje: hola`. The other clients get \
               nothing.",
        scenario: scenario!(
            from("server-emit"),
            BothTransports,
            [
                "A handler can send to the client whose event it handles.",
                "The extractor `SocketRef`, and `SocketRef::emit`, which you don't await.",
                r#"socket.on("mensaje", on_text);

async fn on_text(socket: SocketRef, Data(text): Data<String>) {
    let answer = format!("Hola, recibí tu mensaje: {text}");
    if let Err(error) = socket.emit("respuesta", &answer) { ... }
}"#,
            ],
            exercise_respuesta
        ),
    },
    Exercise {
        name: "nuevo_mensaje",
        task: "Build a chat: when a client sends `nuevo mensaje` with a string, everyone gets the same event with \
               the same string, the sender included. A payload that isn't a string reaches nobody. An event's name \
               may contain a space, as this one does, but the convention is lower case with hyphens. Your copy has a \
               page for the chat (from `public/exercises/nuevo-mensaje/`): open it in two tabs.",
        scenario: scenario!(
            from("server-emit"),
            BothTransports,
            [
                "It's the lesson again with another event, whose payload is a string instead of any JSON.",
                "`Data<String>` takes a string and nothing else, and `SocketIo::emit` reaches everyone.",
                r#"socket.on("nuevo mensaje", on_text);

async fn on_text(io: SocketIo, Data(text): Data<String>) {
    if let Err(error) = io.emit("nuevo mensaje", &text).await { ... }
}"#,
            ],
            exercise_nuevo_mensaje
        ),
    },
    Exercise {
        name: "live_chart",
        task: "Push data: twice a second, the server sends everyone the event `dato` with a number that's greater by \
               one each time. No client asks for it. There's one series for everyone, so a client that connects late \
               gets the numbers from then on. For pages that ask instead, `GET /dato` returns the newest number as \
               plain text. Your copy has a page (from `public/exercises/live-chart/`) that draws both and counts the \
               requests.",
        scenario: scenario!(
            from("server-emit"),
            BothTransports,
            [
                "Work that follows the clock, and not a client's event, needs a task of its own. Start it in `app`. \
                 The task and the route share a number.",
                "`tokio::spawn` starts a task, `tokio::time::interval` is its clock, and `SocketIo::emit` sends. An \
                 `Arc<AtomicU64>` holds the number: the task gets one clone of the `Arc`, the route another.",
                r#"tokio::spawn(push(io, Arc::clone(&newest)));

async fn push(io: SocketIo, newest: Arc<AtomicU64>) {
    let mut ticks = interval(Duration::from_millis(500));
    loop {
        ticks.tick().await;
        let number = newest.fetch_add(1, Relaxed) + 1;
        if let Err(error) = io.emit("dato", &number).await { ... }
    }
}"#,
            ],
            exercise_live_chart
        ),
    },
];

async fn exercise_respuesta(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("ana sends a string").await?;
    scene.emit("ana", "mensaje", &json!("¿qué tal?"))?;
    scene.hears("ana", "respuesta").await?;
    scene.step("beto sends a string").await?;
    scene.emit("beto", "mensaje", &json!("bien"))?;
    scene.hears("beto", "respuesta").await?;
    Ok(())
}

async fn exercise_nuevo_mensaje(scene: &mut Scene) -> Result {
    scene.step("ana, beto and carla connect").await?;
    scene.connect(&["ana", "beto", "carla"]).await?;
    for (who, text) in [("ana", "hola"), ("beto", "<b>¿qué tal?</b>")] {
        scene.step(&format!("{who} sends a string")).await?;
        scene.emit(who, "nuevo mensaje", &json!(text))?;
        for who in ["ana", "beto", "carla"] {
            scene.hears(who, "nuevo mensaje").await?;
        }
    }
    scene
        .step("carla sends payloads that aren't strings")
        .await?;
    scene.emit("carla", "nuevo mensaje", &json!(7))?;
    scene.emit("carla", "nuevo mensaje", &json!({ "mensaje": "hola" }))
}

/// Each step ends when its clients have left: how much more they would hear depends on the clock.
async fn exercise_live_chart(scene: &mut Scene) -> Result {
    scene
        .step("ana and beto connect and ask for nothing")
        .await?;
    scene.connect(&["ana", "beto"]).await?;
    let heard = scene.hears_rising("ana", "dato", 3).await?;
    scene.hears_rising("beto", "dato", 3).await?;
    for who in ["ana", "beto"] {
        scene.leave(who).await?;
    }
    scene
        .step("beto connects again and gets the next numbers")
        .await?;
    scene.connect(&["beto"]).await?;
    let later = scene.hears_rising("beto", "dato", 2).await?;
    let returned = "the first number of beto, who came back,";
    at_least(returned, *heard.end(), *later.start())?;
    scene.leave("beto").await?;
    scene.step("carla's page asks instead").await?;
    let answer = scene.get("carla", "/dato").await?;
    let newest = answer.body.parse().unwrap_or_default();
    at_least("the answer to GET /dato", *later.end(), newest)?;
    scene.received("carla", &format!("{} <number>", answer.status));
    Ok(())
}

/// Fails unless the series has not gone back.
fn at_least(what: &str, before: u64, number: u64) -> Result {
    if number >= before {
        return Ok(());
    }
    bail!("{what} should be at least {before}, but is {number}")
}
