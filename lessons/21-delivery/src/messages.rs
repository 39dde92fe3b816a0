//! The messages to everyone, in a database. One thread owns it and does one job after the other, so that no message
//! overtakes a replay.

use std::{iter, path::Path, sync::mpsc, thread};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, named_params};
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
);
CREATE UNIQUE INDEX IF NOT EXISTS mensajes_id ON mensajes (de, id)";

/// The number of a message that's already there.
const NUMBER: &str = "SELECT numero FROM mensajes WHERE de = ? AND id = ?";

const STORE: &str =
    "INSERT INTO mensajes (de, mensaje, id, fecha) VALUES (:de, :mensaje, :id, :fecha)";

/// A client's buffer holds a number of packets, so many messages share one: at most 100.
const PAGE: &str = "SELECT * FROM mensajes WHERE numero > ? ORDER BY numero LIMIT 100";

/// The last number that was used.
const NEWEST: &str =
    "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'mensajes'), 0)";

/// The number before the last 50 messages.
const BEFORE_THE_LAST: &str = "SELECT coalesce(
    (SELECT numero FROM mensajes ORDER BY numero DESC LIMIT 1 OFFSET 50), 0)";

/// How many jobs share a transaction, and with it the time until the disk has stored it.
const AT_ONCE: usize = 1000;

/// The room of the clients that have got every message so far.
const UP_TO_DATE: &str = "up-to-date";

/// Work for the thread.
pub enum Job {
    /// Store a message of this sender, answer, and send it to everyone.
    Store(String, Message, AckSender),
    /// Send a client everything after the message with this number; the last 50 messages if there's none.
    Replay(SocketRef, Option<i64>),
}

/// A message, its sender's name, and the way to answer it.
type Draft = (String, Message, AckSender);

/// The number that a message has got, or had before.
type Answer = (AckSender, i64);

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
/// The file can't be opened, is locked, isn't a database, or has two messages of one person with the same id.
pub fn open(path: &Path) -> rusqlite::Result<Connection> {
    let database = Connection::open(path)?;
    // A log of changes, which is faster to write, and doesn't make readers wait.
    database.pragma_update(None, "journal_mode", "wal")?;
    database.execute_batch(TABLE)?;
    Ok(database)
}

/// Starts the thread. It ends with the process.
pub fn run(jobs: mpsc::Receiver<Job>, mut database: Connection, io: SocketIo) {
    let event_loop = Handle::current();
    thread::spawn(move || {
        // `disconnect` starts the disconnect handler, and that's a task of the event loop.
        let _context = event_loop.enter();
        while let Ok(first) = jobs.recv() {
            let mut drafts = Vec::new();
            for job in iter::once(first).chain(jobs.try_iter()).take(AT_ONCE) {
                match job {
                    Job::Store(name, message, ack) => drafts.push((name, message, ack)),
                    // Messages that aren't stored yet reach this client with everyone else.
                    Job::Replay(socket, last) => {
                        if let Err(error) = replay(&database, &socket, last) {
                            warn!(%error, "cannot send a client what it has missed");
                            // It's already disconnected, or it has to come again.
                            socket.disconnect().ok();
                        }
                    }
                }
            }
            // A transaction without messages would only wait for a lock.
            if drafts.is_empty() {
                continue;
            }
            match store(&mut database, drafts) {
                Ok((answers, new)) => {
                    for (ack, number) in answers {
                        answer(ack, &json!({ "ok": true, "numero": number }));
                    }
                    for message in new {
                        let sending = io.to(UP_TO_DATE).emit("enviar-mensaje", &message);
                        if let Err(error) = event_loop.block_on(sending) {
                            warn!(%error, "the message did not reach everyone");
                        }
                    }
                }
                // Without an answer, the clients send their messages again.
                Err(error) => warn!(%error, "cannot store messages"),
            }
        }
    });
}

/// Stores all of these messages or none. Returns the answers to all, and the messages that weren't there before.
fn store(
    database: &mut Connection,
    drafts: Vec<Draft>,
) -> rusqlite::Result<(Vec<Answer>, Vec<Stored>)> {
    let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (mut answers, mut new) = (Vec::new(), Vec::new());
    for (name, message, ack) in drafts {
        let mut known = transaction.prepare_cached(NUMBER)?;
        if let Some(number) = known
            .query_row([&name, &message.id], |row| row.get(0))
            .optional()?
        {
            answers.push((ack, number));
            continue;
        }
        transaction.prepare_cached(STORE)?.execute(named_params! {
            ":de": name,
            ":mensaje": message.text,
            ":id": message.id,
            ":fecha": message.date,
        })?;
        let number = transaction.last_insert_rowid();
        answers.push((ack, number));
        new.push(Stored {
            from: name,
            text: message.text,
            id: message.id,
            date: message.date,
            number,
        });
    }
    transaction.commit()?;
    Ok((answers, new))
}

/// Sends what a client has missed. From then on it gets every message.
fn replay(database: &Connection, socket: &SocketRef, last: Option<i64>) -> anyhow::Result<()> {
    let newest = database.query_row(NEWEST, [], |row| row.get(0))?;
    let mut last = match last {
        // A number that wasn't used yet comes from another database.
        Some(last) if last <= newest => last,
        _ => database.query_row(BEFORE_THE_LAST, [], |row| row.get(0))?,
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
