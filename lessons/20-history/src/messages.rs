//! The messages to everyone, in a database. One thread owns it and does one job after the other, so that no message
//! overtakes a replay.

use std::{path::Path, sync::mpsc, thread};

use rusqlite::{Connection, named_params};
use serde::Serialize;
use serde_json::json;
use socketioxide::{
    SocketIo,
    extract::{AckSender, SocketRef},
};
use tokio::runtime::Handle;
use tracing::{error, warn};

use crate::controller::{Message, answer};

/// With `AUTOINCREMENT` no number is used twice, not even after its row was deleted.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS mensajes (
    numero INTEGER PRIMARY KEY AUTOINCREMENT,
    de TEXT NOT NULL,
    mensaje TEXT NOT NULL,
    id TEXT NOT NULL,
    fecha INTEGER NOT NULL
)";

const STORE: &str =
    "INSERT INTO mensajes (de, mensaje, id, fecha) VALUES (:de, :mensaje, :id, :fecha)";

/// A client's buffer holds a number of packets, so many messages share one: at most 100.
const PAGE: &str = "SELECT * FROM mensajes WHERE numero > ? ORDER BY numero LIMIT 100";

/// The number before the last 50 messages.
const BEFORE_THE_LAST: &str = "SELECT coalesce(
    (SELECT numero FROM mensajes ORDER BY numero DESC LIMIT 1 OFFSET 50), 0)";

/// The room of the clients that have got every message so far.
const UP_TO_DATE: &str = "up-to-date";

/// Work for the thread.
pub enum Job {
    /// Store a message of this sender, answer, and send it to everyone.
    Store(String, Message, AckSender),
    /// Send a client everything after the message with this number; the last 50 messages if there's none.
    Replay(SocketRef, Option<i64>),
}

/// The way to the thread.
#[derive(Clone)]
pub struct Jobs(pub mpsc::Sender<Job>);

impl Jobs {
    /// Adds a job to those that wait. Nothing limits their number: lesson 08 limits what one client may send.
    pub fn add(&self, job: Job) {
        if self.0.send(job).is_err() {
            error!("the thread that owns the database has ended");
        }
    }
}

/// A message as it's sent.
#[derive(Serialize)]
struct Stored {
    #[serde(rename = "de")]
    from: String,
    #[serde(rename = "mensaje")]
    text: String,
    id: String,
    #[serde(rename = "fecha")]
    date: i64,
    #[serde(rename = "numero")]
    number: i64,
}

/// Opens the database, or creates it.
///
/// # Errors
/// The file can't be opened, is locked, or isn't a database.
pub fn open(path: &Path) -> rusqlite::Result<Connection> {
    let database = Connection::open(path)?;
    // A log of changes, which is faster to write, and doesn't make readers wait.
    database.pragma_update(None, "journal_mode", "wal")?;
    database.execute_batch(TABLE)?;
    Ok(database)
}

/// Starts the thread. It ends with the process.
pub fn run(jobs: mpsc::Receiver<Job>, database: Connection, io: SocketIo) {
    let event_loop = Handle::current();
    thread::spawn(move || {
        // `disconnect` starts the disconnect handler, and that's a task of the event loop.
        let _context = event_loop.enter();
        for job in jobs {
            match job {
                Job::Store(name, message, ack) => match store(&database, name, message) {
                    Ok(message) => {
                        answer(ack, &json!({ "ok": true, "numero": message.number }));
                        let sending = io.to(UP_TO_DATE).emit("enviar-mensaje", &message);
                        if let Err(error) = event_loop.block_on(sending) {
                            warn!(%error, "the message did not reach everyone");
                        }
                    }
                    Err(error) => {
                        warn!(%error, "cannot store a message");
                        answer(ack, &json!({ "error": "the message was not stored" }));
                    }
                },
                Job::Replay(socket, last) => {
                    if let Err(error) = replay(&database, &socket, last) {
                        warn!(%error, "cannot send a client what it has missed");
                        // It's already disconnected, or it has to come again.
                        socket.disconnect().ok();
                    }
                }
            }
        }
    });
}

fn store(database: &Connection, name: String, message: Message) -> rusqlite::Result<Stored> {
    database.prepare_cached(STORE)?.execute(named_params! {
        ":de": name,
        ":mensaje": message.text,
        ":id": message.id,
        ":fecha": message.date,
    })?;
    Ok(Stored {
        from: name,
        text: message.text,
        id: message.id,
        date: message.date,
        number: database.last_insert_rowid(),
    })
}

/// Sends what a client has missed. From then on it gets every message.
fn replay(database: &Connection, socket: &SocketRef, last: Option<i64>) -> anyhow::Result<()> {
    let mut last = match last {
        Some(last) => last,
        None => database.query_row(BEFORE_THE_LAST, [], |row| row.get(0))?,
    };
    loop {
        let page = page_after(database, last)?;
        let Some(newest) = page.last() else { break };
        last = newest.number;
        socket.emit("historial", &page)?;
    }
    // A client that has left meanwhile would stay in the room forever.
    if socket.connected() {
        socket.join(UP_TO_DATE);
    }
    Ok(())
}

fn page_after(database: &Connection, last: i64) -> rusqlite::Result<Vec<Stored>> {
    let mut statement = database.prepare_cached(PAGE)?;
    let rows = statement.query_map([last], |row| {
        Ok(Stored {
            from: row.get("de")?,
            text: row.get("mensaje")?,
            id: row.get("id")?,
            date: row.get("fecha")?,
            number: row.get("numero")?,
        })
    })?;
    rows.collect()
}
