//! The server's database, which this process writes to: for the server, it's another process.

use anyhow::{Context, bail, ensure};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::time::timeout;
use wire::transcript::Direction;

use super::{
    QUIET, Result, Scene, Unseen,
    talk::{answer_payload, event_payload},
    unexpected,
};

/// How long the server may take to notice what was written.
const NOTICE_LIMIT: Duration = Duration::from_secs(5);

/// How long it may take to give up on a locked database. By default, that's 5 seconds.
const LOCK_LIMIT: Duration = Duration::from_secs(15);

/// An answer never takes this long, unless the event loop waits for the database. It would wait for 5 seconds.
const PROMPT: Duration = Duration::from_secs(2);

/// The writer's name in the transcript.
const WRITER: &str = "sensor";

impl Scene {
    /// Whether the server's database is known. If not, the scenario can't go on.
    pub fn has_database(&mut self) -> bool {
        let is_known = self.database.is_some();
        if !is_known {
            self.unseen = Some(Unseen::Database);
        }
        // A cause comes before its effects.
        self.recorder.place(WRITER);
        is_known
    }

    /// Runs SQL on the server's database.
    pub fn write(&mut self, sql: &str) -> Result {
        let database = self.open_database()?;
        let written = database.execute_batch(sql);
        written.with_context(|| format!("the database should have accepted `{sql}`"))?;
        self.recorder.line(WRITER, Direction::Happened, sql);
        Ok(())
    }

    /// The same for SQL that the database refuses because a value doesn't fit.
    pub fn is_refused_by_database(&mut self, sql: &str) -> Result {
        let refused = self.open_database()?.execute_batch(sql).err();
        let code = refused.and_then(|error| error.sqlite_error_code());
        ensure!(
            code == Some(ErrorCode::ConstraintViolation),
            "the database should have refused `{sql}`"
        );
        let note = format!("{sql} is refused");
        self.recorder.line(WRITER, Direction::Happened, &note);
        Ok(())
    }

    fn open_database(&mut self) -> Result<&Connection> {
        if self.writer.is_none() {
            let path = self.database.as_ref().context("the database is unknown")?;
            // Without the flag that would create it.
            let opened = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE);
            let words = "the server should have created the database that DATABASE names";
            // The error itself names a file that differs from run to run.
            self.writer = Some(opened.ok().context(words)?);
        }
        self.writer.as_ref().context("the database is unknown")
    }

    /// Hears a reading.
    pub async fn hears_reading(&mut self, who: &str, reading: &Value) -> Result {
        let frame = self.receive_reading(who, reading).await?;
        self.recorder.line(who, Direction::Received, &frame);
        Ok(())
    }

    /// Hears these readings, in this order and nothing between them.
    pub async fn hears_readings(&mut self, who: &str, readings: &[Value]) -> Result {
        let mut frames = Vec::with_capacity(readings.len());
        for reading in readings {
            frames.push(self.receive_reading(who, reading).await?);
        }
        self.record_burst(who, Direction::Received, &frames);
        Ok(())
    }

    /// Hears the answer to its last question, and a reading. Either may come first, since they're sent by two threads.
    pub async fn hears_answer_and_reading(&mut self, who: &str, reading: &Value) -> Result {
        let last = self.client(who)?.next_ack.saturating_sub(1);
        let expected = format!("an answer, and `lectura` {reading}");
        let mut frames = Vec::new();
        for _ in 0..2 {
            frames.push(self.receive_later(who, &expected, NOTICE_LIMIT).await?);
        }
        frames.sort_by_key(|frame| answer_payload(frame, last).is_none());
        for frame in &frames {
            self.recorder.line(who, Direction::Received, frame);
        }
        let is_expected = answer_payload(&frames[0], last).is_some()
            && event_payload(&frames[1], "lectura").as_ref() == Some(reading);
        ensure!(
            is_expected,
            unexpected(who, &expected, &frames.join(" and "))
        );
        Ok(())
    }

    async fn receive_reading(&mut self, who: &str, reading: &Value) -> Result<String> {
        let expected = format!("`lectura` {reading}");
        let frame = self.receive_later(who, &expected, NOTICE_LIMIT).await?;
        match event_payload(&frame, "lectura") {
            Some(payload) if payload == *reading => Ok(frame),
            _ => Err(unexpected(who, &expected, &frame)),
        }
    }

    /// Asks a question without a payload again and again, and is answered each time, until the server has logged that the
    /// database is locked.
    pub async fn is_answered_until_the_lock_is_logged(&mut self, who: &str, event: &str) -> Result {
        let Some(log) = self.log.clone() else {
            self.unseen.get_or_insert(Unseen::Log);
            return Ok(());
        };
        // How often it asks differs from run to run, so it's always the same question.
        let id = self.ack_id(who)?;
        let question = format!("42{id}{}", json!([event]));
        self.recorder.line(who, Direction::Sent, &question);
        let mut is_recorded = false;
        let begin = Instant::now();
        loop {
            let client = self.client(who)?;
            client.connection.send(question.clone());
            let answer = timeout(PROMPT, client.next()).await.ok().flatten();
            let answer = answer.with_context(|| {
                format!(
                    "while another process locks the database, {who} should have been answered, but wasn't within {} s",
                    PROMPT.as_secs()
                )
            })?;
            if answer_payload(&answer, id).is_none() {
                return Err(unexpected(who, "an answer", &answer));
            }
            if !is_recorded {
                self.recorder.line(who, Direction::Received, &answer);
                is_recorded = true;
            }
            // SQLite's words, which every library passes on.
            let words = "database is locked";
            if log.wait_for(words, QUIET).await.is_ok() {
                let note = format!("and so on, until the server logs {words:?}");
                self.recorder.line(who, Direction::Happened, &note);
                return Ok(());
            }
            if begin.elapsed() > LOCK_LIMIT {
                bail!("the server should have logged {words:?}");
            }
        }
    }
}
