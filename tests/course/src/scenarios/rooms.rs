//! Lesson 15: rooms and private messages.

use serde_json::{Value, json};

use super::{
    EVENT,
    chat::{enter, enter_all, hears_notice, signed},
    expect_same, group, message,
};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For joining and leaving.
const VISIT: Hints = [
    "A socket can be in any number of rooms, and only the server decides which: check the name before you join. The answer comes \
     first, and then everyone in the room gets the list of its people.",
    "`SocketRef::join` and `leave`; `SocketIo::to` with `sockets` and `emit`. A tuple becomes several arguments.",
    "io.to(room).emit(\"personas\", &(members, room))",
];

/// For messages to a room.
const MESSAGE: Hints = [
    "A message with a `sala` goes to the others in that room, and only if its sender is in it, too.",
    "`SocketRef::rooms`, `SocketRef::to`. The room is an `Option` in the payload's struct.",
    "let others = match &message.room {\n    None => socket.broadcast(),\n    Some(room) if is_in(&socket, room) => …",
];

/// For private messages.
const PRIVATE: Hints = [
    "When a client enters, the server puts it into a room that nobody else can join: its own.",
    "`format!`, `SocketRef::join`, `SocketIo::to`; `is_empty` on the sockets of a room. `#[serde(flatten)]` puts the fields of one \
     struct into another.",
    "io.to(format!(\"person:{to}\")).emit(\"mensaje-privado\", &signed)",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("rooms").until("middleware"),
        BothTransports,
        VISIT,
        [
            a_client_asks_which_rooms_there_are,
            everyone_in_a_room_sees_who_is_in_it,
            a_room_that_does_not_exist_cannot_be_joined,
            only_clients_with_a_name_join_rooms,
            a_client_that_disconnects_leaves_its_rooms,
            a_request_that_does_not_fit_is_answered_with_an_error,
        ]
    ),
    group!(
        from("rooms").until("middleware"),
        BothTransports,
        MESSAGE,
        [
            a_message_to_a_room_stays_in_it,
            a_room_hears_only_its_members,
            a_client_hears_nothing_from_a_room_that_it_left,
        ]
    ),
    group!(
        from("rooms").until("middleware"),
        BothTransports,
        PRIVATE,
        [
            a_private_message_reaches_one_person,
            a_private_message_to_nobody_is_answered_with_an_error,
            a_name_opens_no_room,
            nobody_joins_the_room_of_a_person,
            a_private_message_stays_out_of_the_log,
        ]
    ),
];

/// Joins a room, and hears the answer and the list.
pub(crate) async fn join(scene: &mut Scene, who: &str, room: &str) -> Result {
    scene.ask(who, "unirse", &json!({ "sala": room }))?;
    scene.hears_answer(who).await?;
    scene.hears(who, "personas").await?;
    Ok(())
}

/// These clients connect, enter, and join the room in this order.
pub(crate) async fn all_join(scene: &mut Scene, names: &[&str], room: &str) -> Result {
    enter_all(scene, names).await?;
    for (count, who) in names.iter().enumerate() {
        scene.step(&format!("{who} joins {room}")).await?;
        join(scene, who, room).await?;
        for other in &names[..count] {
            scene.hears(other, "personas").await?;
        }
    }
    Ok(())
}

/// Asks which rooms there are, and hears the answer.
pub(crate) async fn ask_which(scene: &mut Scene, who: &str) -> Result {
    let question = scene.ack_id(who)?;
    scene.send(who, &format!("42{question}[\"salas\"]"))?;
    scene.hears_answer(who).await?;
    Ok(())
}

pub(crate) fn message_to(room: &str, text: &str) -> Value {
    let mut message = message(text);
    message["sala"] = json!(room);
    message
}

pub(crate) fn private_message(to: &str, text: &str) -> Value {
    let mut message = message(text);
    message["para"] = json!(to);
    message
}

async fn a_client_asks_which_rooms_there_are(scene: &mut Scene) -> Result {
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    scene.step("ana asks which rooms there are").await?;
    ask_which(scene, "ana").await
}

