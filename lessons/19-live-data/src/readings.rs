//! Temperatures in a database that any process may write to. Every client hears about the new ones.

use std::{path::Path, thread, time::Duration};

use anyhow::{Result, ensure};
use rusqlite::Connection;
use serde::Serialize;
use socketioxide::SocketIo;
use tokio::runtime::Handle;
use tracing::{info, warn};

/// The database itself refuses values that aren't temperatures; strings, too, which it considers greater than all numbers.
/// With `AUTOINCREMENT` no id is used twice, not even after its row was deleted.
const TABLE: &str = "lecturas (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    valor REAL NOT NULL CHECK (valor BETWEEN -273.15 AND 1000)
)";

/// Only one process writes at a time, so the ids rise in the order in which the rows can be read.
const NEW: &str = "SELECT id, valor FROM lecturas WHERE id > ? ORDER BY id LIMIT 100";

/// The time between two looks. With the limit above, a client that reads keeps up, however many rows are new.
const PAUSE: Duration = Duration::from_millis(200);

/// The payload of `lectura`.
#[derive(Serialize)]
struct Reading {
    id: i64,
    /// In °C.
    #[serde(rename = "valor")]
    value: f64,
    #[serde(rename = "alarma")]
    is_alarm: bool,
}

/// The database, and how far it has been read.
pub struct Readings {
    database: Connection,
    last: i64,
    alarm_above: f64,
}

impl Readings {
    /// Opens the database, or creates it. The readings that it already has aren't new.
    ///
    /// # Errors
    /// The file can't be opened, is locked, isn't a database, or has another table of this name.
    pub fn open(path: &Path, alarm_above: f64) -> Result<Self> {
        let database = Connection::open(path)?;
        database.execute_batch(&format!("CREATE TABLE IF NOT EXISTS {TABLE}"))?;
        let sql = "SELECT sql FROM sqlite_schema WHERE name = 'lecturas'";
        let table: String = database.query_row(sql, [], |row| row.get(0))?;
        let is_ours = table == format!("CREATE TABLE {TABLE}");
        ensure!(is_ours, "it has another table `lecturas`");
        let sql = "SELECT coalesce(max(id), 0) FROM lecturas";
        let last = database.query_row(sql, [], |row| row.get(0))?;
        Ok(Self {
            database,
            last,
            alarm_above,
        })
    }

    /// Tells every client about new readings until the server closes.
    ///
    /// This has a thread of its own: while another process locks the database, only this thread waits, for 5 seconds at
    /// most. On the event loop, everyone would.
    pub fn watch(mut self, io: SocketIo) {
        let event_loop = Handle::current();
        thread::spawn(move || {
            let mut is_failing = false;
            while let Some(everyone) = io.of("/") {
                let new = self.take_new();
                // Says only once that it's trying again.
                match &new {
                    Err(error) if !is_failing => warn!(%error, "cannot read the database"),
                    Ok(_) if is_failing => info!("the database can be read again"),
                    _ => {}
                }
                is_failing = new.is_err();
                for reading in new.unwrap_or_default() {
                    let sending = everyone.clone().emit("lectura", &reading);
                    if let Err(error) = event_loop.block_on(sending) {
                        warn!(%error, "the reading did not reach everyone");
                    }
                }
                thread::sleep(PAUSE);
            }
        });
    }

    /// The readings since the last call.
    fn take_new(&mut self) -> rusqlite::Result<Vec<Reading>> {
        let mut statement = self.database.prepare_cached(NEW)?;
        let rows = statement.query_map([self.last], |row| {
            let value = row.get("valor")?;
            Ok(Reading {
                id: row.get("id")?,
                value,
                is_alarm: value > self.alarm_above,
            })
        })?;
        let readings: Vec<_> = rows.collect::<rusqlite::Result<_>>()?;
        if let Some(newest) = readings.last() {
            self.last = newest.id;
        }
        Ok(readings)
    }
}
