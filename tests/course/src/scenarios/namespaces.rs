//! Lesson 17: a second namespace.

use serde_json::{Value, json};
use wire::server::ADMIN_TOKEN;

use super::{
    EVENT,
    chat::enter_all,
    group, message,
    middleware::auth,
    rooms::{all_join, join, message_to},
};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// The prefix of packets in the namespace.
pub(crate) const ADMIN: &str = "/admin,";

/// For the namespace.
const NAMESPACE: Hints = [
    "Each namespace has handlers and middlewares of its own, and each client asks for it with its own `auth`.",
    "`SocketIo::ns`, `ConnectHandler::with`; `SocketIoBuilder::with_state` and the extractor `State` for the token.",
    "io.ns(\"/admin\", on_admin.with(authenticate));",
];

/// For the figures.
const FIGURES: Hints = [
    "Nobody asks for the figures, so a task sends them: it waits for a second, counts, and emits.",
    "`tokio::spawn`, `tokio::time::interval`, `SocketIo::of`; `AtomicU64::swap` counts from zero again.",
    "let Some(admins) = io.of(\"/admin\") else { return };",
];

/// For emptying a room.
const EMPTY: Hints = [
    "The rooms belong to `/`, and so does the `SocketIo` that a handler gets, whatever namespace the handler is in. Tell the \
     members first: later they can't be reached.",
    "`SocketIo::to`, then `emit` and `leave`, which takes everyone out of a room.",
    "io.to(room).leave(room).await",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("namespaces"),
        BothTransports,
        NAMESPACE,
        [
            admin_is_closed_without_the_token,
            one_connection_carries_both_namespaces,
        ]
    ),
    group!(
        from("namespaces"),
        BothTransports,
        FIGURES,
        [
            an_admin_sees_how_many_are_here,
            an_admin_sees_how_many_messages_are_sent,
        ]
    ),
    group!(
        from("namespaces"),
        BothTransports,
        EMPTY,
        [
            an_admin_empties_a_room,
            a_room_that_does_not_exist_cannot_be_emptied,
            only_an_admin_empties_rooms,
        ]
    ),
];

fn token() -> Value {
    json!({ "token": ADMIN_TOKEN })
}

/// Connects to `/admin` alone.
pub(crate) async fn connect_admin(scene: &mut Scene, who: &str) -> Result {
    scene
        .step(&format!("{who} connects to /admin, with the token"))
        .await?;
    scene.open(who).await?;
    scene.join_namespace(who, ADMIN, Some(&token())).await
}

fn figures(clients: u64, rust: u64, messages: u64) -> Value {
    json!({
        "clientes": clients,
        "mensajes": messages,
        "salas": { "general": 0, "música": 0, "rust": rust },
    })
}

async fn admin_is_closed_without_the_token(scene: &mut Scene) -> Result {
    for refused in [
        None,
        Some(json!({})),
        Some(json!({ "token": 5 })),
        Some(json!({ "token": "" })),
        Some(json!({ "token": format!("{ADMIN_TOKEN}!") })),
        Some(auth("ana")),
    ] {
        scene.step("ana asks for /admin").await?;
        scene.open("ana").await?;
        scene.is_refused_by("ana", ADMIN, refused.as_ref()).await?;
        scene.vanish("ana")?;
    }
    Ok(())
}

async fn one_connection_carries_both_namespaces(scene: &mut Scene) -> Result {
    scene.introduce(auth);
    enter_all(scene, &["ana", "beto"]).await?;
    scene.step("ana joins /admin as well").await?;
    scene.join_namespace("ana", ADMIN, Some(&token())).await?;
    scene.hears_figures("ana", &figures(2, 0, 0)).await?;
    scene.step("ana leaves /admin").await?;
    scene.send("ana", "41/admin,")?;
    scene.step("beto sends a message").await?;
    scene.ask("beto", EVENT, &message("hola"))?;
    scene.hears_answer("beto").await?;
    scene.hears("ana", EVENT).await?;
    Ok(())
}

async fn an_admin_sees_how_many_are_here(scene: &mut Scene) -> Result {
    scene.introduce(auth);
    connect_admin(scene, "carla").await?;
    scene.hears_figures("carla", &figures(0, 0, 0)).await?;
    scene.step("ana connects and enters").await?;
    scene.connect(&["ana"]).await?;
    scene.hears("ana", "personas").await?;
    scene.hears_figures("carla", &figures(1, 0, 0)).await?;
    scene.step("ana joins rust").await?;
    join(scene, "ana", "rust").await?;
    scene.hears_figures("carla", &figures(1, 1, 0)).await?;
    scene.step("ana closes her page").await?;
    scene.close_page("ana").await?;
    scene.hears_figures("carla", &figures(0, 0, 0)).await
}

async fn an_admin_sees_how_many_messages_are_sent(scene: &mut Scene) -> Result {
    scene.introduce(auth);
    enter_all(scene, &["ana", "beto"]).await?;
    connect_admin(scene, "carla").await?;
    scene.step("ana writes to everyone").await?;
    scene.ask("ana", EVENT, &message("hola"))?;
    scene.hears_answer("ana").await?;
    scene.hears("beto", EVENT).await?;
    scene.hears_figures("carla", &figures(2, 0, 1)).await?;
    scene.step("ana writes to beto").await?;
    let mut private = message("hola");
    private["para"] = json!("beto");
    scene.ask("ana", "mensaje-privado", &private)?;
    scene.hears_answer("ana").await?;
    scene.hears("beto", "mensaje-privado").await?;
    scene.hears_figures("carla", &figures(2, 0, 1)).await?;
    scene.step("ana sends a message that isn't one").await?;
    scene.ask("ana", EVENT, &message_to("rust", "hola"))?;
    scene.hears_answer("ana").await?;
    scene.hears_figures("carla", &figures(2, 0, 0)).await
}

async fn an_admin_empties_a_room(scene: &mut Scene) -> Result {
    scene.introduce(auth);
    all_join(scene, &["ana", "beto"], "rust").await?;
    connect_admin(scene, "carla").await?;
    scene.step("carla empties rust").await?;
    scene.send("carla", "42/admin,0[\"vaciar\",{\"sala\":\"rust\"}]")?;
    for who in ["ana", "beto"] {
        scene.hears(who, "personas").await?;
    }
    scene.step("ana sends a message to the room").await?;
    scene.ask("ana", EVENT, &message_to("rust", "hola"))?;
    scene.hears_answer("ana").await?;
    scene.step("ana joins again").await?;
    join(scene, "ana", "rust").await
}

async fn a_room_that_does_not_exist_cannot_be_emptied(scene: &mut Scene) -> Result {
    connect_admin(scene, "carla").await?;
    scene.step("carla empties a room that isn't one").await?;
    scene.send("carla", "42/admin,0[\"vaciar\",{\"sala\":\"person:ana\"}]")
}

async fn only_an_admin_empties_rooms(scene: &mut Scene) -> Result {
    scene.introduce(auth);
    all_join(scene, &["ana"], "rust").await?;
    scene.step("ana asks in the chat to empty rust").await?;
    scene.ask("ana", "vaciar", &json!({ "sala": "rust" }))?;
    scene.step("ana sends a message to the room").await?;
    scene.emit("ana", EVENT, &message_to("rust", "hola"))?;
    scene
        .step("ana asks in /admin, which she hasn't joined")
        .await?;
    scene.send("ana", "42/admin,2[\"vaciar\",{\"sala\":\"rust\"}]")?;
    scene.is_closed("ana").await
}
