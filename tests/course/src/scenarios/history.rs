//! Lesson 20: messages that outlive the process.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    BURST, EVENT,
    chat::{self, enter_all, hears_notice},
    delicate_texts, expect_same, group,
    middleware::{auth, enters},
};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// The name in the transcript for whatever looks into the database, or writes to it while no server runs.
pub(crate) const SQLITE: &str = "sqlite3";

/// How many messages a newcomer gets, and how many come in one `historial`.
const LAST: u64 = 50;
pub(crate) const PAGE: usize = 100;

/// So many messages that somebody can write another one before a client has got them all.
const MANY: u64 = 20_000;

/// How long a server may wait for a locked database.
const LOCK: Duration = Duration::from_secs(6);

/// For storing.
const STORE: Hints = [
    "A message to everyone becomes a row, and its row has a number. Everyone gets it with its number, the sender too: so all \
     pages show the same messages in the same order.",
    "`rusqlite::Connection::execute` and `last_insert_rowid`, on a thread that gets its work over a channel (`std::sync::mpsc`); \
     `Handle::block_on` to emit.",
    "Job::Store(name, message, ack) => match store(&database, name, message) {",
];

/// For what a client has missed.
const REPLAY: Hints = [
    "A page says in its `auth` which number it has seen last, and gets what came after it. The thread that stores messages also \
     sends what was missed: then no new message can arrive in between.",
    "`SELECT … WHERE numero > ? ORDER BY numero LIMIT 100` until there's nothing more; then `SocketRef::join`. New messages go \
     to that room.",
    "let Some(newest) = page.last() else { break };\nlast = newest.number;\nsocket.emit(\"historial\", &page)?;",
];

/// For a database that can't be written to.
const FAILURE: Hints = [
    "If the message can't be stored, nobody gets it, and the sender hears that.",
    "The `Err` of `Connection::execute`; `AckSender::send`.",
    "Err(error) => {\n    warn!(%error, \"cannot store a message\");\n    answer(ack, &json!({ \"error\": \"the message was not stored\" \
     }));\n}",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("history"),
        BothTransports,
        STORE,
        [
            a_message_to_everyone_has_a_number,
            numbered_messages_arrive_unchanged,
            a_burst_of_numbered_messages_arrives_in_order,
            an_answered_message_is_in_the_database,
            a_message_that_does_not_fit_is_not_stored,
            the_number_of_a_deleted_message_is_not_used_again,
            stored_messages_stay_out_of_the_log,
        ]
    ),
    group!(
        from("history"),
        BothTransports,
        REPLAY,
        [
            a_newcomer_gets_the_last_messages,
            a_client_that_comes_back_gets_what_it_missed,
            a_client_that_missed_nothing_gets_nothing,
            a_client_that_missed_much_gets_it_in_pages,
            a_new_message_does_not_overtake_the_history,
            a_message_that_waits_for_the_database_arrives_once,
            a_message_to_a_room_is_not_in_the_history,
        ]
    ),
    group!(
        from("history").until("delivery"),
        BothTransports,
        FAILURE,
        [a_message_that_cannot_be_stored_is_answered_with_an_error]
    ),
];

/// Clients introduce themselves, and the server stores what they send.
pub(crate) fn begin(scene: &mut Scene) {
    scene.introduce(auth);
    scene.waits_for_disk();
}

/// A message with an id of its own.
pub(crate) fn draft(number: u64) -> Value {
    json!({ "mensaje": format!("mensaje {number}"), "id": format!("id-{number}"), "fecha": 1_700_000_000_000_u64 })
}

/// That message as everyone gets it.
pub(crate) fn numbered(name: &str, draft: &Value, number: u64) -> Value {
    let mut message = chat::signed(name, draft);
    message["numero"] = json!(number);
    message
}

/// Hears exactly this message to everyone.
pub(crate) async fn hears_message(scene: &mut Scene, who: &str, message: &Value) -> Result {
    let heard = scene.hears(who, EVENT).await?;
    expect_same("the message", message, &heard)
}

