//! The server's database, which this process writes to: for the server, it's another process.

use anyhow::{Context, bail, ensure};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use serde_json::{Value, json};
use std::{
    ops::RangeInclusive,
    time::{Duration, Instant},
};
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

impl Scene {
    /// Whether the server's database is known. If not, the scenario can't go on. What this process does to the database
    /// stands in the transcript under this name.
    pub fn has_database(&mut self, writer: &'static str) -> bool {
        let is_known = self.database.is_some();
        if !is_known {
            self.unseen = Some(Unseen::Database);
        }
        self.writer_name = writer;
        // A cause comes before its effects.
        self.recorder.place(writer);
        is_known
    }

    /// Runs SQL on the server's database.
    pub fn write(&mut self, sql: &str) -> Result {
        let database = self.open_database()?;
        let written = database.execute_batch(sql);
        written.with_context(|| format!("the database should have accepted `{sql}`"))?;
        self.recorder
            .line(self.writer_name, Direction::Happened, sql);
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
        self.recorder
            .line(self.writer_name, Direction::Happened, &note);
        Ok(())
    }

    /// Looks something up in the server's database, which must be this string.
    pub fn finds_in_database(&mut self, sql: &str, expected: &str) -> Result {
        let found: Option<String> = self
            .open_database()?
            .query_row(sql, [], |row| row.get(0))
            .with_context(|| format!("the database should have answered `{sql}`"))?;
        let found = found.unwrap_or_default();
        ensure!(
            found == expected,
            "in the database, `{sql}` should have found {expected:?}, but found {found:?}"
        );
        let note = format!("{sql} finds {expected:?}");
        self.recorder
            .line(self.writer_name, Direction::Happened, &note);
        Ok(())
    }

    /// Hears the messages with these numbers, in `historial` pages of at most this many.
    pub async fn hears_history(
        &mut self,
        who: &str,
        numbers: RangeInclusive<u64>,
        page: usize,
    ) -> Result {
        let numbers: Vec<_> = numbers.collect();
        for page in numbers.chunks(page) {
            let (first, last) = (page[0], page[page.len() - 1]);
            let expected = format!("`historial` with the numbers {first} to {last}");
            let frame = self.receive_silently(who, &expected).await?;
            let rows = event_payload(&frame, "historial").unwrap_or_default();
            let rows = rows.as_array().map(Vec::as_slice).unwrap_or_default();
            let found = rows.iter().map(|row| row["numero"].as_u64());
            if !found.eq(page.iter().copied().map(Some)) {
                return Err(unexpected(who, &expected, &frame));
            }
            match rows {
                [first, _, _, .., last] => {
                    let between = rows.len() - 2;
                    let short = format!(
                        "42[\"historial\",[{first}, … {between} more, in order …, {last}]]"
                    );
                    self.recorder.line(who, Direction::Received, &short);
                }
                _ => self.recorder.line(who, Direction::Received, &frame),
            }
        }
        Ok(())
    }

    /// Hears this message once: in a page of the history, or like the others. That depends on what the server's thread does
    /// first.
    pub async fn hears_stored(&mut self, who: &str, message: &Value) -> Result {
        let expected = format!("{message}, in `historial` or `enviar-mensaje`");
        let frame = self.receive_silently(who, &expected).await?;
        let heard = match event_payload(&frame, "historial") {
            Some(page) if page.as_array().is_some_and(|page| page.len() == 1) => {
                page.get(0).cloned()
            }
            _ => event_payload(&frame, "enviar-mensaje"),
        };
        if heard.as_ref() != Some(message) {
            return Err(unexpected(who, &expected, &frame));
        }
        let note = "that message, in `historial` or `enviar-mensaje`";
        self.recorder.line(who, Direction::Received, note);
        Ok(())
    }

    /// Hears all messages with these numbers, in `historial` pages of any size, and only then this message to everyone.
    pub async fn hears_history_before(
        &mut self,
        who: &str,
        numbers: RangeInclusive<u64>,
        message: &Value,
    ) -> Result {
        let (first, last) = (numbers.start(), numbers.end());
        let expected = format!("the messages {first} to {last}, each once, and then {message}");
        let mut history = Vec::new();
        let (heard, frame) = loop {
            // When a server that fails gives up, and whether it can say so, differs from run to run.
            let frame = self.receive_silently(who, &expected).await;
            let frame = frame.ok().filter(|frame| frame.starts_with("42"));
            let frame =
                frame.with_context(|| format!("{who} should have heard {expected}, but didn't"))?;
            match event_payload(&frame, "historial") {
                Some(Value::Array(rows)) => history.extend(rows),
                _ => break (event_payload(&frame, "enviar-mensaje"), frame),
            }
        };
        let found = history.iter().map(|row| row["numero"].as_u64());
        if !found.eq(numbers.map(Some)) || heard.as_ref() != Some(message) {
            return Err(unexpected(who, &expected, &frame));
        }
        if let [first, .., last] = history.as_slice() {
            let between = history.len() - 2;
            let short = format!(
                "42[\"historial\",[{first}, … {between} more, in pages and in order …, {last}]]"
            );
            self.recorder.line(who, Direction::Received, &short);
        }
        self.recorder.line(who, Direction::Received, &frame);
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
