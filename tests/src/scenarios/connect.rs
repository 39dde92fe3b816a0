//! Lesson 02: who comes and who goes.

use serde_json::json;

use super::{EVENT, ON, message, scenario, static_server::media_type};
use crate::{
    scenario::Scenario,
    scene::{Result, Scene},
};

pub(super) const SCENARIOS: &[Scenario] = &[
    scenario!(the_client_is_served, 2..=ON, PlainHttp),
    scenario!(a_page_from_anywhere_may_connect, 2..=ON, PlainHttp),
    scenario!(clients_come_and_go, 2..=ON, BothTransports),
    scenario!(
        a_client_that_vanishes_disturbs_nobody,
        2..=ON,
        BothTransports
    ),
    scenario!(a_client_that_left_may_come_back, 2..=ON, BothTransports),
    scenario!(an_unknown_event_changes_nothing, 2..=ON, BothTransports),
    scenario!(an_unknown_namespace_is_refused, 2..=ON, BothTransports),
    scenario!(
        a_malformed_frame_closes_only_its_connection,
        2..=ON,
        BothTransports
    ),
    scenario!(
        nothing_is_said_to_a_server_that_only_connects,
        2..=2,
        BothTransports
    ),
];

async fn the_client_is_served(scene: &mut Scene) -> Result {
    scene.step("ana's page loads the client").await?;
    let script = scene.get("ana", "/socket.io/socket.io.js").await?;
    let kind = media_type(script.header("content-type"));
    // An older name of the same type, which some servers still use.
    let kind = kind.replace("application/javascript", "text/javascript");
    scene.received("ana", &format!("{} {kind}", script.status));
    Ok(())
}

async fn a_page_from_anywhere_may_connect(scene: &mut Scene) -> Result {
    scene
        .step("a page of https://example.com opens a session")
        .await?;
    let answer = scene
        .get("ana", "/socket.io/?EIO=4&transport=polling")
        .await?;
    let allowed = answer
        .header("access-control-allow-origin")
        .unwrap_or("(missing)");
    scene.received(
        "ana",
        &format!("{} access-control-allow-origin: {allowed}", answer.status),
    );
    Ok(())
}

async fn clients_come_and_go(scene: &mut Scene) -> Result {
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    scene.step("beto connects").await?;
    scene.connect(&["beto"]).await?;
    scene.step("ana leaves").await?;
    scene.leave("ana").await
}

async fn a_client_that_vanishes_disturbs_nobody(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("ana's network fails").await?;
    scene.vanish("ana")
}

async fn a_client_that_left_may_come_back(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("ana leaves").await?;
    scene.leave("ana").await?;
    scene.step("ana comes back, with a new session").await?;
    scene.connect(&["ana"]).await
}

async fn an_unknown_event_changes_nothing(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("ana emits an event that nobody handles").await?;
    scene.emit("ana", "desconocido", &json!({ "mensaje": "¿hay alguien?" }))
}

async fn an_unknown_namespace_is_refused(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene
        .step("ana asks for a namespace that does not exist")
        .await?;
    scene.send("ana", "40/nada,")
}

async fn a_malformed_frame_closes_only_its_connection(scene: &mut Scene) -> Result {
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    for frame in ["49", "42{}", "42[]", "42[1]", "garbage"] {
        scene
            .step(&format!("beto connects and sends {frame}"))
            .await?;
        scene.connect(&["beto"]).await?;
        scene.send("beto", frame)?;
        scene.is_closed("beto").await?;
    }
    Ok(())
}

/// In this lesson nobody listens to the event that the next one adds.
async fn nothing_is_said_to_a_server_that_only_connects(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("ana sends a message").await?;
    scene.emit("ana", EVENT, &message("hola"))
}
