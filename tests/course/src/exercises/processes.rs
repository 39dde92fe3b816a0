//! Exercises of lesson 23.

use serde_json::{Value, json};

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::{
        chat::{enter_all, hears_notice},
        expect_same,
        history::{begin, draft, hears_message, numbered},
        processes::{OTHER, another_stores},
        scenario,
    },
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[
    Exercise {
        name: "pulso",
        task: "A page that has missed the last message only notices when the next one arrives. Let it ask: `pulso` is answered \
               with `{ \"ok\": true, \"numero\": … }`, the number of the last message that this process has sent to everyone. \
               The asking client has got all of them by then, also those that another process has stored before it asked.",
        scenario: scenario!(
            from("processes"),
            BothTransports,
            [
                "The thread knows the number. If it also answers, nothing can come between a message and the answer.",
                "Another kind of `Job`, which carries the `AckSender`.",
                "Job::Pulse(ack) => answer(ack, &json!({ \"ok\": true, \"numero\": last })),",
            ],
            exercise_pulso
        ),
    },
    Exercise {
        name: "cuantos",
        task: "Say how many clients all processes have. Each process keeps its number in the table \
               `procesos (proceso TEXT PRIMARY KEY, clientes INTEGER NOT NULL)`, with its process id as its name, and writes \
               it when it has changed. `cuantos` is answered with `{ \"ok\": true, \"clientes\": … }`, the sum.",
        scenario: scenario!(
            from("processes"),
            BothTransports,
            [
                "The thread comes by every 20 milliseconds, and before each job. That's often enough to count the clients, and to \
                 write the number if it isn't the one from before.",
                "`std::process::id`; `SocketIo::sockets`, but only those that are `connected`; `INSERT OR REPLACE`, and \
                 `SELECT sum(clientes)`.",
                "let here = sockets.iter().map(|socket| u32::from(socket.connected()));\nlet here = Some(here.sum());\nif here != \
                 *counted {",
            ],
            exercise_cuantos
        ),
    },
];

/// Asks a question without a payload, and is answered.
async fn asks(scene: &mut Scene, who: &str, event: &str, expected: &Value) -> Result {
    let id = scene.ack_id(who)?;
    scene.send(who, &format!("42{id}{}", json!([event])))?;
    let answer = scene.hears_answer(who).await?;
    expect_same("the answer", expected, &answer)
}

async fn exercise_pulso(scene: &mut Scene) -> Result {
    if !scene.has_database(OTHER) {
        return Ok(());
    }
    begin(scene);
    enter_all(scene, &["ana"]).await?;
    scene.step("ana asks how far everyone is").await?;
    asks(scene, "ana", "pulso", &json!({ "ok": true, "numero": 0 })).await?;
    scene
        .step("another process stores two messages, and ana asks again")
        .await?;
    for number in 1..=2 {
        another_stores(scene, number)?;
    }
    let id = scene.ack_id("ana")?;
    scene.send("ana", &format!("42{id}{}", json!(["pulso"])))?;
    for number in 1..=2 {
        hears_message(scene, "ana", &numbered("carla", &draft(number), number)).await?;
    }
    let answer = scene.hears_answer("ana").await?;
    expect_same("the answer", &json!({ "ok": true, "numero": 2 }), &answer)
}

async fn exercise_cuantos(scene: &mut Scene) -> Result {
    if !scene.has_database(OTHER) {
        return Ok(());
    }
    begin(scene);
    enter_all(scene, &["ana", "beto"]).await?;
    let clients = |number: u32| json!({ "ok": true, "clientes": number });
    scene.step("ana asks how many are here").await?;
    asks(scene, "ana", "cuantos", &clients(2)).await?;
    scene.step("another process has three clients").await?;
    scene.write("INSERT INTO procesos (proceso, clientes) VALUES ('other', 3)")?;
    asks(scene, "ana", "cuantos", &clients(5)).await?;
    scene.step("beto closes his page").await?;
    scene.close_page("beto").await?;
    hears_notice(scene, "ana").await?;
    asks(scene, "ana", "cuantos", &clients(4)).await?;
    scene.step("the other process has none any more").await?;
    scene.write("UPDATE procesos SET clientes = 0 WHERE proceso = 'other'")?;
    asks(scene, "ana", "cuantos", &clients(1)).await?;
    scene.finds_in_database(
        "SELECT count(*) || ' processes' FROM procesos",
        "2 processes",
    )
}
