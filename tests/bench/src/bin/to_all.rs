//! axum's WebSocket and nothing else: it answers every message, and passes it on to everyone but its sender. The rest of a
//! lesson's cost is Socket.IO's.
//!
//! Runs on as many threads as the machine has processors, or with the argument `one` on one.

use std::{
    env,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context as _, Result};
use axum::{
    extract::{
        WebSocketUpgrade,
        ws::{Message, Utf8Bytes, WebSocket},
    },
    routing::any,
};
use bench::yardstick;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::{
    runtime::Builder,
    sync::mpsc::{Sender, channel},
};

/// How many messages may wait for a client, as in the lessons. The load lets it be a few.
const WAITING: usize = 4_096;

/// The queues that lead to each client. All of them share a message's bytes.
type Clients = Arc<Mutex<Vec<Sender<Utf8Bytes>>>>;

fn main() -> Result<()> {
    let mut runtime = match env::args().nth(1).as_deref() {
        Some("one") => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    runtime.enable_all().build()?.block_on(serve())
}

async fn serve() -> Result<()> {
    let clients = Clients::default();
    let upgrade = async move |upgrade: WebSocketUpgrade| {
        upgrade.on_upgrade(async move |socket| {
            // An error means that the client has left.
            converse(socket, &clients).await.ok();
        })
    };
    yardstick::serve(any(upgrade)).await
}

async fn converse(socket: WebSocket, clients: &Clients) -> Result<()> {
    let (own, mut waiting) = channel(WAITING);
    let (mut sink, mut stream) = socket.split();
    tokio::spawn(async move {
        while let Some(text) = waiting.recv().await {
            if sink.send(Message::Text(text)).await.is_err() {
                return;
            }
        }
    });
    let lock = || clients.lock().unwrap_or_else(PoisonError::into_inner);
    lock().push(own.clone());
    while let Some(message) = stream.next().await {
        let Message::Text(text) = message? else { break };
        let (id, event) = text.split_once('[').context("not an event")?;
        let passed = Utf8Bytes::from(format!("42[{event}"));
        // Clients that have left are forgotten, and so is one that reads too slowly: the load counts what it misses.
        lock()
            .retain(|client| client.same_channel(&own) || client.try_send(passed.clone()).is_ok());
        let answer = id.replacen("42", "43", 1) + "[]";
        own.send(answer.into()).await?;
    }
    Ok(())
}
