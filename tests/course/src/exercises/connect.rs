//! Exercises of lesson 02.

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::scenario,
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[
    Exercise {
        name: "bienvenida",
        task: "Greet each new client: send it the event `bienvenida` with the string `¡Hola!`. The other clients get \
               nothing. The server sends an event to one client as a page does, with `socket.emit(name, payload)`; \
               lesson 04 says more about it.",
        scenario: scenario!(
            from("connect"),
            BothTransports,
            [
                "The connect handler runs once for each client, and it can already send to that client.",
                "`SocketRef::emit` takes the name of the event and the payload. You don't await it, but it returns a \
                 `Result`: log the error.",
                r#"if let Err(error) = socket.emit("bienvenida", "¡Hola!") {
    warn!(%error, "the greeting did not reach the client");
}"#,
            ],
            exercise_bienvenida
        ),
    },
    Exercise {
        name: "clientes",
        task: "Tell anyone who asks how many clients are connected: answer `GET /clientes` with the number, as plain \
               text. A client that has left no longer counts.",
        scenario: scenario!(
            from("connect"),
            BothTransports,
            [
                "The server knows its clients, so you don't have to count them yourself. The route needs the value \
                 that knows them: `io`.",
                "`SocketIo::sockets` returns the connected clients in a `Vec`, and `len` says how many there are. \
                 `async move || ...` is a closure that takes `io` with it.",
                r#".route("/clientes", get(async move || io.sockets().len().to_string()))"#,
            ],
            exercise_clientes
        ),
    },
];

async fn exercise_bienvenida(scene: &mut Scene) -> Result {
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    scene.hears("ana", "bienvenida").await?;
    scene.step("beto connects").await?;
    scene.connect(&["beto"]).await?;
    scene.hears("beto", "bienvenida").await?;
    Ok(())
}

async fn exercise_clientes(scene: &mut Scene) -> Result {
    scene.step("nobody is connected yet").await?;
    how_many(scene).await?;
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    how_many(scene).await?;
    scene.step("beto leaves").await?;
    // His connection stays until the end: the step is over when the server has read this.
    scene.send("beto", "41")?;
    how_many(scene).await
}

/// How many clients are connected once everything before it has happened.
async fn how_many(scene: &mut Scene) -> Result {
    scene.step("carla asks how many clients there are").await?;
    let answer = scene.get("carla", "/clientes").await?;
    scene.received("carla", &format!("{} {}", answer.status, answer.body));
    Ok(())
}
