//! Lesson 14: names, and who is here.

use serde_json::{Value, json};

use super::{BURST, EVENT, delicate_texts, expect_same, group, message, messages};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For entering.
const ENTER: Hints = [
    "A client's name belongs to its socket. The answer says whether the name is accepted; if not, it says why.",
    "`SocketRef::extensions`, `insert` and `get`; `AckSender::send`. `SocketIo::sockets` returns the sockets of everyone.",
    "socket.extensions.insert(Name(name.to_owned()));",
];

/// For the list of people.
const PEOPLE: Hints = [
    "Nothing has to be kept up to date: the list can be computed from the sockets whenever somebody comes or goes. A client that \
     leaves can't hear of it, so only the others are told.",
    "`SocketIo::sockets`, `SocketRef::connected`, `sort`; `SocketRef::broadcast`; in the disconnect handler, `MaybeExtension`.",
    "for socket in io.sockets() {\n    if let Some(Name(name)) = socket.extensions.get()\n        && socket.connected()\n    {\n        names.push(name);\n    }\n}",
];

/// For messages under a name.
const SIGNED: Hints = [
    "The server adds the sender's name. A page can't choose it, or it could speak for others.",
    "The extractor `MaybeExtension<Name>` in the message handler.",
    "MaybeExtension(name): MaybeExtension<Name>",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("chat").until("middleware"),
        BothTransports,
        ENTER,
        [
            a_client_enters_with_a_name,
            a_name_belongs_to_one_client,
            an_invalid_name_is_refused,
            a_client_keeps_its_name,
        ]
    ),
    group!(
        from("chat").until("middleware"),
        BothTransports,
        PEOPLE,
        [
            everyone_sees_who_is_here,
            the_others_see_who_leaves,
            the_others_see_who_is_back,
            a_client_without_a_name_leaves_nothing_behind,
        ]
    ),
    group!(
        from("chat").until("middleware"),
        BothTransports,
        SIGNED,
        [
            a_message_carries_the_name_of_its_sender,
            a_client_without_a_name_cannot_send,
            messages_under_a_name_arrive_unchanged,
            a_burst_under_a_name_arrives_in_order,
            a_chat_message_that_does_not_fit_is_answered_with_an_error,
            a_long_chat_message_closes_only_its_connection,
        ]
    ),
];

/// Enters, and hears the answer and the list. A client that has introduced itself has already entered.
pub(crate) async fn enter(scene: &mut Scene, who: &str) -> Result {
    if !scene.has_introductions() {
        scene.ask(who, "entrar", &json!({ "nombre": who }))?;
        scene.hears_answer(who).await?;
    }
    scene.hears(who, "personas").await?;
    Ok(())
}

/// Each of these clients connects and enters.
pub(crate) async fn enter_all(scene: &mut Scene, names: &[&str]) -> Result {
    for (count, who) in names.iter().enumerate() {
        scene.step(&format!("{who} connects and enters")).await?;
        scene.connect(&[who]).await?;
        enter(scene, who).await?;
        for other in &names[..count] {
            hears_notice(scene, other).await?;
        }
    }
    Ok(())
}

/// Hears a notice, and the new list.
pub(crate) async fn hears_notice(scene: &mut Scene, who: &str) -> Result {
    scene.hears(who, "aviso").await?;
    scene.hears(who, "personas").await?;
    Ok(())
}

/// A message as the others get it.
pub(super) fn signed(name: &str, message: &Value) -> Value {
    json!({ "de": name, "mensaje": message["mensaje"], "id": message["id"], "fecha": message["fecha"] })
}

async fn a_client_enters_with_a_name(scene: &mut Scene) -> Result {
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    scene.step("ana enters").await?;
    enter(scene, "ana").await
}

async fn a_name_belongs_to_one_client(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("ana enters").await?;
    enter(scene, "ana").await?;
    scene.hears("beto", "aviso").await?;
    scene.hears("beto", "personas").await?;
    scene.step("beto asks for the same name").await?;
    scene.ask("beto", "entrar", &json!({ "nombre": "ana" }))?;
    scene.hears_answer("beto").await?;
    scene.step("ana leaves, and beto asks again").await?;
    scene.leave("ana").await?;
    hears_notice(scene, "beto").await?;
    scene.ask("beto", "entrar", &json!({ "nombre": "ana" }))?;
    scene.hears_answer("beto").await?;
    scene.hears("beto", "personas").await?;
    Ok(())
}

async fn an_invalid_name_is_refused(scene: &mut Scene) -> Result {
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    for name in [json!(" "), json!("a".repeat(21)), json!("a\nb"), json!(5)] {
        scene.step("ana asks for a name that isn't one").await?;
        scene.ask("ana", "entrar", &json!({ "nombre": name }))?;
        scene.hears_answer("ana").await?;
    }
    Ok(())
}

async fn a_client_keeps_its_name(scene: &mut Scene) -> Result {
    enter_all(scene, &["ana"]).await?;
    scene.step("ana asks for another name").await?;
    scene.ask("ana", "entrar", &json!({ "nombre": "carla" }))?;
    scene.hears_answer("ana").await?;
    Ok(())
}