/// Sends a message and hears its answer, then the message itself; so do the others.
pub(crate) async fn says(
    scene: &mut Scene,
    who: &str,
    draft: &Value,
    number: u64,
    others: &[&str],
) -> Result {
    scene.ask(who, EVENT, draft)?;
    let answer = scene.hears_answer(who).await?;
    expect_same(
        "the answer",
        &json!({ "ok": true, "numero": number }),
        &answer,
    )?;
    let message = numbered(who, draft, number);
    hears_message(scene, who, &message).await?;
    for other in others {
        hears_message(scene, other, &message).await?;
    }
    Ok(())
}

/// The `auth` of a page that has lost its connection after this message.
pub(crate) fn back_after(name: &str, number: u64) -> Value {
    let mut auth = auth(name);
    auth["vuelve"] = json!(true);
    auth["desde"] = json!(number);
    auth
}

/// The SQL that writes messages as an earlier process would have.
pub(crate) fn write_many(first: u64, last: u64) -> String {
    format!(
        "WITH RECURSIVE n(i) AS (VALUES ({first}) UNION ALL SELECT i + 1 FROM n WHERE i < {last}) INSERT INTO mensajes (de, \
         mensaje, id, fecha) SELECT 'carla', 'mensaje ' || i, 'id-' || i, 1700000000000 FROM n"
    )
}

async fn a_message_to_everyone_has_a_number(scene: &mut Scene) -> Result {
    begin(scene);
    enter_all(scene, &["ana", "beto"]).await?;
    scene
        .step("ana sends a message and asks for an answer")
        .await?;
    says(scene, "ana", &draft(1), 1, &["beto"]).await?;
    scene
        .step("beto sends one without asking for an answer")
        .await?;
    scene.emit("beto", EVENT, &draft(2))?;
    for who in ["ana", "beto"] {
        hears_message(scene, who, &numbered("beto", &draft(2), 2)).await?;
    }
    Ok(())
}

async fn numbered_messages_arrive_unchanged(scene: &mut Scene) -> Result {
    begin(scene);
    enter_all(scene, &["ana", "beto"]).await?;
    for (number, text) in (1..).zip(delicate_texts()) {
        scene
            .step("ana sends a message that is easily damaged")
            .await?;
        let mut message = draft(number);
        message["mensaje"] = json!(text);
        says(scene, "ana", &message, number, &["beto"]).await?;
    }
    scene.step("carla connects, and gets them all").await?;
    scene.connect(&["carla"]).await?;
    scene.hears("carla", "personas").await?;
    let history = scene.hears("carla", "historial").await?;
    for (row, text) in delicate_texts().iter().enumerate() {
        expect_same("the message", &json!(text), &history[row]["mensaje"])?;
    }
    Ok(())
}

async fn a_burst_of_numbered_messages_arrives_in_order(scene: &mut Scene) -> Result {
    begin(scene);
    enter_all(scene, &["ana", "beto"]).await?;
    scene.step("ana sends many messages at once").await?;
    let drafts: Vec<_> = (1..=BURST).map(draft).collect();
    scene.burst("ana", EVENT, &drafts, false)?;
    let messages: Vec<_> = (1..)
        .zip(&drafts)
        .map(|(number, draft)| numbered("ana", draft, number))
        .collect();
    for who in ["ana", "beto"] {
        scene.hears_burst(who, EVENT, &messages).await?;
    }
    Ok(())
}

async fn an_answered_message_is_in_the_database(scene: &mut Scene) -> Result {
    if !scene.has_database(SQLITE) {
        return Ok(());
    }
    begin(scene);
    enter_all(scene, &["ana"]).await?;
    scene
        .step("ana sends a message and asks for an answer")
        .await?;
    says(scene, "ana", &draft(1), 1, &[]).await?;
    scene.step("somebody looks into the database").await?;
    scene.finds_in_database(
        "SELECT numero || ' ' || de || ' ' || mensaje || ' ' || id || ' ' || fecha FROM mensajes",
        "1 ana mensaje 1 id-1 1700000000000",
    )
}

