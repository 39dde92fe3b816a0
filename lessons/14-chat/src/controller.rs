//! The handlers of each client's events.

use serde::Deserialize;
use serde_json::{Value, json};
use socketioxide::{
    SocketIo,
    extract::{AckSender, MaybeExtension, SocketRef, TryData},
    socket::DisconnectReason,
};
use tracing::{info, warn};

/// The most characters in a name.
const MAX_NAME: usize = 20;

/// The payload of `entrar`.
#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "nombre")]
    name: String,
    /// Whether this page was here before and lost its connection. Only the page knows.
    #[serde(rename = "vuelve", default)]
    is_back: bool,
}

/// The payload of `enviar-mensaje`.
#[derive(Deserialize)]
struct Message {
    #[serde(rename = "mensaje")]
    text: String,
    id: String,
    /// When it was sent, in Unix milliseconds.
    #[serde(rename = "fecha")]
    date: u64,
}

/// The name of a client that has entered. It belongs to the client's socket, and goes with it.
#[derive(Clone)]
struct Name(String);

/// Registers a client's handlers.
pub async fn on_connect(socket: SocketRef) {
    info!(id = %socket.id, "client connected");
    socket.on("entrar", on_enter);
    socket.on("enviar-mensaje", on_message);
    socket.on_disconnect(on_disconnect);
}

async fn on_enter(
    io: SocketIo,
    socket: SocketRef,
    ack: AckSender,
    TryData(payload): TryData<Entry>,
) {
    let entry = match payload {
        Ok(entry) => entry,
        Err(error) => {
            warn!(%error, "entrar: the payload does not fit");
            return answer(ack, &json!({ "error": error.to_string() }));
        }
    };
    let name = entry.name.trim();
    if let Err(reason) = check(name, &socket, &io) {
        return answer(ack, &json!({ "error": reason }));
    }
    // Nothing is awaited between the check and this line, so nobody can take the name in between.
    socket.extensions.insert(Name(name.to_owned()));
    info!(id = %socket.id, name, "client entered");
    answer(ack, &json!({ "ok": true }));
    if let Err(error) = socket.emit("personas", &people(&io)) {
        warn!(%error, "the list did not reach the newcomer");
    }
    let kind = if entry.is_back { "vuelve" } else { "entra" };
    announce(&io, &socket, kind, name).await;
}

/// Whether this client may have this name; if not, why.
fn check(name: &str, socket: &SocketRef, io: &SocketIo) -> Result<(), &'static str> {
    if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        Err("a name has 1 to 20 characters")
    } else if socket.extensions.get::<Name>().is_some() {
        Err("you already have a name")
    } else if people(io).iter().any(|other| other == name) {
        Err("somebody has this name")
    } else {
        Ok(())
    }
}

/// The names of everyone who is here, in alphabetical order: the sockets come in no order.
fn people(io: &SocketIo) -> Vec<String> {
    let mut names = Vec::new();
    for socket in io.sockets() {
        // While a disconnect handler runs, its socket is still on the list, but no longer connected.
        if let Some(Name(name)) = socket.extensions.get()
            && socket.connected()
        {
            names.push(name);
        }
    }
    names.sort();
    names
}

/// Tells the others who came or went, and who is here now.
async fn announce(io: &SocketIo, socket: &SocketRef, kind: &str, name: &str) {
    let notice = json!({ "tipo": kind, "nombre": name });
    if let Err(error) = socket.broadcast().emit("aviso", &notice).await {
        warn!(%error, "the notice did not reach everyone");
    }
    let people = people(io);
    if let Err(error) = socket.broadcast().emit("personas", &people).await {
        warn!(%error, "the list did not reach everyone");
    }
}

async fn on_message(
    socket: SocketRef,
    ack: AckSender,
    MaybeExtension(name): MaybeExtension<Name>,
    TryData(payload): TryData<Message>,
) {
    let message = match payload {
        Ok(message) => message,
        Err(error) => {
            warn!(%error, "enviar-mensaje: the payload does not fit");
            return answer(ack, &json!({ "error": error.to_string() }));
        }
    };
    let Some(Name(name)) = name else {
        return answer(ack, &json!({ "error": "enter first: you have no name" }));
    };
    info!(
        name,
        message.text, message.id, message.date, "enviar-mensaje"
    );
    answer(ack, &json!({ "ok": true }));
    let signed =
        json!({ "de": name, "mensaje": message.text, "id": message.id, "fecha": message.date });
    if let Err(error) = socket.broadcast().emit("enviar-mensaje", &signed).await {
        warn!(%error, "the message did not reach everyone");
    }
}

/// Answers the sender, if it asked for an answer.
fn answer(ack: AckSender, answer: &Value) {
    if let Err(error) = ack.send(answer) {
        warn!(%error, "the answer did not reach the sender");
    }
}

// Not `Extension<Name>`: without a name this handler wouldn't run, and the socket would stay on the list forever.
async fn on_disconnect(
    io: SocketIo,
    socket: SocketRef,
    reason: DisconnectReason,
    MaybeExtension(name): MaybeExtension<Name>,
) {
    info!(id = %socket.id, ?reason, "client disconnected");
    if let Some(Name(name)) = name {
        announce(&io, &socket, "sale", &name).await;
    }
}
