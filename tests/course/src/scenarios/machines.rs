//! Lesson 24: several machines.

use serde_json::{Value, json};

use super::{
    EVENT,
    chat::{enter, hears_notice, signed},
    expect_same, group,
    history::{begin, draft, says},
    message,
    middleware::auth,
    rooms::{join, message_to, private_message},
};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For names, which other nodes don't know.
const NAMES: Hints = [
    "A socket's extensions stay at its node. Its rooms don't: each node can ask all others for the rooms of their sockets. So put \
     everything that others must know into the name of a room.",
    "`SocketIo::broadcast` and `SocketIo::to` with `rooms`, `fetch_sockets` and `disconnect`, which ask all nodes; `except`; \
     `strip_prefix`.",
    "let names = rooms.iter().filter_map(|room| room.strip_prefix(PERSON));",
];

/// For what crosses from one node to another.
const ACROSS: Hints = [
    "With an adapter, `emit` reaches the sockets of all nodes. The exception is what each node reads from the table by itself: \
     that's for its own sockets.",
    "`SocketIoBuilder::with_adapter`, `RedisAdapterCtr::new_with_driver`; `SocketIo::local`.",
    "let up_to_date = io.local().to(UP_TO_DATE);",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("machines"),
        BothTransports,
        NAMES,
        [
            people_at_another_node_are_listed,
            a_person_who_leaves_another_node_is_gone,
            a_name_is_taken_at_every_node,
            a_person_moves_to_another_node,
        ]
    ),
    group!(
        from("machines"),
        BothTransports,
        ACROSS,
        [
            a_message_to_a_room_reaches_another_node,
            a_private_message_reaches_another_node,
            a_message_to_everyone_reaches_each_node_once,
        ]
    ),
];

/// ana enters at one node, and beto at another. Returns the other one's address if it's known; if not, the scenario can't go
/// on.
pub(crate) async fn both_enter(scene: &mut Scene) -> Result<Option<String>> {
    begin(scene);
    let other = scene.second_node().await?;
    if let Some(other) = &other {
        scene.step("ana connects and enters").await?;
        scene.connect(&["ana"]).await?;
        enter(scene, "ana").await?;
        scene
            .step("beto connects to the other node and enters")
            .await?;
        scene.connect_at(other, "beto").await?;
        let people = scene.hears("beto", "personas").await?;
        expect_same("the list", &json!(["ana", "beto"]), &people)?;
        hears_notice(scene, "ana").await?;
    }
    Ok(other)
}

/// Hears who has come or gone, and exactly this list.
pub(crate) async fn hears_people(scene: &mut Scene, who: &str, people: &Value) -> Result {
    scene.hears(who, "aviso").await?;
    let heard = scene.hears(who, "personas").await?;
    expect_same("the list", people, &heard)
}

async fn people_at_another_node_are_listed(scene: &mut Scene) -> Result {
    let Some(other) = both_enter(scene).await? else {
        return Ok(());
    };
    scene
        .step("carla connects to the other node, too, and enters")
        .await?;
    scene.connect_at(&other, "carla").await?;
    let everyone = json!(["ana", "beto", "carla"]);
    let people = scene.hears("carla", "personas").await?;
    expect_same("the list", &everyone, &people)?;
    for who in ["ana", "beto"] {
        hears_people(scene, who, &everyone).await?;
    }
    Ok(())
}

async fn a_person_who_leaves_another_node_is_gone(scene: &mut Scene) -> Result {
    if both_enter(scene).await?.is_none() {
        return Ok(());
    }
    scene.step("both join rust").await?;
    join(scene, "ana", "rust").await?;
    join(scene, "beto", "rust").await?;
    scene.hears("ana", "personas").await?;
    scene.step("beto leaves").await?;
    scene.leave("beto").await?;
    let members = scene.hears("ana", "personas").await?;
    expect_same("the room's list", &json!(["ana"]), &members)?;
    hears_people(scene, "ana", &json!(["ana"])).await
}

