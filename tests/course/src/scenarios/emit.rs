//! Lesson 03: the server listens.

use serde_json::json;

use super::{EVENT, group, message};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For the event.
const LISTEN: Hints = [
    "Register a client's handlers when it connects, one for each event. The payload may be any JSON. The server logs it and sends nothing back.",
    "`SocketRef::on`, the extractor `Data<Value>`, `tracing::info!`.",
    "socket.on(\"enviar-mensaje\", on_message); async fn on_message(Data(payload): Data<Value>) { info!(%payload, \"enviar-mensaje\"); }",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[group!(
    from("emit").until("server-emit"),
    BothTransports,
    LISTEN,
    [
        a_message_is_logged_but_not_sent_on,
        a_payload_may_be_any_json,
        a_missing_payload_does_no_harm,
    ]
)];

async fn a_message_is_logged_but_not_sent_on(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("ana sends a message").await?;
    scene.emit("ana", EVENT, &message("hola, mañana"))?;
    scene.is_logged("hola, mañana").await
}

async fn a_payload_may_be_any_json(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    for (payload, logged) in [
        (json!("solo texto"), "solo texto"),
        (json!(271_828), "271828"),
        (json!([31_415, null]), "31415"),
        (json!({ "otra": { "forma": "distinta" } }), "distinta"),
    ] {
        scene.step(&format!("ana sends {payload}")).await?;
        scene.emit("ana", EVENT, &payload)?;
        scene.is_logged(logged).await?;
    }
    Ok(())
}

async fn a_missing_payload_does_no_harm(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene
        .step("ana sends the event without a payload, then a message")
        .await?;
    scene.send("ana", &format!("42[\"{EVENT}\"]"))?;
    scene.emit("ana", EVENT, &message("sigo aquí"))?;
    scene.is_logged("sigo aquí").await
}
