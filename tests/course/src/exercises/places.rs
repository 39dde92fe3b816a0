//! Exercises of lesson 09.

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::scenario,
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[Exercise {
    name: "client_limit",
    task: "`MAX_CLIENTS` refuses a request, so all that a page sees is a status. Now refuse in the namespace, where \
           you can say why: accept at most two clients, and send the next one a `connect_error` with the message \
           `lleno`. When one of the two leaves, its place is free again.",
    scenario: scenario!(
        from("places"),
        BothTransports,
        [
            "A client that's refused must never be connected, so decide before the connect handler runs: in a \
             middleware of the namespace.",
            "`ConnectHandler::with`, from `socketioxide::handler`, adds a middleware to a connect handler. The \
             middleware returns a `Result`, and the client gets the error.",
            r#"io.ns("/", controller::on_connect.with(controller::has_place));

pub async fn has_place(io: SocketIo) -> Result<(), &'static str> { ... }"#,
        ],
        exercise_client_limit
    ),
}];

async fn exercise_client_limit(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene
        .step("carla tries to connect when every place is taken")
        .await?;
    scene.is_refused("carla").await?;
    scene.step("beto leaves").await?;
    // His connection stays until the end: the step is over when the server has read this.
    scene.send("beto", "41")?;
    scene.step("carla tries again").await?;
    scene.send("carla", "40")?;
    scene.step("beto comes back too late").await?;
    scene.send("beto", "40")
}
