//! Broadcast: one client sends, and all others receive it.

use std::{
    convert::Infallible,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::{Context as _, Result, bail};
use futures_util::TryStreamExt as _;
use tokio::{
    sync::{Notify, Semaphore},
    task::JoinSet,
    time::timeout,
};

use super::{Progress, Times, float};
use crate::{
    client::{Client, expect},
    contender::Dialect,
    record::Figures,
    server::Target,
};

/// How many messages may be on their way: the next is sent when everyone has received the one this many before it. So
/// the server is never idle, and never has to keep too much.
const WINDOW: usize = 4;

/// The date of the first message. Each following one is a millisecond later, so that they differ.
const FIRST_DATE: u64 = 1_700_000_000_000;

/// How the packet of a message begins.
const EVENT: &str = r#"42["enviar-mensaje","#;

/// State that all clients share.
struct Hall {
    progress: Progress,
    dialect: Dialect,
    listeners: usize,
    /// How many clients have received each of the messages on their way.
    heard: [AtomicUsize; WINDOW],
    /// The messages that may be sent.
    turns: Semaphore,
    /// Everyone has received a message.
    begun: Notify,
}

/// Lets one client send, and this many receive it. A message that wasn't sent, or is out of order, is an error.
pub async fn run(target: &Target, listeners: usize, times: Times) -> Result<Figures> {
    let hall = Arc::new(Hall {
        progress: Progress::default(),
        dialect: target.dialect,
        listeners,
        heard: Default::default(),
        turns: Semaphore::new(WINDOW),
        begun: Notify::new(),
    });
    let mut listening = JoinSet::new();
    let mut connected = pin!(Client::connect_each(target, listeners));
    // In a chat, each of them hears who comes after it.
    while let Some(client) = connected.try_next().await? {
        listening.spawn(listen(client, Arc::clone(&hall)));
    }
    let speaker = Client::connect(target, listeners).await?;
    let speaking = tokio::spawn(speak(speaker, Arc::clone(&hall)));

    let load = async {
        let begun = timeout(times.patience, hall.begun.notified()).await;
        begun.context("the first message hasn't reached everyone")?;
        let figures = hall.progress.measure(target, times).await?;
        // If a client hasn't received a message, its turn stays taken. The error says that this took too long.
        let all = u32::try_from(WINDOW).unwrap_or_default();
        let heard = timeout(times.patience, hall.turns.acquire_many(all));
        heard.await.ok();
        hall.turns.close();
        Ok(figures)
    };
    let mut figures = tokio::select! {
        figures = load => figures,
        Some(ended) = listening.join_next() => ended?.map(|never| match never {}),
    }?;
    let sent = speaking.await??;
    let lost = sent * listeners as u64 - hall.progress.received.load(Ordering::Relaxed);
    figures.insert("lost".to_owned(), float(lost));
    Ok(figures)
}

/// Sends when there's a free turn, until the measurement ends. Returns the number of messages sent.
async fn speak(mut client: Client, hall: Arc<Hall>) -> Result<u64> {
    for number in 0.. {
        let Ok(turn) = hall.turns.acquire().await else {
            return Ok(number);
        };
        if hall.progress.has_ended() {
            return Ok(number);
        }
        // The last listener to receive the message returns the turn.
        turn.forget();
        client.send(message(hall.dialect, number)).await?;
        expect(&client.receive_answer().await?, &format!("43{number}["))?;
    }
    Ok(u64::MAX)
}

/// Receives every message, in order, until something goes wrong.
async fn listen(mut client: Client, hall: Arc<Hall>) -> Result<Infallible> {
    let mut next = 0;
    loop {
        let heard = client.receive().await?;
        match number(hall.dialect, &heard) {
            Some(number) if number >= next => {
                // Missed messages are lost, and don't hold up the others.
                for number in next..=number {
                    hall.is_heard(number);
                }
                next = number + 1;
                hall.progress.received.fetch_add(1, Ordering::Relaxed);
            }
            // The names, and the history.
            None if hall.dialect.has_names() && !heard.starts_with(EVENT) => {}
            _ => bail!("expected message {next}, received {heard}"),
        }
    }
}

impl Hall {
    /// Records that a listener has received a message. The last one to receive it returns the turn.
    fn is_heard(&self, number: u64) {
        let message = &self.heard[usize::try_from(number).unwrap_or_default() % WINDOW];
        if message.fetch_add(1, Ordering::Relaxed) + 1 == self.listeners {
            message.store(0, Ordering::Relaxed);
            self.turns.add_permits(1);
            self.begun.notify_one();
        }
    }
}

/// A message with this number.
fn message(dialect: Dialect, number: u64) -> String {
    let date = FIRST_DATE + number;
    let (id, room) = match dialect {
        // Here an id belongs to one message.
        Dialect::Chat => (number.to_string(), ""),
        Dialect::Room => (number.to_string(), r#","sala":"rust""#),
        _ => ("ana".to_owned(), ""),
    };
    format!(
        r#"42{number}["enviar-mensaje",{{"mensaje":"hola a todos","id":"{id}","fecha":{date}{room}}}]"#
    )
}

/// The number of this message, which must be unchanged. A chat adds the sender's name, and its fields come in any order.
fn number(dialect: Dialect, packet: &str) -> Option<u64> {
    let fields = packet.strip_prefix(EVENT)?;
    let date = if dialect.has_names() {
        let unchanged = fields.contains(r#""mensaje":"hola a todos""#);
        let (_, date) = fields.split_once(r#""fecha":"#).filter(|_| unchanged)?;
        date.split([',', '}']).next()?
    } else {
        let start = r#"{"mensaje":"hola a todos","id":"ana","fecha":"#;
        fields.strip_prefix(start)?.strip_suffix("}]")?
    };
    date.parse::<u64>().ok()?.checked_sub(FIRST_DATE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_adds_fields_to_a_message() {
        let stored = r#"42["enviar-mensaje",{"de":"ana","mensaje":"hola a todos","id":"7","fecha":1700000000007,"numero":9}]"#;
        let in_room = r#"42["enviar-mensaje",{"de":"ana","fecha":1700000000007,"id":"7","mensaje":"hola a todos","sala":"rust"}]"#;
        assert_eq!(number(Dialect::Chat, stored), Some(7));
        assert_eq!(number(Dialect::Room, in_room), Some(7));
        assert_eq!(number(Dialect::SocketIo, stored), None);
        let changed = stored.replace("todos", "todas");
        assert_eq!(number(Dialect::Chat, &changed), None);
    }
}
