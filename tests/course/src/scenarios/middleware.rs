//! Lesson 16: who may come in.

use serde_json::{Value, json};

use super::{
    EVENT,
    chat::{self, enter_all, hears_notice},
    group, message, rooms,
};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For coming in.
const ADMIT: Hints = [
    "A middleware runs before the client is connected, and sees its `auth`. If it returns an error, the client hears why, and no \
     handler runs.",
    "`ConnectHandler::with`, `TryData`; `SocketRef::extensions` and `join`. In `on_connect`, `Extension`.",
    "io.ns(\"/\", on_connect.with(admit).with(log));",
];

/// For coming back.
const BACK: Hints = [
    "The same name with the same secret is the same person. Its newest connection counts, and the one before is disconnected. \
     Then nobody has left, so the others don't hear that.",
    "`SocketIo::sockets`, `SocketRef::disconnect`. In the disconnect handler, the list says whether the name is still here.",
    "if there.secret != person.secret {\n    return Err(\"somebody has this name\");\n}",
];

/// For the log.
const LOG: Hints = [
    "An extractor runs before its handler, so it can log the event. It knows the socket, and with it the name.",
    "`FromMessageParts`, which calls the same function of `Extension` and `Event`.",
    "impl<A: Adapter> FromMessageParts<A> for Sender {",
];

/// For everything that was there before.
const STILL: Hints = [
    "What the chat and its rooms did before, they still do. A client that was let in has a name, so no handler has to ask.",
    "`Extension` in `on_connect`; our own extractor in the other handlers.",
    "pub async fn on_connect(io: SocketIo, socket: SocketRef, Extension(me): Extension<Person>) {",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("middleware"),
        BothTransports,
        ADMIT,
        [
            a_client_is_let_in_with_a_name_and_a_secret,
            a_client_without_a_secret_is_refused,
            an_invalid_name_is_refused_at_the_door,
            a_refused_client_may_try_again,
        ]
    ),
    group!(
        from("middleware").until("history"),
        BothTransports,
        ADMIT,
        [a_refused_client_leaves_nothing_behind]
    ),
    group!(
        from("middleware"),
        BothTransports,
        BACK,
        [
            nobody_gets_a_name_without_its_secret,
            the_newest_connection_keeps_the_name,
            a_person_on_a_new_connection_has_not_left,
        ]
    ),
    group!(
        from("middleware"),
        BothTransports,
        LOG,
        [
            a_refused_client_is_logged_with_the_reason,
            each_event_is_logged_with_its_sender,
        ]
    ),
    group!(
        from("middleware").until("history"),
        BothTransports,
        LOG,
        [what_people_write_stays_out_of_the_log]
    ),
    // From lesson 20 on a message to everyone has a number.
    group!(
        from("middleware").until("history"),
        BothTransports,
        STILL,
        [
            an_admitted_client_signs_its_messages,
            messages_of_an_admitted_client_arrive_unchanged,
            a_burst_of_an_admitted_client_arrives_in_order,
            a_message_that_does_not_fit_is_answered_after_admission,
        ]
    ),
    group!(
        from("middleware"),
        BothTransports,
        STILL,
        [
            the_others_see_when_an_admitted_client_leaves,
            a_long_message_of_an_admitted_client_closes_only_its_connection,
            admitted_clients_see_who_is_in_their_room,
            an_admitted_client_that_disconnects_leaves_its_rooms,
            a_request_that_does_not_fit_is_answered_after_admission,
            a_message_of_an_admitted_client_stays_in_its_room,
            a_room_hears_only_admitted_members,
            an_admitted_client_writes_to_one_person,
            a_message_to_an_absent_person_is_answered_with_an_error,
        ]
    ),
];

/// The `auth` of a page on which this person has entered.
pub(crate) fn auth(name: &str) -> Value {
    json!({ "nombre": name, "secreto": secret(name) })
}

pub(crate) fn secret(name: &str) -> String {
    format!("the secret of {name}")
}

