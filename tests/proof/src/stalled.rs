//! A client that reads nothing for so long that the server's buffer for it overflows.

use anyhow::{Context, Result, bail, ensure};
use wire::connection::{Connection, Http, Transport, handshake};

use crate::{
    dialect::{Dialect, Frame},
    server::{Contender, Mortals},
};

/// How many messages are sent without waiting for an answer.
const AT_ONCE: u64 = 500;

/// How well the client has heard everything in the end.
#[derive(Debug)]
pub struct Outcome {
    /// Whether it has noticed that messages were missing.
    pub noticed: bool,
    /// The numbers of all messages that it has heard.
    pub numbers: Vec<i64>,
}

/// Sends this many messages while a client doesn't read, and one more when it reads again. The client comes back as soon
/// as it notices a gap.
pub async fn run(contender: Contender, messages: u64) -> Result<Outcome> {
    let servers = Mortals::start(contender, 1).await?;
    let (base, dialect) = (&servers.bases()[0], contender.dialect());

    // Over long-polling, nothing is on its way to a client that doesn't ask.
    let http = Http::new(base)?;
    let path = "/socket.io/?EIO=4&transport=polling";
    let opened = handshake(&http.get(path, None).await?.body)?;
    let path = format!("{path}&sid={}", opened["sid"].as_str().unwrap_or_default());
    http.post(&path, dialect.join("stalled", Some(0))).await?;

    let mut sender = join(base, dialect, "sender").await?;
    for message in 1..=messages {
        sender.send(dialect.message(message, &format!("message {message}")));
        // The sender reads, and its buffer doesn't overflow.
        if message.is_multiple_of(AT_ONCE) || message == messages {
            wait_for_answer(&mut sender, dialect, message).await?;
        }
    }

    let mut outcome = Outcome {
        noticed: false,
        numbers: Vec::new(),
    };
    let mut is_first = true;
    while !outcome.noticed {
        let body = http.get(&path, None).await?.body;
        for packet in body.split('\u{1e}') {
            if let Frame::Live(heard) = dialect.read(packet) {
                outcome.noticed |= heard.number != outcome.last() + 1;
                if outcome.noticed {
                    break;
                }
                outcome.numbers.push(heard.number);
            }
        }
        if is_first {
            is_first = false;
            sender.send(dialect.message(messages + 1, "one more"));
            wait_for_answer(&mut sender, dialect, messages + 1).await?;
        }
        if outcome.last().cast_unsigned() > messages {
            return Ok(outcome);
        }
    }

    let mut connection = Connection::open(base, Transport::Polling).await?;
    connection.send(dialect.join("stalled", Some(outcome.last())));
    while outcome.last().cast_unsigned() <= messages {
        let packet = connection
            .receive()
            .await
            .context("the server has closed the connection")?;
        if let Frame::Missed(missed) = dialect.read(&packet) {
            outcome
                .numbers
                .extend(missed.iter().map(|heard| heard.number));
        }
    }
    Ok(outcome)
}

impl Outcome {
    fn last(&self) -> i64 {
        self.numbers.last().copied().unwrap_or(0)
    }
}

async fn join(base: &str, dialect: Dialect, name: &str) -> Result<Connection> {
    let mut connection = Connection::open(base, Transport::WebSocket).await?;
    connection.receive().await.context("no handshake")?;
    connection.send(dialect.join(name, Some(0)));
    // A server closes the connection of a client that sends an event before it has joined.
    let joined = connection.receive().await.context("no answer")?;
    ensure!(joined.starts_with("40"), "the client didn't join: {joined}");
    Ok(connection)
}

async fn wait_for_answer(sender: &mut Connection, dialect: Dialect, question: u64) -> Result<()> {
    while let Some(packet) = sender.receive().await {
        if matches!(dialect.read(&packet), Frame::Answer(answered) if answered == question) {
            return Ok(());
        }
    }
    bail!("the server has closed the sender's connection")
}
