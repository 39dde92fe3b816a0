//! Lesson 19: live data.

use serde_json::{Value, json};

use super::{EVENT, chat::enter_all, group, message, middleware::auth};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// How many readings one statement writes: more than a server may want to read at once.
const MANY: u16 = 250;

/// For the table.
const TABLE: Hints = [
    "The server creates the table if it isn't there. The database itself can refuse what doesn't fit, whoever writes it.",
    "`rusqlite::Connection::open` and `execute_batch`; `NOT NULL` and `CHECK` in the SQL.",
    "CREATE TABLE IF NOT EXISTS lecturas (id INTEGER PRIMARY KEY AUTOINCREMENT, valor REAL NOT NULL CHECK (valor BETWEEN \
     -273.15 AND 1000))",
];

/// For new readings.
const READINGS: Hints = [
    "Nobody tells the server that another process has written, so it has to look: for rows whose id is greater than the \
     last one that it has seen. SQLite's calls may wait, so they need a thread of their own.",
    "`rusqlite::Connection::prepare_cached`, `Statement::query_map`; `std::thread::spawn`; \
     `tokio::runtime::Handle::block_on` to emit.",
    "SELECT id, valor FROM lecturas WHERE id > ? ORDER BY id LIMIT 100",
];

/// For the lock.
const LOCK: Hints = [
    "While another process locks the database, a read waits, and fails after a while. On the event loop, everyone would wait \
     with it. And the watch has to go on afterwards.",
    "`std::thread::spawn`; log the error of `rusqlite`, and try again after the pause.",
    "match &new {\n    Err(error) if !is_failing => warn!(%error, \"cannot read the database\"),\n    Ok(_) if is_failing => \
     info!(\"the database can be read again\"),\n    _ => {}\n}",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("live-data"),
        BothTransports,
        TABLE,
        [a_reading_that_is_not_a_temperature_is_refused]
    ),
    group!(
        from("live-data"),
        BothTransports,
        READINGS,
        [
            a_reading_from_another_process_reaches_everyone,
            a_high_reading_is_an_alarm,
            a_newcomer_hears_only_new_readings,
            many_readings_at_once_arrive_in_order,
            a_reading_that_is_taken_back_reaches_nobody,
            a_reading_after_a_deleted_one_is_new,
        ]
    ),
    group!(
        from("live-data"),
        BothTransports,
        LOCK,
        [the_chat_goes_on_while_the_database_is_locked]
    ),
];

/// The SQL that writes a reading.
pub(crate) fn insert(value: &str) -> String {
    format!("INSERT INTO lecturas (valor) VALUES ({value})")
}

/// A reading as clients get it.
pub(crate) fn reading(id: u16, value: f64, is_alarm: bool) -> Value {
    json!({ "id": id, "valor": value, "alarma": is_alarm })
}

/// These clients enter. If the server's database is unknown, they don't, and the scenario can't go on.
pub(crate) async fn enter(scene: &mut Scene, names: &[&str]) -> Result<bool> {
    let has_database = scene.has_database("sensor");
    if has_database {
        scene.introduce(auth);
        enter_all(scene, names).await?;
    }
    Ok(has_database)
}

async fn a_reading_that_is_not_a_temperature_is_refused(scene: &mut Scene) -> Result {
    if !enter(scene, &["ana"]).await? {
        return Ok(());
    }
    scene
        .step("another process writes readings that aren't temperatures")
        .await?;
    for value in ["'mucho'", "NULL", "-300", "1e999", "x'00'"] {
        scene.is_refused_by_database(&insert(value))?;
    }
    Ok(())
}

async fn a_reading_from_another_process_reaches_everyone(scene: &mut Scene) -> Result {
    if !enter(scene, &["ana", "beto"]).await? {
        return Ok(());
    }
    for (id, value) in [(1, 21.5), (2, 22.25)] {
        scene.step("another process writes a reading").await?;
        scene.write(&insert(&value.to_string()))?;
        for who in ["ana", "beto"] {
            scene.hears_reading(who, &reading(id, value, false)).await?;
        }
    }
    Ok(())
}