/// Stories of the lessons before, with clients that introduce themselves.
macro_rules! introduced {
    ($($name:ident = $story:path;)+) => {
        $(async fn $name(scene: &mut Scene) -> Result {
            scene.introduce(auth);
            $story(scene).await
        })+
    };
}

introduced! {
    the_others_see_when_an_admitted_client_leaves = chat::the_others_see_who_leaves;
    an_admitted_client_signs_its_messages = chat::a_message_carries_the_name_of_its_sender;
    messages_of_an_admitted_client_arrive_unchanged = chat::messages_under_a_name_arrive_unchanged;
    a_burst_of_an_admitted_client_arrives_in_order = chat::a_burst_under_a_name_arrives_in_order;
    a_message_that_does_not_fit_is_answered_after_admission = chat::a_chat_message_that_does_not_fit_is_answered_with_an_error;
    a_long_message_of_an_admitted_client_closes_only_its_connection = chat::a_long_chat_message_closes_only_its_connection;
    admitted_clients_see_who_is_in_their_room = rooms::everyone_in_a_room_sees_who_is_in_it;
    an_admitted_client_that_disconnects_leaves_its_rooms = rooms::a_client_that_disconnects_leaves_its_rooms;
    a_request_that_does_not_fit_is_answered_after_admission = rooms::a_request_that_does_not_fit_is_answered_with_an_error;
    a_message_of_an_admitted_client_stays_in_its_room = rooms::a_message_to_a_room_stays_in_it;
    a_room_hears_only_admitted_members = rooms::a_room_hears_only_its_members;
    an_admitted_client_writes_to_one_person = rooms::a_private_message_reaches_one_person;
    a_message_to_an_absent_person_is_answered_with_an_error = rooms::a_private_message_to_nobody_is_answered_with_an_error;
}

/// Connects with this `auth`, and hears the list. A person's second page is a client under another name.
pub(crate) async fn enters(scene: &mut Scene, who: &str, auth: &Value) -> Result {
    scene.open(who).await?;
    scene.join(who, Some(auth)).await?;
    scene.hears(who, "personas").await?;
    Ok(())
}

async fn a_client_is_let_in_with_a_name_and_a_secret(scene: &mut Scene) -> Result {
    scene.introduce(auth);
    enter_all(scene, &["ana", "beto"]).await
}

async fn a_client_without_a_secret_is_refused(scene: &mut Scene) -> Result {
    for refused in [
        None,
        Some(json!({})),
        Some(json!({ "nombre": "ana" })),
        Some(json!({ "nombre": "ana", "secreto": 5 })),
        Some(json!({ "nombre": "ana", "secreto": "too short" })),
    ] {
        scene.step("ana connects").await?;
        scene.open("ana").await?;
        scene.is_refused_with("ana", refused.as_ref()).await?;
        scene.vanish("ana")?;
    }
    Ok(())
}

async fn an_invalid_name_is_refused_at_the_door(scene: &mut Scene) -> Result {
    for name in [json!(" "), json!("a".repeat(21)), json!("a\nb"), json!(5)] {
        scene
            .step("ana connects with a name that isn't one")
            .await?;
        let mut auth = auth("ana");
        auth["nombre"] = name;
        scene.open("ana").await?;
        scene.is_refused_with("ana", Some(&auth)).await?;
        scene.vanish("ana")?;
    }
    Ok(())
}

async fn a_refused_client_may_try_again(scene: &mut Scene) -> Result {
    scene.step("ana connects without saying who she is").await?;
    scene.open("ana").await?;
    scene.is_refused_with("ana", None).await?;
    scene
        .step("ana says who she is, on the same connection")
        .await?;
    scene.join("ana", Some(&auth("ana"))).await?;
    scene.hears("ana", "personas").await?;
    Ok(())
}

async fn a_refused_client_leaves_nothing_behind(scene: &mut Scene) -> Result {
    scene.introduce(auth);
    enter_all(scene, &["ana", "carla"]).await?;
    scene.step("beto is refused, and closes his page").await?;
    scene.open("beto").await?;
    scene.is_refused_with("beto", None).await?;
    scene.close_page("beto").await?;
    scene.step("ana sends a message").await?;
    scene.ask("ana", EVENT, &message("hola"))?;
    scene.hears_answer("ana").await?;
    scene.hears("carla", EVENT).await?;
    scene.is_not_logged("did not reach everyone").await
}

