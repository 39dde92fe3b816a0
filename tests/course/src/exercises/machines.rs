//! Exercises of lesson 24.

use serde_json::{Value, json};

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::{
        chat::hears_notice,
        expect_same,
        machines::{both_enter, hears_people},
        scenario,
    },
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[
    Exercise {
        name: "nodos",
        task: "Say how the people are spread over the nodes. `nodos` is answered with `{ \"ok\": true, \"nodos\": [1, 2] }`: the \
               number of people at each node that has any, the smallest first.",
        scenario: scenario!(
            from("machines"),
            BothTransports,
            [
                "Ask all nodes for their sockets, and count how many come from each.",
                "`SocketIo::fetch_sockets`; `RemoteSocket::data`, whose `server_id` as a string can be the key of a `HashMap`; \
                 `entry` and `or_default`.",
                "let node = socket.data().server_id.to_string();\n*nodes.entry(node).or_default() += 1;",
            ],
            exercise_nodos
        ),
    },
    Exercise {
        name: "echar",
        task: "Let a client throw somebody out, at whichever node they are: `echar` has the payload `{ \"nombre\": … }`, and is \
               answered with `{ \"ok\": true }`, or with the error `nobody here has this name`.",
        scenario: scenario!(
            from("machines"),
            BothTransports,
            [
                "You already disconnect a person's old connection when a new one comes in, wherever the old one is.",
                "`people`, `room_of`, and `disconnect` for the sockets of a room.",
                "if let Err(error) = io.to(room_of(&name)).disconnect().await {",
            ],
            exercise_echar
        ),
    },
];

/// Asks with this frame, and is answered.
async fn asks(scene: &mut Scene, who: &str, event: &Value, expected: &Value) -> Result {
    let id = scene.ack_id(who)?;
    scene.send(who, &format!("42{id}{event}"))?;
    let answer = scene.hears_answer(who).await?;
    expect_same("the answer", expected, &answer)
}

async fn exercise_nodos(scene: &mut Scene) -> Result {
    let Some(other) = both_enter(scene).await? else {
        return Ok(());
    };
    let spread = |nodes: &[u32]| json!({ "ok": true, "nodos": nodes });
    scene.step("ana asks how everyone is spread").await?;
    asks(scene, "ana", &json!(["nodos"]), &spread(&[1, 1])).await?;
    scene
        .step("carla connects to the other node, too, and enters")
        .await?;
    scene.connect_at(&other, "carla").await?;
    scene.hears("carla", "personas").await?;
    for who in ["ana", "beto"] {
        hears_notice(scene, who).await?;
    }
    scene.step("ana and beto ask").await?;
    for who in ["ana", "beto"] {
        asks(scene, who, &json!(["nodos"]), &spread(&[1, 2])).await?;
    }
    scene.step("ana leaves, and beto asks again").await?;
    scene.leave("ana").await?;
    for who in ["beto", "carla"] {
        hears_people(scene, who, &json!(["beto", "carla"])).await?;
    }
    asks(scene, "beto", &json!(["nodos"]), &spread(&[2])).await
}

async fn exercise_echar(scene: &mut Scene) -> Result {
    if both_enter(scene).await?.is_none() {
        return Ok(());
    }
    let throw = |name: &str| json!(["echar", { "nombre": name }]);
    scene
        .step("ana wants to throw out carla, who isn't here")
        .await?;
    let nobody = json!({ "error": "nobody here has this name" });
    asks(scene, "ana", &throw("carla"), &nobody).await?;
    scene.step("ana throws out beto").await?;
    asks(scene, "ana", &throw("beto"), &json!({ "ok": true })).await?;
    scene.is_disconnected("beto").await?;
    hears_people(scene, "ana", &json!(["ana"])).await?;
    scene.step("ana sends a payload that doesn't fit").await?;
    let id = scene.ack_id("ana")?;
    scene.send("ana", &format!(r#"42{id}["echar",5]"#))?;
    scene.hears_answer("ana").await?;
    Ok(())
}
