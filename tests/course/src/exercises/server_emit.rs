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
        task: "Answer the sender alone, with an event of its own: who sends `mensaje` with a text hears `respuesta` \
           with the text \"Hola, recibí tu mensaje: \" and what it sent. Nobody else hears anything.",
        scenario: scenario!(
            from("server-emit"),
            BothTransports,
            [
                "A handler can speak to the one socket whose event it handles.",
                "The extractor `SocketRef`, and `SocketRef::emit`: it is not awaited.",
                "socket.on(\"mensaje\", on_text); async fn on_text(socket: SocketRef, Data(text): Data<String>) { socket.emit(\"respuesta\", &format!(...)) }",
            ],
            exercise_respuesta
        ),
    },
    Exercise {
        name: "nuevo_mensaje",
        task: "A chat: who sends `nuevo mensaje` (with a space) with a text is heard by everyone, the sender included, with \
           the same event and the same text. What is no text reaches nobody.",
        scenario: scenario!(
            from("server-emit"),
            BothTransports,
            [
                "It is the lesson with another event, whose payload is a text and not any JSON.",
                "`Data<String>` takes a text and nothing else; `SocketIo::emit`.",
                "socket.on(\"nuevo mensaje\", on_text); async fn on_text(io: SocketIo, Data(text): Data<String>) { io.emit(\"nuevo mensaje\", &text).await }",
            ],
            exercise_nuevo_mensaje
        ),
    },
    Exercise {
        name: "live_chart",
        task: "Push: without being asked, the server emits `dato` to everyone at a regular pace, with a number that is \
           greater by one each time. The pace is `PERIOD_MS` in the environment, in milliseconds, or 500. One series \
           for all: who comes late hears how it goes on. For those who ask instead, `GET /dato` answers with the \
           newest number as plain text. The page in `public/exercises/live-chart/` draws both and counts the \
           requests.",
        scenario: scenario!(
            from("server-emit"),
            BothTransports,
            [
                "What happens by the clock and not by a client's event is a task of its own, which begins before the \
             server does. It and the route share one number.",
                "`tokio::spawn`, `tokio::time::interval`, `SocketIo::emit`: the `SocketIo` that comes with the layer may \
             be cloned. An `Arc<AtomicU64>` holds the number.",
                "tokio::spawn(async move { let mut ticks = interval(period); loop { ticks.tick().await; ... \
             io.emit(\"dato\", &number).await ... } });",
            ],
            exercise_live_chart
        ),
    },
];

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

async fn exercise_nuevo_mensaje(scene: &mut Scene) -> Result {
    scene.step("ana, beto and carla connect").await?;
    scene.connect(&["ana", "beto", "carla"]).await?;
    for (who, text) in [("ana", "hola"), ("beto", "<b>¿qué tal?</b>")] {
        scene.step(&format!("{who} sends a text")).await?;
        scene.emit(who, "nuevo mensaje", &json!(text))?;
        for who in ["ana", "beto", "carla"] {
            scene.hears(who, "nuevo mensaje").await?;
        }
    }
    scene.step("carla sends what is no text").await?;
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
        .step("beto comes back and hears how it went on")
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
