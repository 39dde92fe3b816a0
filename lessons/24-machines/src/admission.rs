//! Decides which clients may come in, and names the sender of an event.

use std::{convert::Infallible, sync::Arc};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use socketioxide::{
    ParserError,
    adapter::Adapter,
    extract::{Event, Extension, ExtensionNotFound, TryData},
    handler::{FromMessageParts, Value},
    socket::Socket,
};
use tracing::{info, warn};

use crate::bus::{SocketIo, SocketRef};

/// The most characters in a name.
const MAX_NAME: usize = 20;

/// The fewest bytes in a secret: it must be too long to guess.
const MIN_SECRET: usize = 16;

/// A client's `auth`. It belongs to the client's socket, and goes with it.
#[derive(Clone, Deserialize)]
pub struct Person {
    #[serde(rename = "nombre")]
    pub name: String,
    /// Chosen by the page, which tells nobody else. It gets the name back after a lost connection.
    #[serde(rename = "secreto")]
    secret: String,
    /// Whether this page was here before and lost its connection. Only the page knows.
    #[serde(rename = "vuelve", default)]
    pub is_back: bool,
    /// The number of the last message that this page has got. A newcomer has none.
    #[serde(rename = "desde")]
    pub last: Option<i64>,
}

/// Logs a client that wants to come in.
pub async fn log(socket: SocketRef) -> Result<(), Infallible> {
    info!(id = %socket.id, "client connects");
    Ok(())
}

/// Lets a client in under its name; if not, the client hears why.
pub async fn admit(
    io: SocketIo,
    socket: SocketRef,
    TryData(auth): TryData<Person>,
) -> Result<(), &'static str> {
    let admitted = enter(&io, &socket, auth).await;
    match admitted {
        Ok(()) => info!(id = %socket.id, "client admitted"),
        Err(reason) => info!(id = %socket.id, reason, "client refused"),
    }
    admitted
}

async fn enter(
    io: &SocketIo,
    socket: &SocketRef,
    auth: Result<Person, ParserError>,
) -> Result<(), &'static str> {
    let auth = auth.map_err(|_| "a name and a secret are needed")?;
    let name = auth.name.trim().to_owned();
    let person = Person { name, ..auth };
    check(&person)?;
    let (name, secret) = (room_of(&person.name), secret_of(&person));
    // The extensions of a socket stay at its node. Its rooms are known to all.
    let others = io.to(name.clone()).except(secret.clone()).fetch_sockets();
    let others = others.await.map_err(|error| {
        warn!(%error, "cannot ask the other nodes");
        "the server is busy, try again"
    })?;
    if !others.is_empty() {
        return Err("somebody has this name");
    }
    // The same person on a new connection. The old one may have broken without a word.
    if let Err(error) = io.to(name.clone()).disconnect().await {
        warn!(%error, "the old connection was already closing");
    }
    socket.join([name, secret]);
    socket.extensions.insert(person);
    Ok(())
}

fn check(person: &Person) -> Result<(), &'static str> {
    let name = &person.name;
    if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        Err("a name has 1 to 20 characters")
    } else if person.secret.len() < MIN_SECRET {
        Err("a secret has at least 16 characters")
    } else {
        Ok(())
    }
}

/// How the room of one person begins. It keeps names apart from the rooms that clients join.
pub const PERSON: &str = "person:";

/// The room of one person.
pub fn room_of(name: &str) -> String {
    format!("{PERSON}{name}")
}

/// The room of everyone who knows this person's secret, without the secret: other nodes hear of rooms.
fn secret_of(person: &Person) -> String {
    format!("secret:{:x?}", Sha256::digest(&person.secret))
}

/// The name of the client that has sent an event. A handler that asks for it has the event logged.
pub struct Sender(pub String);

impl<A: Adapter> FromMessageParts<A> for Sender {
    type Error = ExtensionNotFound<Person>;

    fn from_message_parts(
        socket: &Arc<Socket<A>>,
        value: &mut Value,
        ack: &Option<i64>,
    ) -> Result<Self, Self::Error> {
        let Extension(person) = Extension::<Person>::from_message_parts(socket, value, ack)?;
        if let Ok(Event(event)) = Event::from_message_parts(socket, value, ack) {
            info!(name = person.name, event, "event");
        }
        Ok(Self(person.name))
    }
}
