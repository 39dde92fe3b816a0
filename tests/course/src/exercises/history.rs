//! Exercises of lesson 20.

use serde_json::{Value, json};

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::{
        chat::{enter_all, hears_notice},
        history::{PAGE, SQLITE, begin, draft, says, write_many},
        scenario,
    },
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[
    Exercise {
        name: "tope",
        task: "A disk isn't endless. Keep only the 100 newest messages: when one more is stored, the oldest is deleted in the same \
               step. Numbers go on as before.",
        scenario: scenario!(
            from("history"),
            BothTransports,
            [
                "If the database itself does it, storing and deleting can't come apart: both happen, or neither.",
                "A trigger is SQL that runs whenever a row is inserted: `CREATE TRIGGER IF NOT EXISTS name AFTER INSERT ON \
                 mensajes BEGIN … END`. In it, `new.numero` is the number of the new row.",
                "DELETE FROM mensajes WHERE numero <= new.numero - 100;",
            ],
            exercise_tope
        ),
    },
    Exercise {
        name: "mas",
        task: "Let people read further back. `mas` carries `{ antes }`, the number of a message. It's answered with \
               `{ \"ok\": true, \"mensajes\": [...] }`, the ten messages before that one, the oldest first, or with an `error` if the \
               payload doesn't fit.",
        scenario: scenario!(
            from("history"),
            BothTransports,
            [
                "The handler can't ask the database itself. It adds a job, and the acknowledgement travels with it.",
                "`ORDER BY numero DESC LIMIT 10` finds the right ten, in the wrong order. `SELECT * FROM (SELECT …) ORDER BY numero` \
                 turns them around. `page_after` can take the SQL as a parameter.",
                "Job::Older(before, ack) => match page(&database, OLDER, before) {\n    Ok(page) => answer(ack, &json!({ \"ok\": true, \
                 \"mensajes\": page })),",
            ],
            exercise_mas
        ),
    },
    Exercise {
        name: "borrar",
        task: "Let people take a message back. `borrar` carries `{ numero }`. If the message is the sender's own, it's deleted and \
               answered with `{ \"ok\": true }`, and everyone hears `borrado` with its number. If not, the answer is \
               `{ \"error\": \"you have no such message\" }`. Two clients that delete the same one at once can't both be told that \
               they did.",
        scenario: scenario!(
            from("history"),
            BothTransports,
            [
                "Whether there's such a message, whose it is, and its deletion have to be one step. The thread does one job at a \
                 time, and SQL can do it in one statement.",
                "`DELETE FROM mensajes WHERE numero = ? AND de = ?`. `Connection::execute` returns how many rows it has changed.",
                "match database.execute(DELETE, (number, name)) {\n    Ok(0) => // there was none\n    Ok(_) => // it's gone",
            ],
            exercise_borrar
        ),
    },
];

async fn exercise_tope(scene: &mut Scene) -> Result {
    if !scene.has_database(SQLITE) {
        return Ok(());
    }
    begin(scene);
    scene.step("120 messages are in the database").await?;
    scene.write(&write_many(1, 120))?;
    scene.step("ana connects and enters").await?;
    scene.connect(&["ana"]).await?;
    scene.hears("ana", "personas").await?;
    scene.hears_history("ana", 71..=120, PAGE).await?;
    for number in 121..=122 {
        scene.step("ana sends a message").await?;
        says(scene, "ana", &draft(number), number, &[]).await?;
        scene.step("somebody looks into the database").await?;
        let oldest = number - 99;
        scene.finds_in_database(
            "SELECT min(numero) || ' to ' || max(numero) FROM mensajes",
            &format!("{oldest} to {number}"),
        )?;
    }
    Ok(())
}

async fn exercise_mas(scene: &mut Scene) -> Result {
    if !scene.has_database(SQLITE) {
        return Ok(());
    }
    begin(scene);
    scene.step("80 messages are in the database").await?;
    scene.write(&write_many(1, 80))?;
    scene.step("ana connects and enters").await?;
    scene.connect(&["ana"]).await?;
    scene.hears("ana", "personas").await?;
    scene.hears_history("ana", 31..=80, PAGE).await?;
    for before in [json!(31), json!(4), json!(1), json!("uno")] {
        scene.step("ana asks for older messages").await?;
        scene.ask("ana", "mas", &json!({ "antes": before }))?;
        scene.hears_answer("ana").await?;
    }
    Ok(())
}

async fn exercise_borrar(scene: &mut Scene) -> Result {
    begin(scene);
    enter_all(scene, &["ana", "beto"]).await?;
    scene.step("ana sends two messages").await?;
    says(scene, "ana", &draft(1), 1, &["beto"]).await?;
    says(scene, "ana", &draft(2), 2, &["beto"]).await?;
    for number in [json!(1), json!(9), json!("uno")] {
        scene
            .step("beto takes back what isn't a message of his")
            .await?;
        deletes(scene, "beto", &number).await?;
    }
    scene.step("ana takes her first message back").await?;
    deletes(scene, "ana", &json!(1)).await?;
    for who in ["ana", "beto"] {
        scene.hears(who, "borrado").await?;
    }
    scene.step("ana does so again").await?;
    deletes(scene, "ana", &json!(1)).await?;
    scene.step("carla connects and enters").await?;
    scene.connect(&["carla"]).await?;
    scene.hears("carla", "personas").await?;
    scene.hears_history("carla", 2..=2, PAGE).await?;
    for who in ["ana", "beto"] {
        hears_notice(scene, who).await?;
    }
    Ok(())
}

/// Asks to delete a message, and hears the answer.
async fn deletes(scene: &mut Scene, who: &str, number: &Value) -> Result {
    scene.ask(who, "borrar", &json!({ "numero": number }))?;
    scene.hears_answer(who).await?;
    Ok(())
}