async fn a_high_reading_is_an_alarm(scene: &mut Scene) -> Result {
    if !enter(scene, &["ana"]).await? {
        return Ok(());
    }
    for (id, value, is_alarm) in [(1, 29.9, false), (2, 30.1, true), (3, -40.5, false)] {
        scene.step("another process writes a reading").await?;
        scene.write(&insert(&value.to_string()))?;
        let reading = reading(id, value, is_alarm);
        scene.hears_reading("ana", &reading).await?;
    }
    Ok(())
}

async fn a_newcomer_hears_only_new_readings(scene: &mut Scene) -> Result {
    if !enter(scene, &["ana"]).await? {
        return Ok(());
    }
    scene.step("another process writes a reading").await?;
    scene.write(&insert("21.5"))?;
    scene.hears_reading("ana", &reading(1, 21.5, false)).await?;
    scene.step("beto connects and enters").await?;
    scene.connect(&["beto"]).await?;
    scene.step("another process writes a reading").await?;
    scene.write(&insert("22.5"))?;
    for who in ["ana", "beto"] {
        scene.hears_reading(who, &reading(2, 22.5, false)).await?;
    }
    Ok(())
}

async fn many_readings_at_once_arrive_in_order(scene: &mut Scene) -> Result {
    if !enter(scene, &["ana", "beto"]).await? {
        return Ok(());
    }
    scene
        .step("another process writes many readings in one statement")
        .await?;
    scene.write(&format!(
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {MANY}) \
         INSERT INTO lecturas (valor) SELECT i + 0.5 FROM n"
    ))?;
    let readings: Vec<_> = (1..=MANY)
        .map(|id| reading(id, f64::from(id) + 0.5, id >= 30))
        .collect();
    for who in ["ana", "beto"] {
        scene.hears_readings(who, &readings).await?;
    }
    Ok(())
}

async fn a_reading_that_is_taken_back_reaches_nobody(scene: &mut Scene) -> Result {
    if !enter(scene, &["ana"]).await? {
        return Ok(());
    }
    scene
        .step("another process writes a reading, and takes it back")
        .await?;
    scene.write("BEGIN IMMEDIATE")?;
    scene.write(&insert("20.5"))?;
    scene.write("ROLLBACK")?;
    scene.step("it writes another one").await?;
    scene.write(&insert("21.5"))?;
    scene.hears_reading("ana", &reading(1, 21.5, false)).await
}

async fn a_reading_after_a_deleted_one_is_new(scene: &mut Scene) -> Result {
    if !enter(scene, &["ana"]).await? {
        return Ok(());
    }
    scene.step("another process writes a reading").await?;
    scene.write(&insert("21.5"))?;
    scene.hears_reading("ana", &reading(1, 21.5, false)).await?;
    scene
        .step("it deletes the reading, and writes another one")
        .await?;
    scene.write("DELETE FROM lecturas WHERE id = 1")?;
    scene.write(&insert("22.5"))?;
    scene.hears_reading("ana", &reading(2, 22.5, false)).await
}

async fn the_chat_goes_on_while_the_database_is_locked(scene: &mut Scene) -> Result {
    if !enter(scene, &["ana", "beto"]).await? {
        return Ok(());
    }
    scene
        .step("another process locks the database, and writes a reading")
        .await?;
    scene.write("BEGIN EXCLUSIVE")?;
    scene.write(&insert("21.5"))?;
    scene
        .step("ana asks for the rooms, again and again")
        .await?;
    scene
        .is_answered_until_the_lock_is_logged("ana", "salas")
        .await?;
    scene.step("ana sends a message").await?;
    scene.ask("ana", EVENT, &message("hola"))?;
    scene.hears_answer("ana").await?;
    scene.hears("beto", EVENT).await?;
    scene.step("the other process unlocks the database").await?;
    scene.write("COMMIT")?;
    for who in ["ana", "beto"] {
        scene.hears_reading(who, &reading(1, 21.5, false)).await?;
    }
    Ok(())
}
