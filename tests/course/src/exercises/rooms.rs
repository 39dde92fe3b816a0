//! Exercises of lesson 15.

use serde_json::json;

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::{
        EVENT,
        chat::{enter, hears_notice},
        message,
        rooms::{all_join, ask_which, join, message_to},
        scenario,
    },
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[
    Exercise {
        name: "cuantas_personas",
        task: "Say how many people are in each room. The answer to `salas` gets a field `cuantas`, an object with a number for \
               each room: `{ \"general\": 0, \"música\": 0, \"rust\": 2 }`. The field `salas` stays as it is, so a page that \
               doesn't know the new one still works.",
        scenario: scenario!(
            from("rooms"),
            BothTransports,
            [
                "The number of people in a room is the number of its sockets: only clients with a name can join.",
                "`SocketIo::to` with `sockets`, and `len`. An object of `json!` can grow: `json!({})`, then `counts[room] = …`.",
                "for room in ROOMS {\n    counts[room] = json!(io.to(room).sockets().len());\n}",
            ],
            exercise_cuantas_personas
        ),
    },
    Exercise {
        name: "invitar",
        task: "Let people invite others into a room. A client sends `invitar` with `{ para, sala }`: the person and the room. \
               The server puts that person into the room, answers `{ \"ok\": true }`, and sends everyone in the room its list. \
               There's an error in place of it if the room doesn't exist, if the client itself isn't in it, or if nobody has \
               that name.",
        scenario: scenario!(
            from("rooms"),
            BothTransports,
            [
                "The server can put any socket into a room, not only the one that asks. But to be in a room isn't enough to \
                 invite others into it: everyone is in a room of their own, too.",
                "`io.to(person(&to)).join(room)` puts every socket of one room into another. It's a future. Ask `room_to_visit` \
                 for the room first, and `is_in` next.",
                "let room = match room_to_visit(name, Ok(visit)) {\n    Ok(room) if is_in(&socket, room) => room,\n    Ok(_) => \
                 return answer(ack, &json!({ \"error\": \"you aren't in this room\" })),\n    Err(reason) => …",
            ],
            exercise_invitar
        ),
    },
    Exercise {
        name: "varias_salas",
        task: "Let a message go to several rooms. A client sends `varias-salas` with the fields of a message and `salas`, an array \
               of rooms. Each person in any of these rooms gets `varias-salas` once, except the sender: with `de`, and with the \
               fields of the message. If the sender isn't in one of the rooms, or if there are no rooms, nobody gets it, and the \
               answer is an error.",
        scenario: scenario!(
            from("rooms"),
            BothTransports,
            [
                "A person can be in two rooms, but the server sends to a set of sockets, and each of them is in it once. Try what \
                 happens with an empty array.",
                "`SocketRef::to` takes a `Vec<String>`, too. Without any room, it means everyone. `iter().all(…)` is true if a \
                 condition holds for all items, so also if there are none.",
                "if rooms.is_empty() || !rooms.iter().all(|room| is_in(&socket, room)) {\n    return answer(ack, &json!({ \
                 \"error\": \"you aren't in these rooms\" }));\n}",
            ],
            exercise_varias_salas
        ),
    },
];

async fn exercise_cuantas_personas(scene: &mut Scene) -> Result {
    all_join(scene, &["ana", "beto"], "rust").await?;
    scene.step("beto joins música, too").await?;
    join(scene, "beto", "música").await?;
    scene
        .step("carla connects, and asks which rooms there are")
        .await?;
    scene.connect(&["carla"]).await?;
    ask_which(scene, "carla").await?;
    scene.step("beto leaves").await?;
    scene.leave("beto").await?;
    scene.hears("ana", "personas").await?;
    for who in ["ana", "carla"] {
        hears_notice(scene, who).await?;
    }
    scene.step("carla asks again").await?;
    ask_which(scene, "carla").await
}

async fn exercise_invitar(scene: &mut Scene) -> Result {
    all_join(scene, &["ana"], "rust").await?;
    for who in ["beto", "carla"] {
        scene.step(&format!("{who} connects and enters")).await?;
        scene.connect(&[who]).await?;
        enter(scene, who).await?;
    }
    scene.step("ana invites beto into rust").await?;
    invite(scene, "ana", "beto", "rust").await?;
    for who in ["ana", "beto"] {
        scene.hears(who, "personas").await?;
    }
    scene.step("beto sends a message to the room").await?;
    scene.ask("beto", EVENT, &message_to("rust", "hola"))?;
    scene.hears_answer("beto").await?;
    scene.hears("ana", EVENT).await?;
    for (who, to, room) in [
        ("carla", "carla", "rust"),
        ("ana", "nadie", "rust"),
        ("ana", "carla", "cocina"),
        ("ana", "carla", "person:ana"),
    ] {
        scene
            .step(&format!("{who} invites {to} into {room}"))
            .await?;
        invite(scene, who, to, room).await?;
    }
    Ok(())
}

/// Invites a person into a room, and hears the answer.
async fn invite(scene: &mut Scene, who: &str, to: &str, room: &str) -> Result {
    scene.ask(who, "invitar", &json!({ "para": to, "sala": room }))?;
    scene.hears_answer(who).await?;
    Ok(())
}

async fn exercise_varias_salas(scene: &mut Scene) -> Result {
    all_join(scene, &["ana", "beto"], "rust").await?;
    for who in ["ana", "beto"] {
        scene.step(&format!("{who} joins música, too")).await?;
        join(scene, who, "música").await?;
    }
    scene
        .step("carla connects, enters and joins general")
        .await?;
    scene.connect(&["carla"]).await?;
    enter(scene, "carla").await?;
    join(scene, "carla", "general").await?;
    for (rooms, reader) in [
        (json!(["rust", "música"]), Some("beto")),
        (json!(["rust", "general"]), None),
        (json!([]), None),
    ] {
        scene
            .step(&format!("ana sends a message to {rooms}"))
            .await?;
        let mut message = message("hola");
        message["salas"] = rooms;
        scene.ask("ana", "varias-salas", &message)?;
        scene.hears_answer("ana").await?;
        if let Some(who) = reader {
            scene.hears(who, "varias-salas").await?;
        }
    }
    Ok(())
}
