//! Lesson 21: exactly once.

use serde_json::json;

use super::{
    EVENT,
    chat::{enter_all, hears_notice},
    expect_same, group,
    history::{SQLITE, back_after, begin, draft, hears_message, numbered, says},
    middleware::enters,
};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For messages that are sent again.
const ONCE: Hints = [
    "A client that gets no answer sends its message again, with the same id. The server knows by the id that it's already there, \
     answers with the number that it has, and sends it to nobody.",
    "`CREATE UNIQUE INDEX … ON mensajes (de, id)`; `SELECT` before the `INSERT`, with `OptionalExtension::optional`.",
    "const NUMBER: &str = \"SELECT numero FROM mensajes WHERE de = ? AND id = ?\";",
];

/// For the answer.
const ANSWER: Hints = [
    "An answer means that the message is stored. If it isn't, there's no answer, and the client tries again.",
    "The `Err` of the transaction: log it, and drop the `AckSender`.",
    "Err(error) => warn!(%error, \"cannot store messages\"),",
];

/// For a database that was replaced.
const OTHER: Hints = [
    "A client may come from another database: the number that it has seen last doesn't exist here yet. It gets what a newcomer \
     gets.",
    "`sqlite_sequence` knows the last number that a table with `AUTOINCREMENT` has used.",
    "Some(last) if last <= newest => last,",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("delivery"),
        BothTransports,
        ONCE,
        [
            a_message_that_is_sent_again_is_heard_once,
            a_message_is_sent_again_on_a_new_connection,
        ]
    ),
    group!(
        from("delivery"),
        BothTransports,
        ANSWER,
        [a_message_that_cannot_be_stored_is_not_answered]
    ),
    group!(
        from("delivery"),
        BothTransports,
        OTHER,
        [a_client_of_another_database_gets_the_last_messages]
    ),
];

/// Sends a message that the server already has. It's answered, and nobody hears it.
async fn repeats(scene: &mut Scene, who: &str, number: u64) -> Result {
    scene.ask(who, EVENT, &draft(number))?;
    let answer = scene.hears_answer(who).await?;
    expect_same(
        "the answer",
        &json!({ "ok": true, "numero": number }),
        &answer,
    )
}

async fn a_message_that_is_sent_again_is_heard_once(scene: &mut Scene) -> Result {
    begin(scene);
    enter_all(scene, &["ana", "beto"]).await?;
    scene.step("ana sends a message").await?;
    says(scene, "ana", &draft(1), 1, &["beto"]).await?;
    scene.step("ana sends it again").await?;
    repeats(scene, "ana", 1).await?;
    scene.step("beto sends one with the same id").await?;
    says(scene, "beto", &draft(1), 2, &["ana"]).await
}

async fn a_message_is_sent_again_on_a_new_connection(scene: &mut Scene) -> Result {
    begin(scene);
    enter_all(scene, &["ana", "beto"]).await?;
    scene.step("ana sends a message").await?;
    says(scene, "ana", &draft(1), 1, &["beto"]).await?;
    scene.step("ana loses her connection").await?;
    scene.close_page("ana").await?;
    hears_notice(scene, "beto").await?;
    scene.step("ana comes back, and has heard nothing").await?;
    enters(scene, "ana", &back_after("ana", 0)).await?;
    scene.hears_history("ana", 1..=1, 100).await?;
    hears_notice(scene, "beto").await?;
    scene.step("ana sends the message again").await?;
    repeats(scene, "ana", 1).await?;
    scene.step("ana sends another one").await?;
    says(scene, "ana", &draft(2), 2, &["beto"]).await
}

async fn a_message_that_cannot_be_stored_is_not_answered(scene: &mut Scene) -> Result {
    if !scene.has_database(SQLITE) {
        return Ok(());
    }
    begin(scene);
    enter_all(scene, &["ana", "beto"]).await?;
    scene.step("another process locks the database").await?;
    scene.write("BEGIN IMMEDIATE")?;
    scene.step("ana sends a message").await?;
    scene.ask("ana", EVENT, &draft(1))?;
    scene.is_logged("cannot store").await?;
    scene.step("the other process unlocks the database").await?;
    scene.write("COMMIT")?;
    scene.step("ana sends the message again").await?;
    says(scene, "ana", &draft(1), 1, &["beto"]).await
}

async fn a_client_of_another_database_gets_the_last_messages(scene: &mut Scene) -> Result {
    begin(scene);
    enter_all(scene, &["ana"]).await?;
    scene.step("ana sends a message").await?;
    says(scene, "ana", &draft(1), 1, &[]).await?;
    scene
        .step("beto comes back, and has seen number 500")
        .await?;
    enters(scene, "beto", &back_after("beto", 500)).await?;
    scene.hears_history("beto", 1..=1, 100).await?;
    hears_notice(scene, "ana").await?;
    scene.step("ana sends another one").await?;
    scene.emit("ana", EVENT, &draft(2))?;
    for who in ["ana", "beto"] {
        hears_message(scene, who, &numbered("ana", &draft(2), 2)).await?;
    }
    Ok(())
}