async fn a_message_that_does_not_fit_is_not_stored(scene: &mut Scene) -> Result {
    if !scene.has_database(SQLITE) {
        return Ok(());
    }
    begin(scene);
    enter_all(scene, &["ana"]).await?;
    scene.step("ana sends a message without an id").await?;
    let mut misfit = draft(1);
    misfit["id"] = Value::Null;
    scene.ask("ana", EVENT, &misfit)?;
    scene.hears_answer("ana").await?;
    scene.step("somebody looks into the database").await?;
    scene.finds_in_database("SELECT count(*) || ' rows' FROM mensajes", "0 rows")?;
    scene.step("ana sends a message").await?;
    says(scene, "ana", &draft(1), 1, &[]).await
}

async fn the_number_of_a_deleted_message_is_not_used_again(scene: &mut Scene) -> Result {
    if !scene.has_database(SQLITE) {
        return Ok(());
    }
    begin(scene);
    enter_all(scene, &["ana"]).await?;
    scene.step("ana sends a message").await?;
    says(scene, "ana", &draft(1), 1, &[]).await?;
    scene.step("somebody deletes it").await?;
    scene.write("DELETE FROM mensajes")?;
    scene.step("ana sends another one").await?;
    says(scene, "ana", &draft(2), 2, &[]).await
}

async fn stored_messages_stay_out_of_the_log(scene: &mut Scene) -> Result {
    begin(scene);
    enter_all(scene, &["ana"]).await?;
    scene.step("ana sends a message").await?;
    says(scene, "ana", &draft(1), 1, &[]).await?;
    scene.is_not_logged("mensaje 1").await
}

async fn a_newcomer_gets_the_last_messages(scene: &mut Scene) -> Result {
    if !scene.has_database(SQLITE) {
        return Ok(());
    }
    begin(scene);
    scene.step("60 messages are in the database").await?;
    scene.write(&write_many(1, 10 + LAST))?;
    scene.step("ana connects and enters").await?;
    scene.connect(&["ana"]).await?;
    scene.hears("ana", "personas").await?;
    scene.hears_history("ana", 11..=10 + LAST, PAGE).await?;
    scene.step("ana sends a message").await?;
    says(scene, "ana", &draft(61), 61, &[]).await
}

async fn a_client_that_comes_back_gets_what_it_missed(scene: &mut Scene) -> Result {
    begin(scene);
    enter_all(scene, &["ana", "beto"]).await?;
    scene.step("ana sends a message").await?;
    says(scene, "ana", &draft(1), 1, &["beto"]).await?;
    scene.step("beto loses his connection").await?;
    scene.close_page("beto").await?;
    hears_notice(scene, "ana").await?;
    for number in 2..=3 {
        scene.step("ana sends another one").await?;
        says(scene, "ana", &draft(number), number, &[]).await?;
    }
    scene.step("beto comes back, and says what he has").await?;
    enters(scene, "beto", &back_after("beto", 1)).await?;
    scene.hears_history("beto", 2..=3, PAGE).await?;
    hears_notice(scene, "ana").await?;
    scene.step("ana sends a last one").await?;
    says(scene, "ana", &draft(4), 4, &["beto"]).await
}

async fn a_client_that_missed_nothing_gets_nothing(scene: &mut Scene) -> Result {
    begin(scene);
    enter_all(scene, &["ana", "beto"]).await?;
    scene.step("ana sends a message").await?;
    says(scene, "ana", &draft(1), 1, &["beto"]).await?;
    scene.step("beto loses his connection").await?;
    scene.close_page("beto").await?;
    hears_notice(scene, "ana").await?;
    scene.step("beto comes back, and says what he has").await?;
    enters(scene, "beto", &back_after("beto", 1)).await?;
    hears_notice(scene, "ana").await?;
    scene.step("ana sends another one").await?;
    says(scene, "ana", &draft(2), 2, &["beto"]).await
}

async fn a_client_that_missed_much_gets_it_in_pages(scene: &mut Scene) -> Result {
    if !scene.has_database(SQLITE) {
        return Ok(());
    }
    begin(scene);
    scene.step("250 messages are in the database").await?;
    scene.write(&write_many(1, 250))?;
    scene
        .step("ana comes back, and has only the first one")
        .await?;
    enters(scene, "ana", &back_after("ana", 1)).await?;
    scene.hears_history("ana", 2..=250, PAGE).await?;
    scene.step("ana sends a message").await?;
    says(scene, "ana", &draft(251), 251, &[]).await
}