pub(super) async fn everyone_in_a_room_sees_who_is_in_it(scene: &mut Scene) -> Result {
    all_join(scene, &["ana", "beto"], "rust").await?;
    scene.step("carla connects and enters").await?;
    scene.connect(&["carla"]).await?;
    enter(scene, "carla").await?;
    for who in ["ana", "beto"] {
        hears_notice(scene, who).await?;
    }
    scene.step("beto joins again").await?;
    join(scene, "beto", "rust").await?;
    scene.hears("ana", "personas").await?;
    scene.step("ana leaves").await?;
    scene.ask("ana", "salir", &json!({ "sala": "rust" }))?;
    scene.hears_answer("ana").await?;
    scene.hears("beto", "personas").await?;
    Ok(())
}

pub(super) async fn a_room_that_does_not_exist_cannot_be_joined(scene: &mut Scene) -> Result {
    enter_all(scene, &["ana"]).await?;
    for room in [json!("cocina"), json!("")] {
        scene.step("ana asks for a room that isn't one").await?;
        scene.ask("ana", "unirse", &json!({ "sala": room }))?;
        scene.hears_answer("ana").await?;
    }
    Ok(())
}

async fn only_clients_with_a_name_join_rooms(scene: &mut Scene) -> Result {
    scene.step("ana connects, and doesn't enter").await?;
    scene.connect(&["ana"]).await?;
    for event in ["unirse", "salir"] {
        scene.step(&format!("ana sends {event}")).await?;
        scene.ask("ana", event, &json!({ "sala": "rust" }))?;
        scene.hears_answer("ana").await?;
    }
    scene.step("ana sends a private message").await?;
    scene.ask("ana", "mensaje-privado", &private_message("ana", "hola"))?;
    scene.hears_answer("ana").await?;
    Ok(())
}

pub(super) async fn a_client_that_disconnects_leaves_its_rooms(scene: &mut Scene) -> Result {
    all_join(scene, &["ana", "beto"], "rust").await?;
    scene.step("beto closes his page").await?;
    scene.close_page("beto").await?;
    scene.hears("ana", "personas").await?;
    hears_notice(scene, "ana").await?;
    scene.step("ana sends a message to the room").await?;
    scene.ask("ana", EVENT, &message_to("rust", "¿hay alguien?"))?;
    scene.hears_answer("ana").await?;
    scene.is_not_logged("did not reach").await
}

pub(super) async fn a_request_that_does_not_fit_is_answered_with_an_error(
    scene: &mut Scene,
) -> Result {
    enter_all(scene, &["ana"]).await?;
    for (event, payload) in [
        ("unirse", json!("rust")),
        ("salir", json!({ "sala": 5 })),
        ("mensaje-privado", message("hola")),
    ] {
        scene
            .step(&format!(
                "ana sends {event} with a payload that doesn't fit"
            ))
            .await?;
        scene.ask("ana", event, &payload)?;
        scene.hears_answer("ana").await?;
    }
    Ok(())
}

pub(super) async fn a_message_to_a_room_stays_in_it(scene: &mut Scene) -> Result {
    all_join(scene, &["ana", "beto"], "rust").await?;
    scene.step("carla connects and enters").await?;
    scene.connect(&["carla"]).await?;
    enter(scene, "carla").await?;
    for who in ["ana", "beto"] {
        hears_notice(scene, who).await?;
    }
    scene.step("ana sends a message to the room").await?;
    scene.ask("ana", EVENT, &message_to("rust", "hola"))?;
    scene.hears_answer("ana").await?;
    let heard = scene.hears("beto", EVENT).await?;
    let mut expected = signed("ana", &message("hola"));
    expected["sala"] = json!("rust");
    expect_same("the payload", &expected, &heard)
}

