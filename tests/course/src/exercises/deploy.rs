//! Exercises of lesson 07.

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::scenario,
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[
    Exercise {
        name: "readyz",
        task: "A server that is full is alive, but not ready for more. Answer `GET /readyz` with the status 200 as long \
               as fewer than two clients are connected, and with 503 from the second on; a platform then sends new \
               clients to another process. `GET /healthz` answers 200 all the time.",
        scenario: scenario!(
            from("deploy"),
            BothTransports,
            [
                "The route needs to know the clients, so it takes the server's own handle along.",
                "A closure in `get` that owns a clone of the `SocketIo`; `SocketIo::sockets`; `axum::http::StatusCode` \
                 is an answer of its own.",
                ".route(\"/readyz\", get(async move || if io.sockets().len() < MAX_CLIENTS { StatusCode::OK } else { \
                 StatusCode::SERVICE_UNAVAILABLE }))",
            ],
            exercise_readyz
        ),
    },
    Exercise {
        name: "client_limit",
        task: "`MAX_CLIENTS` refuses the request, so the client learns nothing but a status. Take two clients at most, \
               and tell who comes too late in the namespace: its `connect_error` has the message `lleno`. A place is \
               free again when one of them leaves.",
        scenario: scenario!(
            from("deploy"),
            BothTransports,
            [
                "Who is refused must never have been connected, so the decision is made before the connect handler \
                 runs: in a middleware.",
                "`ConnectHandler::with`, from `socketioxide::handler`; a middleware returns a `Result`, and its error \
                 is what the client is told.",
                "io.ns(\"/\", on_connect.with(has_place)); async fn has_place(io: SocketIo) -> Result<(), &'static \
                 str>",
            ],
            exercise_client_limit
        ),
    },
];

async fn exercise_readyz(scene: &mut Scene) -> Result {
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    probe(scene).await?;
    scene.step("beto connects").await?;
    scene.connect(&["beto"]).await?;
    probe(scene).await?;
    scene.step("beto leaves").await?;
    // His connection stays until the end: the step is over when the server has read this.
    scene.send("beto", "41")?;
    probe(scene).await
}

/// What the platform asks once all before has happened.
async fn probe(scene: &mut Scene) -> Result {
    scene.step("the platform asks").await?;
    for path in ["/healthz", "/readyz"] {
        let answer = scene.get("platform", path).await?;
        scene.received("platform", &answer.status.to_string());
    }
    Ok(())
}

async fn exercise_client_limit(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("carla comes when all places are taken").await?;
    scene.is_refused("carla").await?;
    scene.step("beto leaves").await?;
    // His connection stays until the end: the step is over when the server has read this.
    scene.send("beto", "41")?;
    scene.step("carla tries again").await?;
    scene.send("carla", "40")?;
    scene.step("beto comes back too late").await?;
    scene.send("beto", "40")
}