async fn a_new_message_does_not_overtake_the_history(scene: &mut Scene) -> Result {
    if !scene.has_database(SQLITE) {
        return Ok(());
    }
    begin(scene);
    scene
        .step(&format!("{MANY} messages are in the database"))
        .await?;
    scene.write(&write_many(1, MANY))?;
    scene.step("beto comes back, and has all of them").await?;
    enters(scene, "beto", &back_after("beto", MANY)).await?;
    scene
        .step("ana comes back with the first one, and beto sends a message at once")
        .await?;
    enters(scene, "ana", &back_after("ana", 1)).await?;
    hears_notice(scene, "beto").await?;
    scene.emit("beto", EVENT, &draft(MANY + 1))?;
    let newest = numbered("beto", &draft(MANY + 1), MANY + 1);
    scene.hears_history_before("ana", 2..=MANY, &newest).await?;
    hears_message(scene, "beto", &newest).await?;
    scene.step("ana sends a message").await?;
    says(scene, "ana", &draft(MANY + 2), MANY + 2, &["beto"]).await
}

async fn a_message_that_waits_for_the_database_arrives_once(scene: &mut Scene) -> Result {
    if !scene.has_database(SQLITE) {
        return Ok(());
    }
    begin(scene);
    enter_all(scene, &["ana"]).await?;
    scene
        .step("another process locks the database, and ana sends a message")
        .await?;
    scene.write("BEGIN IMMEDIATE")?;
    scene.ask("ana", EVENT, &draft(1))?;
    scene.step("beto connects and enters").await?;
    scene.connect(&["beto"]).await?;
    scene.hears("beto", "personas").await?;
    hears_notice(scene, "ana").await?;
    scene.step("the other process unlocks the database").await?;
    scene.write("COMMIT")?;
    scene.hears_answer("ana").await?;
    hears_message(scene, "ana", &numbered("ana", &draft(1), 1)).await?;
    scene
        .hears_stored("beto", &numbered("ana", &draft(1), 1))
        .await?;
    scene.step("ana sends another one").await?;
    says(scene, "ana", &draft(2), 2, &["beto"]).await
}

async fn a_message_to_a_room_is_not_in_the_history(scene: &mut Scene) -> Result {
    begin(scene);
    enter_all(scene, &["ana"]).await?;
    scene.step("ana joins rust, and writes to it").await?;
    scene.ask("ana", "unirse", &json!({ "sala": "rust" }))?;
    scene.hears_answer("ana").await?;
    scene.hears("ana", "personas").await?;
    let mut to_room = draft(1);
    to_room["sala"] = json!("rust");
    scene.ask("ana", EVENT, &to_room)?;
    scene.hears_answer("ana").await?;
    scene.step("ana writes to everyone").await?;
    says(scene, "ana", &draft(2), 1, &[]).await?;
    scene.step("beto connects and enters").await?;
    scene.connect(&["beto"]).await?;
    scene.hears("beto", "personas").await?;
    scene.hears_history("beto", 1..=1, PAGE).await?;
    hears_notice(scene, "ana").await
}

async fn a_message_that_cannot_be_stored_is_answered_with_an_error(scene: &mut Scene) -> Result {
    if !scene.has_database(SQLITE) {
        return Ok(());
    }
    begin(scene);
    enter_all(scene, &["ana", "beto"]).await?;
    scene.step("another process locks the database").await?;
    scene.write("BEGIN IMMEDIATE")?;
    scene.step("ana sends a message").await?;
    scene.ask("ana", EVENT, &draft(1))?;
    scene.hears_late_answer("ana", LOCK).await?;
    scene.step("the other process unlocks the database").await?;
    scene.write("COMMIT")?;
    scene.step("ana sends the message again").await?;
    says(scene, "ana", &draft(1), 1, &["beto"]).await
}
