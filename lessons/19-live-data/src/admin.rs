//! The namespace `/admin`: live figures, and rooms to empty, for clients that know the token.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use axum_extra::extract::cookie::Key;
use serde::Deserialize;
use serde_json::json;
use socketioxide::{
    SocketIo,
    extract::{AckSender, SocketRef, State, TryData},
};
use tokio::time::interval;
use tracing::{info, warn};

use crate::{
    controller::{ROOMS, Visit, answer, room_to_visit},
    session::is_logged_in,
};

/// The token that opens the namespace. Without one it stays closed.
#[derive(Clone)]
pub struct Token(pub Option<String>);

/// How many messages were sent since the last figures.
#[derive(Clone, Default)]
pub struct Messages(Arc<AtomicU64>);

impl Messages {
    pub fn count(&self) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// The `auth` of an admin's page.
#[derive(Deserialize)]
pub struct Auth {
    token: String,
}

/// Lets a client in that knows the token, or has a cookie from somebody who did.
pub async fn authenticate(
    socket: SocketRef,
    State(Token(token)): State<Token>,
    State(key): State<Key>,
    TryData(auth): TryData<Auth>,
) -> Result<(), &'static str> {
    let token = token.ok_or("the server has no ADMIN_TOKEN")?;
    match auth {
        _ if is_logged_in(&socket.req_parts().headers, key) => Ok(()),
        Ok(auth) if auth.token == token => Ok(()),
        _ => {
            warn!(id = %socket.id, "admin refused");
            Err("invalid token")
        }
    }
}

/// Registers an admin's handlers.
pub async fn on_admin(socket: SocketRef) {
    info!(id = %socket.id, "admin connected");
    socket.on("vaciar", on_empty);
}

/// Takes everyone out of a room.
async fn on_empty(io: SocketIo, ack: AckSender, TryData(payload): TryData<Visit>) {
    let room = match room_to_visit(payload) {
        Ok(room) => room,
        Err(reason) => return answer(ack, &json!({ "error": reason })),
    };
    info!(room, "an admin empties a room");
    // In every handler `io` is bound to `/`, and so are these rooms: `/admin` has none.
    let nobody: [&str; 0] = [];
    if let Err(error) = io.to(room).emit("personas", &(nobody, room)).await {
        warn!(%error, room, "the list did not reach everyone");
    }
    if let Err(error) = io.to(room).leave(room).await {
        warn!(%error, room, "the room was not emptied");
    }
    answer(ack, &json!({ "ok": true }));
}

/// Sends the figures to the admins, each second until the server closes.
pub async fn send_figures(io: SocketIo, messages: Messages) {
    let mut every_second = interval(Duration::from_secs(1));
    loop {
        every_second.tick().await;
        let Some(admins) = io.of("/admin") else {
            return;
        };
        let rooms = ROOMS.map(|room| (room, io.to(room).sockets().len()));
        let figures = json!({
            "clientes": io.sockets().len(),
            "salas": BTreeMap::from(rooms),
            "mensajes": messages.0.swap(0, Relaxed),
        });
        if let Err(error) = admins.emit("cifras", &figures).await {
            warn!(%error, "the figures did not reach every admin");
        }
    }
}
