//! The handlers of each client's events.

use serde::Deserialize;
use serde_json::{Value, json};
use socketioxide::{
    ParserError,
    extract::{Extension, MaybeExtension, State, TryData},
    operators::BroadcastOperators,
    socket::DisconnectReason,
};
use tokio::time::timeout;
use tracing::{info, warn};

use crate::{
    admission::{PERSON, Person, Sender, room_of},
    bus::{AckSender, Net, PATIENCE, SocketIo, SocketRef},
    messages::{Job, Jobs},
};

/// The rooms that exist. A client can't open others.
const ROOMS: [&str; 3] = ["general", "música", "rust"];

/// The payload of `unirse` and `salir`.
#[derive(Deserialize)]
struct Visit {
    #[serde(rename = "sala")]
    room: String,
}

/// The payload of `enviar-mensaje`.
#[derive(Deserialize)]
pub struct Message {
    #[serde(rename = "mensaje")]
    pub text: String,
    pub id: String,
    /// When it was sent, in Unix milliseconds.
    #[serde(rename = "fecha")]
    pub date: i64,
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

/// Registers the handlers of a client that was let in, and tells everyone.
pub async fn on_connect(
    io: SocketIo,
    socket: SocketRef,
    Extension(me): Extension<Person>,
    State(jobs): State<Jobs>,
) {
    socket.on("salas", on_rooms);
    socket.on("unirse", on_join);
    socket.on("salir", on_leave);
    socket.on("enviar-mensaje", on_message);
    socket.on("mensaje-privado", on_private_message);
    socket.on_disconnect(on_disconnect);
    // All nodes are asked for it: once is enough.
    let people = people(&io).await;
    let kind = if me.is_back { "vuelve" } else { "entra" };
    announce(&socket, kind, &me.name, &people).await;
    if let Err(error) = socket.emit("personas", &people) {
        warn!(%error, "the list did not reach the newcomer");
    }
    jobs.add(Job::Replay(socket, me.last));
}

/// The names of everyone who is here, at any node.
async fn people(io: &SocketIo) -> Vec<String> {
    names(|| io.broadcast()).await
}

/// The names that belong to these sockets, in alphabetical order: the rooms come in no order.
async fn names(sockets: impl Fn() -> BroadcastOperators<Net>) -> Vec<String> {
    let rooms = match timeout(PATIENCE, sockets().rooms()).await {
        Ok(Ok(rooms)) => rooms,
        failed => {
            warn!(?failed, "only the names at this node are known");
            sockets().local().rooms().await.unwrap_or_default()
        }
    };
    let names = rooms.iter().filter_map(|room| room.strip_prefix(PERSON));
    let mut names: Vec<_> = names.map(str::to_owned).collect();
    names.sort();
    names
}

/// Tells the others who came or went, and who is here now.
async fn announce(socket: &SocketRef, kind: &str, name: &str, people: &[String]) {
    let notice = json!({ "tipo": kind, "nombre": name });
    if let Err(error) = socket.broadcast().emit("aviso", &notice).await {
        warn!(%error, "the notice did not reach everyone");
    }
    if let Err(error) = socket.broadcast().emit("personas", people).await {
        warn!(%error, "the list did not reach everyone");
    }
}

async fn on_rooms(_: Sender, ack: AckSender) {
    answer(ack, &json!({ "ok": true, "salas": ROOMS }));
}

async fn on_join(
    _: Sender,
    io: SocketIo,
    socket: SocketRef,
    ack: AckSender,
    TryData(payload): TryData<Visit>,
) {
    match room_to_visit(payload) {
        Ok(room) => {
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
    _: Sender,
    io: SocketIo,
    socket: SocketRef,
    ack: AckSender,
    TryData(payload): TryData<Visit>,
) {
    match room_to_visit(payload) {
        Ok(room) => {
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
fn room_to_visit(payload: Result<Visit, ParserError>) -> Result<&'static str, String> {
    let visit = payload.map_err(|error| error.to_string())?;
    let room = ROOMS.into_iter().find(|room| *room == visit.room);
    Ok(room.ok_or("there is no such room")?)
}

/// Tells everyone in a room who is in it.
async fn list_members(io: &SocketIo, room: &'static str) {
    let members = names(|| io.to(room)).await;
    if let Err(error) = io.to(room).emit("personas", &(members, room)).await {
        warn!(%error, room, "the list did not reach everyone");
    }
}

async fn on_message(
    Sender(name): Sender,
    State(jobs): State<Jobs>,
    socket: SocketRef,
    ack: AckSender,
    TryData(payload): TryData<Message>,
) {
    let message = match payload {
        Ok(message) => message,
        Err(error) => {
            warn!(%error, "enviar-mensaje: the payload does not fit");
            return answer(ack, &json!({ "error": error.to_string() }));
        }
    };
    let mut signed = sign(&name, &message);
    let others = match &message.room {
        None => return jobs.add(Job::Store(name, message, ack)),
        Some(room) if is_in(&socket, room) => {
            signed["sala"] = json!(room);
            socket.to(room.clone())
        }
        Some(_) => return answer(ack, &json!({ "error": "you aren't in this room" })),
    };
    answer(ack, &json!({ "ok": true }));
    if let Err(error) = others.emit("enviar-mensaje", &signed).await {
        warn!(%error, "the message did not reach everyone");
    }
}

async fn on_private_message(
    Sender(name): Sender,
    io: SocketIo,
    ack: AckSender,
    TryData(payload): TryData<Private>,
) {
    let Private { to, message } = match payload {
        Ok(private) => private,
        Err(error) => {
            warn!(%error, "mensaje-privado: the payload does not fit");
            return answer(ack, &json!({ "error": error.to_string() }));
        }
    };
    if !people(&io).await.contains(&to) {
        return answer(ack, &json!({ "error": "nobody here has this name" }));
    }
    answer(ack, &json!({ "ok": true }));
    let signed = sign(&name, &message);
    if let Err(error) = io.to(room_of(&to)).emit("mensaje-privado", &signed).await {
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
pub fn answer(ack: AckSender, answer: &Value) {
    if let Err(error) = ack.send(answer) {
        warn!(%error, "the answer did not reach the sender");
    }
}

// Not `Extension<Person>`: a disconnect handler that can't run leaves its socket on the list forever.
async fn on_disconnect(
    io: SocketIo,
    socket: SocketRef,
    reason: DisconnectReason,
    MaybeExtension(person): MaybeExtension<Person>,
) {
    info!(id = %socket.id, ?reason, "client disconnected");
    for room in ROOMS.into_iter().filter(|room| is_in(&socket, room)) {
        socket.leave(room);
        list_members(&io, room).await;
    }
    // If the same person is here on a new connection, nobody has left.
    if let Some(Person { name, .. }) = person {
        socket.leave(room_of(&name));
        let people = people(&io).await;
        if !people.contains(&name) {
            announce(&socket, "sale", &name, &people).await;
        }
    }
}
