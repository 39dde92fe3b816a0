//! The messages to everyone, in a database. One thread owns it and does one job after the other, so that no message
//! overtakes a replay.

use std::{
    fs::File,
    path::Path,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use anyhow::Result;
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
const PAGE: &str =
    "SELECT * FROM mensajes WHERE numero > ? AND numero <= ? ORDER BY numero LIMIT 100";

/// The last number that was used.
const NEWEST: &str =
    "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'mensajes'), 0)";

/// The number before the last 50 messages.
const BEFORE_THE_LAST: &str = "SELECT coalesce(
    (SELECT numero FROM mensajes ORDER BY numero DESC LIMIT 1 OFFSET 50), 0)";

/// How many jobs share a transaction, and with it the time until the disk has stored it.
const AT_ONCE: usize = 1000;

/// How long another process's message may wait here.
const PAUSE: Duration = Duration::from_millis(20);

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
pub fn open(path: &Path) -> Result<Connection> {
    // One process after the other: SQLite itself doesn't wait while another process turns the log of changes on.
    let turn = File::create(path.with_extension("lock"))?;
    turn.lock()?;
    let database = Connection::open(path)?;
    // A log of changes, which is faster to write, and doesn't make readers wait.
    database.pragma_update(None, "journal_mode", "wal")?;
    database.execute_batch(TABLE)?;
    Ok(database)
}

/// Starts the thread. It ends with the process.
///
/// # Errors
/// The database can't be read.
pub fn run(jobs: mpsc::Receiver<Job>, mut database: Connection, io: SocketIo) -> Result<()> {
    let event_loop = Handle::current();
    // The last message that this process has sent to its clients. Earlier ones are history.
    let mut last = database.query_row(NEWEST, [], |row| row.get(0))?;
    thread::spawn(move || {
        // `disconnect` starts the disconnect handler, and that's a task of the event loop.
        let _context = event_loop.enter();
        loop {
            let first = match jobs.recv_timeout(PAUSE) {
                Ok(job) => Some(job),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let waiting = first.into_iter().chain(jobs.try_iter()).take(AT_ONCE);
            let waiting: Vec<Job> = waiting.collect();
            // Before the replays: a client of another process may have heard everything that was in the table when it came.
            event_loop.block_on(send_new(&database, &io, &mut last));
            let mut drafts = Vec::new();
            for job in waiting {
                match job {
                    Job::Store(name, message, ack) => drafts.push((name, message, ack)),
                    // Messages that aren't stored yet reach this client with everyone else.
                    Job::Replay(socket, since) => {
                        if let Err(error) = replay(&database, &socket, since, last) {
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
                Ok(answers) => {
                    for (ack, number) in answers {
                        answer(ack, &json!({ "ok": true, "numero": number }));
                    }
                }
                // Without an answer, the clients send their messages again.
                Err(error) => warn!(%error, "cannot store messages"),
            }
            event_loop.block_on(send_new(&database, &io, &mut last));
        }
    });
    Ok(())
}

/// Sends everyone what was stored since the last call, by this process or another one.
async fn send_new(database: &Connection, io: &SocketIo, last: &mut i64) {
    loop {
        let page = page_between(database, *last, i64::MAX).unwrap_or_else(|error| {
            warn!(%error, "cannot read messages");
            Vec::new()
        });
        if page.is_empty() {
            return;
        }
        for message in page {
            *last = message.number;
            if let Err(error) = io.to(UP_TO_DATE).emit("enviar-mensaje", &message).await {
                warn!(%error, "the message did not reach everyone");
            }
        }
    }
}

/// Stores all of these messages or none, and returns their numbers. A message that's already there keeps its own.
fn store(database: &mut Connection, drafts: Vec<Draft>) -> rusqlite::Result<Vec<Answer>> {
    let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut answers = Vec::new();
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
        answers.push((ack, transaction.last_insert_rowid()));
    }
    transaction.commit()?;
    Ok(answers)
}

/// Sends a client what it has missed, up to the last message that the others have got. From then on it gets every message.
fn replay(database: &Connection, socket: &SocketRef, since: Option<i64>, last: i64) -> Result<()> {
    let mut since = match since {
        // A number that wasn't used yet comes from another database.
        Some(since) if since <= last => since,
        _ => database.query_row(BEFORE_THE_LAST, [], |row| row.get(0))?,
    };
    loop {
        let page = page_between(database, since, last)?;
        let Some(newest) = page.last() else { break };
        since = newest.number;
        socket.emit("historial", &page)?;
    }
    // A client that has left meanwhile would stay in the room forever.
    if socket.connected() {
        socket.join(UP_TO_DATE);
    }
    Ok(())
}

/// The messages after one number, up to another one.
fn page_between(database: &Connection, since: i64, last: i64) -> rusqlite::Result<Vec<Stored>> {
    let mut statement = database.prepare_cached(PAGE)?;
    let rows = statement.query_map([since, last], |row| {
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
