//! Exercises of lesson 11.

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::{EVENT, message, scenario},
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[Exercise {
    name: "stats",
    task: "Not everybody has a Prometheus. Answer `GET /stats` with the JSON `{\"clients\": n, \"events\": n}`: how many \
               clients are in the namespace now, and how many events have arrived since the start. Every event counts, \
               also one that nothing handles. `enviar-mensaje` reaches the others as before.",
    scenario: scenario!(
        from("observe"),
        BothTransports,
        [
            "The route and the handlers need the same counter, and the route needs to know the clients, too.",
            "An `Arc<AtomicU64>`, or the lesson's `Metrics`: `State` gives it to a handler, and a closure in `get` \
                 owns a clone. `SocketIo::sockets` knows who is in the namespace; a session may outlast that. \
                 `SocketRef::on_fallback` runs for the events that nothing else handles.",
            ".route(\"/stats\", get(async move || json!({ \"clients\": io.sockets().len(), \"events\": \
                 events.load(Relaxed) }).to_string()))",
        ],
        exercise_stats
    ),
}];

async fn exercise_stats(scene: &mut Scene) -> Result {
    scene.step("nobody has come yet").await?;
    stats(scene).await?;
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    stats(scene).await?;
    scene.step("ana sends a message").await?;
    scene.emit("ana", EVENT, &message("hola"))?;
    scene.hears("beto", EVENT).await?;
    scene
        .step("beto sends an event that nothing handles")
        .await?;
    scene.send("beto", r#"42["aplauso"]"#)?;
    stats(scene).await?;
    scene.step("beto leaves").await?;
    // His connection stays until the end: the step is over when the server has read this.
    scene.send("beto", "41")?;
    stats(scene).await
}

/// What the server says once all before has happened.
async fn stats(scene: &mut Scene) -> Result {
    scene.step("somebody asks for the figures").await?;
    let answer = scene.get("operator", "/stats").await?;
    scene.received("operator", &format!("{} {}", answer.status, answer.body));
    Ok(())
}
