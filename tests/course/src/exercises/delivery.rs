//! Exercises of lesson 21.

use serde_json::{Value, json};

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::{
        EVENT,
        chat::{enter_all, hears_notice},
        expect_same,
        history::{back_after, begin, draft},
        middleware::enters,
        rooms::join,
        scenario,
    },
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[
    Exercise {
        name: "leido",
        task: "Say who has read how far. `leido` carries `{ numero }`, is answered with `{ \"ok\": true }`, and everyone else hears it with \
               the reader's `nombre`. A client may send it again, and an old one may arrive late: the others only hear a number \
               that's greater than the one before. If the payload doesn't fit, the answer is an `error`.",
        scenario: scenario!(
            from("delivery"),
            BothTransports,
            [
                "Nothing has to be stored here, and no id is needed: reading up to 7 twice is the same as once. The server only \
                 remembers how far each client has read.",
                "`extensions.insert` and `extensions.get::<Read>()`, with a type of your own that derives `Clone` and `Copy`.",
                "let before = socket.extensions.get::<Read>();\nif before.is_some_and(|before| before.number >= read.number) {\n    \
                 return;\n}",
            ],
            exercise_leido
        ),
    },
    Exercise {
        name: "regreso",
        task: "A message to a room that still waits for its answer is sent again on the new connection before the page has joined \
               the room again, and is refused. So let `auth` have `salas`, an array of the rooms that the page was in. The \
               client is in those that exist before the first of its events. Once everyone knows that it's here, the \
               people in these rooms hear `personas`, as after `unirse`. Without `salas`, nothing changes.",
        scenario: scenario!(
            from("delivery"),
            BothTransports,
            [
                "The middleware has read the `auth` already, so `on_connect` knows the rooms. It joins them before its first \
                 `await`: until then, no handler of this client can run.",
                "`#[serde(rename = \"salas\", default)]`, `SocketRef::join`, `list_members`.",
                "for room in ROOMS {\n    if me.rooms.iter().any(|left| left == room) {\n        socket.join(room);\n    }\n}",
            ],
            exercise_regreso
        ),
    },
    Exercise {
        name: "privados",
        task: "Nobody should get a private message twice either, not even from a server that was restarted in between. If \
               `mensaje-privado` comes again from the same sender with the same `id`, it's answered with `{ \"ok\": true }`, and \
               its reader hears nothing. If the server can't remember that it has delivered it, it doesn't answer.",
        scenario: scenario!(
            from("delivery"),
            BothTransports,
            [
                "What has to outlive the process belongs into the database, and so it's a job for the thread. It needs only the \
                 sender and the id. These messages have no numbers, so here `INSERT OR IGNORE` is just right.",
                "`CREATE TABLE IF NOT EXISTS privados (…, PRIMARY KEY (de, id))`; `Connection::execute` returns how many rows it has \
                 inserted.",
                "Job::Private(name, to, message, ack) => match database.execute(DELIVERED, [&name, &message.id]) {\n    Ok(new) => \
                 …\n    Err(error) => …\n},",
            ],
            exercise_privados
        ),
    },
];

/// Says how far somebody has read, and is answered.
async fn reads(scene: &mut Scene, who: &str, number: &Value, expected: Option<&Value>) -> Result {
    scene.ask(who, "leido", &json!({ "numero": number }))?;
    let answer = scene.hears_answer(who).await?;
    match expected {
        Some(expected) => expect_same("the answer", expected, &answer),
        None => Ok(()),
    }
}

async fn exercise_leido(scene: &mut Scene) -> Result {
    begin(scene);
    enter_all(scene, &["ana", "beto", "carla"]).await?;
    let ok = json!({ "ok": true });
    for (title, number, is_new) in [
        ("ana has read number 2", 2, true),
        ("ana says so again", 2, false),
        ("an older one arrives late", 1, false),
        ("ana reads on", 4, true),
    ] {
        scene.step(title).await?;
        reads(scene, "ana", &json!(number), Some(&ok)).await?;
        if is_new {
            for who in ["beto", "carla"] {
                let heard = scene.hears(who, "leido").await?;
                let expected = json!({ "nombre": "ana", "numero": number });
                expect_same("the payload", &expected, &heard)?;
            }
        }
    }
    scene.step("beto has read less").await?;
    reads(scene, "beto", &json!(3), Some(&ok)).await?;
    for who in ["ana", "carla"] {
        scene.hears(who, "leido").await?;
    }
    scene.step("beto sends a number that isn't one").await?;
    reads(scene, "beto", &json!("todo"), None).await
}

async fn exercise_regreso(scene: &mut Scene) -> Result {
    begin(scene);
    enter_all(scene, &["ana", "beto"]).await?;
    scene.step("beto joins rust").await?;
    join(scene, "beto", "rust").await?;
    scene.step("ana loses her connection").await?;
    scene.close_page("ana").await?;
    hears_notice(scene, "beto").await?;
    scene.step("ana comes back, and says where she was").await?;
    let mut auth = back_after("ana", 0);
    auth["salas"] = json!(["rust", "cocina"]);
    enters(scene, "ana", &auth).await?;
    hears_notice(scene, "beto").await?;
    for who in ["ana", "beto"] {
        scene.hears(who, "personas").await?;
    }
    scene.step("ana writes to rust").await?;
    let mut to_room = draft(1);
    to_room["sala"] = json!("rust");
    scene.ask("ana", EVENT, &to_room)?;
    let answer = scene.hears_answer("ana").await?;
    expect_same("the answer", &json!({ "ok": true }), &answer)?;
    scene.hears("beto", EVENT).await?;
    Ok(())
}

/// Sends a private message with this id, and is answered.
async fn writes(scene: &mut Scene, who: &str, to: &str, id: u64) -> Result {
    let mut private = draft(id);
    private["para"] = json!(to);
    scene.ask(who, "mensaje-privado", &private)?;
    let answer = scene.hears_answer(who).await?;
    expect_same("the answer", &json!({ "ok": true }), &answer)
}

async fn exercise_privados(scene: &mut Scene) -> Result {
    begin(scene);
    enter_all(scene, &["ana", "beto"]).await?;
    scene.step("ana writes to beto").await?;
    writes(scene, "ana", "beto", 1).await?;
    scene.hears("beto", "mensaje-privado").await?;
    scene.step("ana loses her connection").await?;
    scene.close_page("ana").await?;
    hears_notice(scene, "beto").await?;
    scene.step("ana comes back").await?;
    enters(scene, "ana", &back_after("ana", 0)).await?;
    hears_notice(scene, "beto").await?;
    scene.step("ana sends the message again").await?;
    writes(scene, "ana", "beto", 1).await?;
    scene.step("ana sends another one").await?;
    writes(scene, "ana", "beto", 2).await?;
    scene.hears("beto", "mensaje-privado").await?;
    scene.step("beto answers with the same id").await?;
    writes(scene, "beto", "ana", 1).await?;
    scene.hears("ana", "mensaje-privado").await?;
    Ok(())
}
