//! Exercises of lesson 19.

use serde_json::{Value, json};

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::{
        EVENT,
        live_data::{enter, insert, reading},
        message,
        namespaces::{ADMIN, connect_admin},
        scenario,
    },
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[
    Exercise {
        name: "calma",
        task: "Say when an alarm begins and ends. After the first reading above the limit, everyone hears `alarma` with `true`. After \
               the first one that isn't above it any more, they hear `alarma` with `false`. In between, they only hear readings.",
        scenario: scenario!(
            from("live-data"),
            BothTransports,
            [
                "The thread has to remember whether there's an alarm. It says something only if that changes.",
                "A variable beside `is_failing`; `BroadcastOperators::emit` with a `bool`.",
                "if reading.is_alarm != has_alarm {\n    has_alarm = reading.is_alarm;\n    // emit `alarma`\n}",
            ],
            exercise_calma
        ),
    },
    Exercise {
        name: "limite",
        task: "Let an admin change the limit for alarms. In `/admin`, `limite` carries `{ grados }`, and is answered with \
               `{ \"ok\": true }`, or with an `error` if the payload doesn't fit. It holds for all later readings.",
        scenario: scenario!(
            from("live-data"),
            BothTransports,
            [
                "The thread and the handler need the same number. The handler gets it as state, and the thread has a clone.",
                "`Arc<AtomicU64>` as for the messages; there's no atomic `f64`, but `f64::to_bits` and `f64::from_bits`.",
                "pub struct Limit(Arc<AtomicU64>);\n\nself.0.store(degrees.to_bits(), Relaxed);",
            ],
            exercise_limite
        ),
    },
    Exercise {
        name: "anotar",
        task: "Let people write readings, too. `anotar` carries `{ valor }`. Once the reading is in the database, it's answered with \
               `{ \"ok\": true }`, and everyone hears of it as of any other. If not, the answer is an `error` that says why, in the \
               database's own words. Nobody else has to wait, not even while another process locks the database.",
        scenario: scenario!(
            from("live-data"),
            BothTransports,
            [
                "A handler runs on the event loop, so it must not wait for the database itself. tokio has threads for calls that \
                 wait.",
                "`tokio::task::spawn_blocking`, whose result is awaited; `Connection::open`, `Connection::execute`; the path as \
                 state.",
                "let write = move || Connection::open(path)?.execute(\"INSERT INTO lecturas (valor) VALUES (?)\", [value]);\nlet \
                 written = spawn_blocking(write).await;",
            ],
            exercise_anotar
        ),
    },
];

async fn exercise_calma(scene: &mut Scene) -> Result {
    if !enter(scene, &["ana", "beto"]).await? {
        return Ok(());
    }
    for (id, value, is_alarm, is_change) in [
        (1, 29.5, false, false),
        (2, 31.5, true, true),
        (3, 32.5, true, false),
        (4, 28.5, false, true),
        (5, 27.5, false, false),
    ] {
        scene.step("another process writes a reading").await?;
        scene.write(&insert(&value.to_string()))?;
        for who in ["ana", "beto"] {
            let reading = reading(id, value, is_alarm);
            scene.hears_reading(who, &reading).await?;
            if is_change {
                scene.hears(who, "alarma").await?;
            }
        }
    }
    Ok(())
}

async fn exercise_limite(scene: &mut Scene) -> Result {
    if !enter(scene, &["ana"]).await? {
        return Ok(());
    }
    connect_admin(scene, "carla").await?;
    for (id, degrees, is_alarm) in [(1, json!(25.5), true), (2, json!(40), false)] {
        scene.step("carla changes the limit").await?;
        let limit = json!(["limite", { "grados": degrees }]);
        scene.send("carla", &format!("42{ADMIN}{}{limit}", id - 1))?;
        // Once she's answered, it holds.
        scene.step("another process writes a reading").await?;
        scene.write(&insert("31.5"))?;
        let reading = reading(id, 31.5, is_alarm);
        scene.hears_reading("ana", &reading).await?;
    }
    scene.step("carla sends a limit that isn't one").await?;
    let limit = json!(["limite", { "grados": "mucho" }]);
    scene.send("carla", &format!("42{ADMIN}2{limit}"))
}

/// Asks to write a reading.
fn record(scene: &mut Scene, who: &str, value: &Value) -> Result {
    scene.ask(who, "anotar", &json!({ "valor": value }))
}

async fn exercise_anotar(scene: &mut Scene) -> Result {
    if !enter(scene, &["ana", "beto"]).await? {
        return Ok(());
    }
    scene.step("ana writes a reading").await?;
    record(scene, "ana", &json!(21.5))?;
    let first = reading(1, 21.5, false);
    scene.hears_answer_and_reading("ana", &first).await?;
    scene.hears_reading("beto", &first).await?;
    scene
        .step("ana writes readings that aren't temperatures")
        .await?;
    for value in [json!(5000), json!("mucho")] {
        record(scene, "ana", &value)?;
        scene.hears_answer("ana").await?;
    }
    scene.step("another process locks the database").await?;
    scene.write("BEGIN EXCLUSIVE")?;
    scene.step("ana writes a reading").await?;
    record(scene, "ana", &json!(22.5))?;
    scene.step("beto sends a message").await?;
    scene.ask("beto", EVENT, &message("hola"))?;
    scene.hears_answer("beto").await?;
    scene.hears("ana", EVENT).await?;
    scene.step("the other process unlocks the database").await?;
    scene.write("COMMIT")?;
    let second = reading(2, 22.5, false);
    scene.hears_answer_and_reading("ana", &second).await?;
    scene.hears_reading("beto", &second).await
}