async fn a_name_is_taken_at_every_node(scene: &mut Scene) -> Result {
    let Some(other) = both_enter(scene).await? else {
        return Ok(());
    };
    scene
        .step("carla asks the other node for ana's name")
        .await?;
    scene.open_at(&other, "carla").await?;
    let mut wrong = auth("carla");
    wrong["nombre"] = json!("ana");
    scene.is_refused_with("carla", Some(&wrong)).await?;
    scene.step("ana leaves, and carla takes her name").await?;
    scene.leave("ana").await?;
    hears_people(scene, "beto", &json!(["beto"])).await?;
    scene.join("carla", Some(&wrong)).await?;
    let everyone = json!(["ana", "beto"]);
    let people = scene.hears("carla", "personas").await?;
    expect_same("the list", &everyone, &people)?;
    hears_people(scene, "beto", &everyone).await
}

async fn a_person_moves_to_another_node(scene: &mut Scene) -> Result {
    let Some(other) = both_enter(scene).await? else {
        return Ok(());
    };
    scene
        .step("ana enters again, on a page at the other node")
        .await?;
    scene.open_at(&other, "ana-2").await?;
    let mut back = auth("ana");
    back["vuelve"] = json!(true);
    scene.join("ana-2", Some(&back)).await?;
    scene.is_disconnected("ana").await?;
    let everyone = json!(["ana", "beto"]);
    let people = scene.hears("ana-2", "personas").await?;
    expect_same("the list", &everyone, &people)?;
    hears_people(scene, "beto", &everyone).await?;
    scene.step("beto writes to ana").await?;
    scene.ask("beto", "mensaje-privado", &private_message("ana", "hola"))?;
    scene.hears_answer("beto").await?;
    scene.hears("ana-2", "mensaje-privado").await?;
    Ok(())
}

async fn a_message_to_a_room_reaches_another_node(scene: &mut Scene) -> Result {
    if both_enter(scene).await?.is_none() {
        return Ok(());
    }
    scene.step("both join rust").await?;
    join(scene, "ana", "rust").await?;
    scene.ask("beto", "unirse", &json!({ "sala": "rust" }))?;
    scene.hears_answer("beto").await?;
    for who in ["ana", "beto"] {
        let members = scene.hears(who, "personas").await?;
        expect_same("the room's list", &json!(["ana", "beto"]), &members)?;
    }
    for text in ["hola", "¿hay alguien?"] {
        scene.step("ana sends a message to the room").await?;
        scene.ask("ana", EVENT, &message_to("rust", text))?;
        scene.hears_answer("ana").await?;
        let mut expected = signed("ana", &message(text));
        expected["sala"] = json!("rust");
        let heard = scene.hears("beto", EVENT).await?;
        expect_same("the message", &expected, &heard)?;
    }
    Ok(())
}

async fn a_private_message_reaches_another_node(scene: &mut Scene) -> Result {
    if both_enter(scene).await?.is_none() {
        return Ok(());
    }
    scene.step("ana writes to beto").await?;
    scene.ask("ana", "mensaje-privado", &private_message("beto", "hola"))?;
    scene.hears_answer("ana").await?;
    let heard = scene.hears("beto", "mensaje-privado").await?;
    expect_same("the message", &signed("ana", &message("hola")), &heard)?;
    scene.step("ana writes to carla, who isn't here").await?;
    scene.ask("ana", "mensaje-privado", &private_message("carla", "hola"))?;
    let answer = scene.hears_answer("ana").await?;
    let nobody = json!({ "error": "nobody here has this name" });
    expect_same("the answer", &nobody, &answer)
}

async fn a_message_to_everyone_reaches_each_node_once(scene: &mut Scene) -> Result {
    if both_enter(scene).await?.is_none() {
        return Ok(());
    }
    scene.step("ana sends a message").await?;
    says(scene, "ana", &draft(1), 1, &["beto"]).await?;
    scene.step("beto sends one").await?;
    says(scene, "beto", &draft(2), 2, &["ana"]).await?;
    scene.step("ana sends another one").await?;
    says(scene, "ana", &draft(3), 3, &["beto"]).await
}
