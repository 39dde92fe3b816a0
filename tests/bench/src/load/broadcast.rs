//! Broadcast: one client sends, and all others receive it.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::{Result, bail};
use tokio::{sync::Semaphore, task::JoinSet, time::timeout};

use super::{Progress, Times, float};
use crate::{
    client::{Client, expect},
    record::Figures,
    server::Target,
};

/// How many messages may be on their way: the next is sent when everyone has received the one this many before it. So
/// the server is never idle, and never has to keep too much.
const WINDOW: usize = 4;

/// The date of the first message. Each following one is a millisecond later, so that they differ.
const FIRST_DATE: u64 = 1_700_000_000_000;

/// State that all clients share.
struct Hall {
    progress: Progress,
    listeners: usize,
    /// How many clients have received each of the messages on their way.
    heard: [AtomicUsize; WINDOW],
    /// The messages that may be sent.
    turns: Semaphore,
}

/// Lets one client send, and this many receive it. A message that wasn't sent, or is out of order, is an error.
pub async fn run(target: Target, listeners: usize, times: Times) -> Result<Figures> {
    let hall = Arc::new(Hall {
        progress: Progress::default(),
        listeners,
        heard: Default::default(),
        turns: Semaphore::new(WINDOW),
    });
    let connected = Client::connect_all(target, listeners).await?;
    let speaker = Client::connect(target).await?;
    let mut listening: JoinSet<_> = connected
        .into_iter()
        .map(|client| listen(client, Arc::clone(&hall)))
        .collect();
    let speaking = tokio::spawn(speak(speaker, Arc::clone(&hall)));

    let load = async {
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
        let date = FIRST_DATE + number;
        let text = format!(
            r#"42{number}["enviar-mensaje",{{"mensaje":"hola a todos","id":"ana","fecha":{date}}}]"#
        );
        client.send(text).await?;
        expect(&client.receive().await?, &format!("43{number}["))?;
    }
    Ok(u64::MAX)
}

/// Receives every message, in order, until something goes wrong.
async fn listen(mut client: Client, hall: Arc<Hall>) -> Result<Infallible> {
    let mut next = 0;
    loop {
        let heard = client.receive().await?;
        match number(&heard) {
            Some(number) if number >= next => {
                // Missed messages are lost, and don't hold up the others.
                for number in next..=number {
                    hall.is_heard(number);
                }
                next = number + 1;
                hall.progress.received.fetch_add(1, Ordering::Relaxed);
            }
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
        }
    }
}

/// The number of this message, which must be unchanged.
fn number(packet: &str) -> Option<u64> {
    let start = r#"42["enviar-mensaje",{"mensaje":"hola a todos","id":"ana","fecha":"#;
    let date = packet.strip_prefix(start)?.strip_suffix("}]")?;
    date.parse::<u64>().ok()?.checked_sub(FIRST_DATE)
}
