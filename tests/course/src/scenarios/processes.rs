//! Lesson 23: several processes.

use serde_json::json;

use super::{
    EVENT,
    chat::enter_all,
    expect_same, group,
    history::{back_after, begin, draft, hears_message, numbered, says},
};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// The name in the transcript for whatever stores a message, if it isn't the server of the scenario.
pub(crate) const OTHER: &str = "other";

/// For messages of other processes.
const QUEUE: Hints = [
    "Each process sends its own clients what it reads from the table: what it has stored itself, and what others have. So \
     everyone gets the same messages in the same order.",
    "`Receiver::recv_timeout`, so that the thread looks even if it has nothing else to do; `WHERE numero > ?` with the last \
     number that it has sent.",
    "event_loop.block_on(send_new(&database, &io, &mut last));",
];

/// For clients that come from another process.
const MOVED: Hints = [
    "A client that comes from another process has heard everything that was in the table. Send everyone what's new before you \
     send this client what it has missed; then it hears nothing twice.",
    "First the new messages, then the replays, up to the number that was sent last.",
    "SELECT * FROM mensajes WHERE numero > ? AND numero <= ? ORDER BY numero LIMIT 100",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("processes"),
        BothTransports,
        QUEUE,
        [
            a_message_of_another_process_reaches_everyone,
            messages_of_two_processes_arrive_in_one_order,
            a_message_that_another_process_has_stored_is_only_answered,
        ]
    ),
    group!(
        from("processes"),
        BothTransports,
        MOVED,
        [a_client_of_another_process_hears_nothing_twice]
    ),
];

/// Another process stores carla's message with this number.
pub(crate) fn another_stores(scene: &mut Scene, number: u64) -> Result {
    scene.write(&format!(
        "INSERT INTO mensajes (de, mensaje, id, fecha) VALUES ('carla', 'mensaje {number}', 'id-{number}', 1700000000000)"
    ))
}

/// ana and another one enter, and ana sends the first message. When both have heard it, both have what they had missed.
async fn begin_with_a_message(scene: &mut Scene, other: &str) -> Result {
    begin(scene);
    enter_all(scene, &["ana", other]).await?;
    scene.step("ana sends a message").await?;
    says(scene, "ana", &draft(1), 1, &[other]).await
}

async fn a_message_of_another_process_reaches_everyone(scene: &mut Scene) -> Result {
    if !scene.has_database(OTHER) {
        return Ok(());
    }
    begin_with_a_message(scene, "beto").await?;
    scene.step("carla's process stores her message").await?;
    another_stores(scene, 2)?;
    for who in ["ana", "beto"] {
        hears_message(scene, who, &numbered("carla", &draft(2), 2)).await?;
    }
    Ok(())
}

async fn messages_of_two_processes_arrive_in_one_order(scene: &mut Scene) -> Result {
    if !scene.has_database(OTHER) {
        return Ok(());
    }
    begin_with_a_message(scene, "beto").await?;
    scene.step("carla's process stores two").await?;
    for number in 2..=3 {
        another_stores(scene, number)?;
    }
    for who in ["ana", "beto"] {
        for number in 2..=3 {
            hears_message(scene, who, &numbered("carla", &draft(number), number)).await?;
        }
    }
    scene.step("beto sends one").await?;
    says(scene, "beto", &draft(4), 4, &["ana"]).await
}

async fn a_message_that_another_process_has_stored_is_only_answered(scene: &mut Scene) -> Result {
    if !scene.has_database(OTHER) {
        return Ok(());
    }
    begin_with_a_message(scene, "carla").await?;
    scene
        .step("the process that carla was at has stored her message")
        .await?;
    another_stores(scene, 2)?;
    for who in ["ana", "carla"] {
        hears_message(scene, who, &numbered("carla", &draft(2), 2)).await?;
    }
    scene
        .step("carla has got no answer, and sends it again")
        .await?;
    scene.ask("carla", EVENT, &draft(2))?;
    let answer = scene.hears_answer("carla").await?;
    expect_same("the answer", &json!({ "ok": true, "numero": 2 }), &answer)?;
    scene.step("ana sends another one").await?;
    says(scene, "ana", &draft(3), 3, &["carla"]).await
}

async fn a_client_of_another_process_hears_nothing_twice(scene: &mut Scene) -> Result {
    if !scene.has_database(OTHER) {
        return Ok(());
    }
    begin(scene);
    scene
        .step("beto connects, another process stores a message, and he says that he has heard it there, and sends one")
        .await?;
    // He's already connected, so that this process has hardly any time to look into the table before he comes in.
    scene.open("beto").await?;
    another_stores(scene, 1)?;
    scene.join("beto", Some(&back_after("beto", 1))).await?;
    scene.hears("beto", "personas").await?;
    says(scene, "beto", &draft(2), 2, &[]).await?;
    scene.step("carla's process stores another one").await?;
    another_stores(scene, 3)?;
    hears_message(scene, "beto", &numbered("carla", &draft(3), 3)).await
}