async fn nobody_gets_a_name_without_its_secret(scene: &mut Scene) -> Result {
    scene.introduce(auth);
    enter_all(scene, &["ana"]).await?;
    scene.step("beto asks for ana's name").await?;
    scene.open("beto").await?;
    let mut wrong = auth("beto");
    wrong["nombre"] = json!("ana");
    scene.is_refused_with("beto", Some(&wrong)).await?;
    scene.step("beto enters under his own").await?;
    scene.join("beto", Some(&auth("beto"))).await?;
    scene.hears("beto", "personas").await?;
    hears_notice(scene, "ana").await?;
    scene.step("ana leaves, and carla takes her name").await?;
    scene.leave("ana").await?;
    hears_notice(scene, "beto").await?;
    let mut free = auth("carla");
    free["nombre"] = json!("ana");
    enters(scene, "carla", &free).await?;
    hears_notice(scene, "beto").await
}

async fn the_newest_connection_keeps_the_name(scene: &mut Scene) -> Result {
    scene.introduce(auth);
    enter_all(scene, &["ana", "beto"]).await?;
    scene.step("ana enters again, on another page").await?;
    let mut back = auth("ana");
    back["vuelve"] = json!(true);
    enters(scene, "ana-2", &back).await?;
    scene.is_disconnected("ana").await?;
    hears_notice(scene, "beto").await?;
    scene.step("beto writes to ana").await?;
    let mut private = message("hola");
    private["para"] = json!("ana");
    scene.ask("beto", "mensaje-privado", &private)?;
    scene.hears_answer("beto").await?;
    scene.hears("ana-2", "mensaje-privado").await?;
    Ok(())
}

async fn a_person_on_a_new_connection_has_not_left(scene: &mut Scene) -> Result {
    scene.introduce(auth);
    enter_all(scene, &["ana", "beto"]).await?;
    scene.step("ana joins rust").await?;
    scene.ask("ana", "unirse", &json!({ "sala": "rust" }))?;
    scene.hears_answer("ana").await?;
    scene.hears("ana", "personas").await?;
    scene.step("beto joins rust").await?;
    scene.ask("beto", "unirse", &json!({ "sala": "rust" }))?;
    scene.hears_answer("beto").await?;
    scene.hears("beto", "personas").await?;
    scene.hears("ana", "personas").await?;
    scene.step("ana enters again, on another page").await?;
    enters(scene, "ana-2", &auth("ana")).await?;
    scene.is_disconnected("ana").await
}

async fn a_refused_client_is_logged_with_the_reason(scene: &mut Scene) -> Result {
    scene.step("ana connects without saying who she is").await?;
    scene.open("ana").await?;
    scene.is_refused_with("ana", None).await?;
    scene.is_logged("a name and a secret are needed").await
}

async fn each_event_is_logged_with_its_sender(scene: &mut Scene) -> Result {
    scene.introduce(auth);
    enter_all(scene, &["ana"]).await?;
    for event in ["unirse", "salir"] {
        scene.step(&format!("ana sends {event}")).await?;
        scene.ask("ana", event, &json!({ "sala": "cocina" }))?;
        scene.hears_answer("ana").await?;
        scene
            .is_logged_as(
                &format!("{event} of ana"),
                &[
                    &format!("name=\"ana\" event=\"{event}\""),
                    &format!("event ana {event}"),
                ],
            )
            .await?;
    }
    Ok(())
}

async fn what_people_write_stays_out_of_the_log(scene: &mut Scene) -> Result {
    scene.introduce(auth);
    enter_all(scene, &["ana", "beto"]).await?;
    scene.step("ana writes to everyone").await?;
    scene.ask("ana", EVENT, &message("un rumor"))?;
    scene.hears_answer("ana").await?;
    scene.hears("beto", EVENT).await?;
    scene.is_not_logged("un rumor").await?;
    scene.is_not_logged("the secret of").await
}