async fn everyone_sees_who_is_here(scene: &mut Scene) -> Result {
    scene.step("beto connects and enters").await?;
    scene.connect(&["beto"]).await?;
    enter(scene, "beto").await?;
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    scene.step("ana enters").await?;
    enter(scene, "ana").await?;
    hears_notice(scene, "beto").await
}

pub(super) async fn the_others_see_who_leaves(scene: &mut Scene) -> Result {
    enter_all(scene, &["ana", "beto", "carla"]).await?;
    scene.step("beto leaves").await?;
    scene.leave("beto").await?;
    for who in ["ana", "carla"] {
        hears_notice(scene, who).await?;
    }
    scene.step("carla closes her page").await?;
    scene.close_page("carla").await?;
    hears_notice(scene, "ana").await
}

async fn the_others_see_who_is_back(scene: &mut Scene) -> Result {
    enter_all(scene, &["ana", "beto"]).await?;
    scene.step("beto closes his page").await?;
    scene.close_page("beto").await?;
    hears_notice(scene, "ana").await?;
    scene
        .step("beto connects again, and enters as before")
        .await?;
    scene.connect(&["beto"]).await?;
    scene.ask(
        "beto",
        "entrar",
        &json!({ "nombre": "beto", "vuelve": true }),
    )?;
    scene.hears_answer("beto").await?;
    scene.hears("beto", "personas").await?;
    hears_notice(scene, "ana").await
}

async fn a_client_without_a_name_leaves_nothing_behind(scene: &mut Scene) -> Result {
    scene.step("ana connects and enters").await?;
    scene.connect(&["ana"]).await?;
    enter(scene, "ana").await?;
    scene
        .step("beto connects, and closes his page without entering")
        .await?;
    scene.connect(&["beto"]).await?;
    scene.close_page("beto").await?;
    scene.step("carla connects and enters").await?;
    scene.connect(&["carla"]).await?;
    enter(scene, "carla").await?;
    hears_notice(scene, "ana").await?;
    scene.is_not_logged("did not reach everyone").await
}

pub(super) async fn a_message_carries_the_name_of_its_sender(scene: &mut Scene) -> Result {
    enter_all(scene, &["ana", "beto", "carla"]).await?;
    scene
        .step("ana sends a message and asks for an answer")
        .await?;
    scene.ask("ana", EVENT, &message("hola"))?;
    scene.hears_answer("ana").await?;
    for who in ["beto", "carla"] {
        scene.hears(who, EVENT).await?;
    }
    scene
        .step("beto sends one, and says that carla wrote it")
        .await?;
    scene.emit("beto", EVENT, &signed("carla", &message("soy carla")))?;
    for who in ["ana", "carla"] {
        let heard = scene.hears(who, EVENT).await?;
        expect_same("the sender", &json!("beto"), &heard["de"])?;
    }
    Ok(())
}

async fn a_client_without_a_name_cannot_send(scene: &mut Scene) -> Result {
    enter_all(scene, &["ana"]).await?;
    scene.step("beto connects").await?;
    scene.connect(&["beto"]).await?;
    scene
        .step("beto sends a message without having entered")
        .await?;
    scene.ask("beto", EVENT, &message("hola"))?;
    scene.hears_answer("beto").await?;
    Ok(())
}

pub(super) async fn messages_under_a_name_arrive_unchanged(scene: &mut Scene) -> Result {
    enter_all(scene, &["ana", "beto"]).await?;
    for text in delicate_texts() {
        scene
            .step("ana sends a message that is easily damaged")
            .await?;
        scene.emit("ana", EVENT, &message(&text))?;
        let payload = scene.hears("beto", EVENT).await?;
        expect_same("the payload", &signed("ana", &message(&text)), &payload)?;
    }
    Ok(())
}

pub(super) async fn a_burst_under_a_name_arrives_in_order(scene: &mut Scene) -> Result {
    let messages = messages();
    let signed: Vec<_> = messages
        .iter()
        .map(|message| signed("ana", message))
        .collect();
    enter_all(scene, &["ana", "beto"]).await?;
    scene
        .step("ana sends many messages at once and asks for answers")
        .await?;
    scene.burst("ana", EVENT, &messages, true)?;
    scene.hears_answers("ana", BURST).await?;
    scene.hears_burst("beto", EVENT, &signed).await
}

pub(super) async fn a_chat_message_that_does_not_fit_is_answered_with_an_error(
    scene: &mut Scene,
) -> Result {
    enter_all(scene, &["ana", "beto"]).await?;
    for payload in [json!("hola"), json!({ "mensaje": "hola" })] {
        scene.step("ana sends a payload that doesn't fit").await?;
        scene.ask("ana", EVENT, &payload)?;
        scene.hears_answer("ana").await?;
    }
    Ok(())
}

pub(super) async fn a_long_chat_message_closes_only_its_connection(scene: &mut Scene) -> Result {
    enter_all(scene, &["ana", "beto"]).await?;
    if !scene.has_limit(100_000) {
        return Ok(());
    }
    scene.step("ana sends a message of 110,000 bytes").await?;
    scene.emit("ana", EVENT, &message(&"x".repeat(110_000)))?;
    scene.is_closed("ana").await?;
    hears_notice(scene, "beto").await
}