pub(super) async fn a_room_hears_only_its_members(scene: &mut Scene) -> Result {
    all_join(scene, &["ana"], "rust").await?;
    scene.step("beto connects and enters").await?;
    scene.connect(&["beto"]).await?;
    enter(scene, "beto").await?;
    hears_notice(scene, "ana").await?;
    for room in ["rust", "cocina", "person:ana"] {
        scene
            .step(&format!("beto sends a message to {room}"))
            .await?;
        scene.ask("beto", EVENT, &message_to(room, "hola"))?;
        scene.hears_answer("beto").await?;
    }
    Ok(())
}

async fn a_client_hears_nothing_from_a_room_that_it_left(scene: &mut Scene) -> Result {
    all_join(scene, &["ana", "beto"], "rust").await?;
    scene.step("beto leaves the room").await?;
    scene.ask("beto", "salir", &json!({ "sala": "rust" }))?;
    scene.hears_answer("beto").await?;
    scene.hears("ana", "personas").await?;
    scene.step("ana sends a message to the room").await?;
    scene.ask("ana", EVENT, &message_to("rust", "hola"))?;
    scene.hears_answer("ana").await?;
    Ok(())
}

pub(super) async fn a_private_message_reaches_one_person(scene: &mut Scene) -> Result {
    enter_all(scene, &["ana", "beto", "carla"]).await?;
    scene.step("ana writes to beto").await?;
    scene.ask("ana", "mensaje-privado", &private_message("beto", "hola"))?;
    scene.hears_answer("ana").await?;
    let heard = scene.hears("beto", "mensaje-privado").await?;
    expect_same("the payload", &signed("ana", &message("hola")), &heard)
}

pub(super) async fn a_private_message_to_nobody_is_answered_with_an_error(
    scene: &mut Scene,
) -> Result {
    enter_all(scene, &["ana", "beto"]).await?;
    scene.step("beto leaves").await?;
    scene.leave("beto").await?;
    hears_notice(scene, "ana").await?;
    for to in ["beto", "rust", "*"] {
        scene.step(&format!("ana writes to {to}")).await?;
        scene.ask("ana", "mensaje-privado", &private_message(to, "hola"))?;
        scene.hears_answer("ana").await?;
    }
    Ok(())
}

async fn a_name_opens_no_room(scene: &mut Scene) -> Result {
    all_join(scene, &["ana"], "rust").await?;
    scene.step("beto connects, and calls himself rust").await?;
    scene.connect(&["beto"]).await?;
    scene.ask("beto", "entrar", &json!({ "nombre": "rust" }))?;
    scene.hears_answer("beto").await?;
    scene.hears("beto", "personas").await?;
    hears_notice(scene, "ana").await?;
    scene.step("ana sends a message to the room").await?;
    scene.ask("ana", EVENT, &message_to("rust", "hola"))?;
    scene.hears_answer("ana").await?;
    scene.step("ana writes to the person called rust").await?;
    scene.ask("ana", "mensaje-privado", &private_message("rust", "hola"))?;
    scene.hears_answer("ana").await?;
    scene.hears("beto", "mensaje-privado").await?;
    Ok(())
}

async fn nobody_joins_the_room_of_a_person(scene: &mut Scene) -> Result {
    enter_all(scene, &["ana", "beto", "carla"]).await?;
    scene.step("beto asks for ana's own room").await?;
    scene.ask("beto", "unirse", &json!({ "sala": "person:ana" }))?;
    scene.hears_answer("beto").await?;
    scene.step("carla writes to ana").await?;
    scene.ask("carla", "mensaje-privado", &private_message("ana", "hola"))?;
    scene.hears_answer("carla").await?;
    scene.hears("ana", "mensaje-privado").await?;
    Ok(())
}

pub(super) async fn a_private_message_stays_out_of_the_log(scene: &mut Scene) -> Result {
    enter_all(scene, &["ana", "beto"]).await?;
    scene.step("ana writes to beto").await?;
    scene.ask(
        "ana",
        "mensaje-privado",
        &private_message("beto", "un secreto"),
    )?;
    scene.hears_answer("ana").await?;
    scene.hears("beto", "mensaje-privado").await?;
    scene.is_not_logged("un secreto").await
}
