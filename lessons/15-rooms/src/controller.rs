//! The handlers of each client's events.

use serde::Deserialize;
use serde_json::{Value, json};
use socketioxide::{
    ParserError, SocketIo,
    extract::{AckSender, MaybeExtension, SocketRef, TryData},
    socket::DisconnectReason,
};
use tracing::{info, warn};

/// The most characters in a name.
const MAX_NAME: usize = 20;

/// The rooms that exist. A client can't open others.
const ROOMS: [&str; 3] = ["general", "música", "rust"];

/// The payload of `entrar`.
#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "nombre")]
    name: String,
    /// Whether this page was here before and lost its connection. Only the page knows.
    #[serde(rename = "vuelve", default)]
    is_back: bool,
}

/// The payload of `unirse` and `salir`.
#[derive(Deserialize)]
struct Visit {
    #[serde(rename = "sala")]
    room: String,
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
    /// A room that the sender is in. A message without one is for everyone.
    #[serde(rename = "sala")]
    room: Option<String>,
}

/// The payload of `mensaje-privado`.
#[derive(Deserialize)]
struct Private {
    #[serde(rename = "para")]
    to: String,
    #[serde(flatten)]
    message: Message,
}

/// The name of a client that has entered. It belongs to the client's socket, and goes with it.
#[derive(Clone)]
struct Name(String);

/// Registers a client's handlers.
pub async fn on_connect(socket: SocketRef) {
    info!(id = %socket.id, "client connected");
    socket.on("entrar", on_enter);
    socket.on("salas", on_rooms);
    socket.on("unirse", on_join);
    socket.on("salir", on_leave);
    socket.on("enviar-mensaje", on_message);
    socket.on("mensaje-privado", on_private_message);
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
    socket.join(person(name));
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

/// The names of everyone who is here.
fn people(io: &SocketIo) -> Vec<String> {
    names(io.sockets())
}

/// The names that belong to these sockets, in alphabetical order: the sockets come in no order.
fn names(sockets: Vec<SocketRef>) -> Vec<String> {
    let mut names = Vec::new();
    for socket in sockets {
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

/// The room of one person. The prefix keeps names apart from the rooms that clients join.
fn person(name: &str) -> String {
    format!("person:{name}")
}

async fn on_rooms(ack: AckSender) {
    answer(ack, &json!({ "ok": true, "salas": ROOMS }));
}

async fn on_join(
    io: SocketIo,
    socket: SocketRef,
    ack: AckSender,
    MaybeExtension(name): MaybeExtension<Name>,
    TryData(payload): TryData<Visit>,
) {
    match room_to_visit(name, payload) {
        Ok(room) => {
            info!(id = %socket.id, room, "client joined");
            socket.join(room);
            answer(ack, &json!({ "ok": true }));
            list_members(&io, room).await;
        }
        Err(reason) => {
            warn!(reason, "unirse");
            answer(ack, &json!({ "error": reason }));
        }
    }
}

async fn on_leave(
    io: SocketIo,
    socket: SocketRef,
    ack: AckSender,
    MaybeExtension(name): MaybeExtension<Name>,
    TryData(payload): TryData<Visit>,
) {
    match room_to_visit(name, payload) {
        Ok(room) => {
            info!(id = %socket.id, room, "client left");
            socket.leave(room);
            answer(ack, &json!({ "ok": true }));
            list_members(&io, room).await;
        }
        Err(reason) => {
            warn!(reason, "salir");
            answer(ack, &json!({ "error": reason }));
        }
    }
}

/// The room that a client wants to join or leave, or why it can't.
fn room_to_visit(
    name: Option<Name>,
    payload: Result<Visit, ParserError>,
) -> Result<&'static str, String> {
    let visit = payload.map_err(|error| error.to_string())?;
    name.ok_or("enter first: you have no name")?;
    let room = ROOMS.into_iter().find(|room| *room == visit.room);
    Ok(room.ok_or("there is no such room")?)
}

/// Tells everyone in a room who is in it.
async fn list_members(io: &SocketIo, room: &'static str) {
    let members = names(io.to(room).sockets());
    if let Err(error) = io.to(room).emit("personas", &(members, room)).await {
        warn!(%error, room, "the list did not reach everyone");
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
    let mut signed = sign(&name, &message);
    let others = match &message.room {
        None => socket.broadcast(),
        Some(room) if is_in(&socket, room) => {
            signed["sala"] = json!(room);
            socket.to(room.clone())
        }
        Some(_) => return answer(ack, &json!({ "error": "you aren't in this room" })),
    };
    info!(
        name,
        message.text, message.id, message.date, message.room, "enviar-mensaje"
    );
    answer(ack, &json!({ "ok": true }));
    if let Err(error) = others.emit("enviar-mensaje", &signed).await {
        warn!(%error, "the message did not reach everyone");
    }
}

async fn on_private_message(
    io: SocketIo,
    ack: AckSender,
    MaybeExtension(name): MaybeExtension<Name>,
    TryData(payload): TryData<Private>,
) {
    let Private { to, message } = match payload {
        Ok(private) => private,
        Err(error) => {
            warn!(%error, "mensaje-privado: the payload does not fit");
            return answer(ack, &json!({ "error": error.to_string() }));
        }
    };
    let Some(Name(name)) = name else {
        return answer(ack, &json!({ "error": "enter first: you have no name" }));
    };
    let person = person(&to);
    if io.to(person.clone()).sockets().is_empty() {
        return answer(ack, &json!({ "error": "nobody here has this name" }));
    }
    // The text of a private message stays out of the log.
    info!(name, to, message.id, "mensaje-privado");
    answer(ack, &json!({ "ok": true }));
    let signed = sign(&name, &message);
    if let Err(error) = io.to(person).emit("mensaje-privado", &signed).await {
        warn!(%error, "the message did not reach its reader");
    }
}

/// A message as others get it: with the name of its sender.
fn sign(name: &str, message: &Message) -> Value {
    json!({ "de": name, "mensaje": message.text, "id": message.id, "fecha": message.date })
}

fn is_in(socket: &SocketRef, room: &str) -> bool {
    socket.rooms().iter().any(|joined| joined == room)
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
    for room in ROOMS.into_iter().filter(|room| is_in(&socket, room)) {
        socket.leave(room);
        list_members(&io, room).await;
    }
    if let Some(Name(name)) = name {
        announce(&io, &socket, "sale", &name).await;
    }
}
