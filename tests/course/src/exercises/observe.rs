//! Exercises of lesson 11.

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::{EVENT, message, scenario},
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[Exercise {
    name: "stats",
    task: "Not everyone has Prometheus. Answer `GET /stats` with the JSON `{\"clients\": n, \"events\": n}`: how \
           many clients are in the namespace now, and how many events have arrived since the server started. Every \
           event counts, even one without a handler. `enviar-mensaje` reaches the others as before.",
    scenario: scenario!(
        from("observe"),
        BothTransports,
        [
            "The lesson's metrics already count every event. The route needs them, and it needs to know the clients.",
            "Clone the `Metrics` and the `SocketIo`, and move the clones into the route's closure. `Counter::get` \
             returns the number of events, and `SocketIo::sockets` the clients in the namespace. The gauge `clients` \
             counts sessions, and a session may last longer than its client stays in the namespace.",
            r#".route("/stats", get(async move || stats(&sockets, &counted)))

fn stats(io: &SocketIo, metrics: &Metrics) -> ([(HeaderName, &'static str); 1], String) {
    let stats = json!({ "clients": io.sockets().len(), "events": metrics.events.get() });
    ([(CONTENT_TYPE, "application/json")], stats.to_string())
}"#,
        ],
        exercise_stats
    ),
}];

async fn exercise_stats(scene: &mut Scene) -> Result {
    scene.step("nobody is connected yet").await?;
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

/// The server's figures, once everything before has happened.
async fn stats(scene: &mut Scene) -> Result {
    scene.step("somebody asks for the figures").await?;
    let answer = scene.get("operator", "/stats").await?;
    scene.received("operator", &format!("{} {}", answer.status, answer.body));
    Ok(())
}
