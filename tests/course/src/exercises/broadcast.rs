//! Exercises of lesson 06.

use serde_json::json;

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::{EVENT, message, scenario},
    scene::{Result, Scene},
};

/// The event of the private message.
const PRIVATE: &str = "mensaje-privado";

pub(super) const EXERCISES: &[Exercise] = &[
    Exercise {
        name: "fixed_notice",
        task: "Tell the others that there's something new, but not what. The sender of `enviar-mensaje` gets the \
               lesson's answer, with `id`, `processID` and `date`. Everyone else gets `enviar-mensaje` with the \
               string `Se ha enviado un nuevo archivo!`, whatever was sent.",
        scenario: scenario!(
            from("broadcast"),
            BothTransports,
            [
                "What the server sends doesn't have to be what it received.",
                "`SocketRef::broadcast`, whose `emit` takes a string as well as a struct.",
                r#"socket.broadcast().emit("enviar-mensaje", "Se ha enviado un nuevo archivo!").await"#,
            ],
            exercise_fixed_notice
        ),
    },
    Exercise {
        name: "en_linea",
        task: "Count the clients that are online. Whenever a client connects, connects again or disconnects, \
               everyone who's connected gets `en-linea` with the number of clients, including a client that has just \
               connected. It makes no difference whether a client says goodbye or its page is closed.",
        scenario: scenario!(
            from("broadcast"),
            BothTransports,
            [
                "The server knows its clients, so you don't have to add and subtract. While a disconnect handler \
                 runs, its client is still on the server's list, but no longer connected.",
                "`SocketIo` is an extractor in both handlers. `SocketIo::sockets` returns the list, and \
                 `SocketRef::connected` tells which of its clients are connected. `SocketIo::emit` reaches everyone, \
                 and `SocketRef::broadcast` everyone but the client that leaves.",
                r"fn online(io: &SocketIo) -> usize {
    let mut online = 0;
    for socket in io.sockets() {
        if socket.connected() {
            online += 1;
        }
    }
    online
}",
            ],
            exercise_en_linea
        ),
    },
    Exercise {
        name: "private_message",
        task: "Send a message to one person. A client says who it is with `entrar` and its name, a string. Then it \
               sends `mensaje-privado` with `{para, mensaje}`. The client that entered as `para` gets \
               `mensaje-privado` with `{de, mensaje}`, and nobody else gets anything. The acknowledgement is `true`, \
               or `false` if that person isn't there or the sender hasn't entered. Nobody sees a session id. To find \
               a client by its name, use a room: a named group of clients. The first client that joins creates it, \
               and there may be only one client in it.",
        scenario: scenario!(
            from("broadcast"),
            BothTransports,
            [
                "Put each client into a room of its own, named after the person. Then the server finds the client by \
                 that name. It doesn't have to store the name anywhere else, since it also knows which rooms a \
                 client is in. A client that disconnects leaves its rooms.",
                "`SocketRef::join` puts a client into a room, `SocketRef::rooms` returns the names of its rooms, and \
                 `SocketRef::leave_all` takes it out of all of them. `io.within(name).sockets()` returns the clients \
                 in a room. `SocketRef::emit` sends to one of them.",
                r"async fn on_enter(socket: SocketRef, Data(name): Data<String>) {
    socket.leave_all();
    socket.join(name);
}

// In the handler of mensaje-privado:
if let Some(from) = socket.rooms().first() {
    for person in io.within(message.to).sockets() { ... }
}",
            ],
            exercise_private_message
        ),
    },
];

async fn exercise_fixed_notice(scene: &mut Scene) -> Result {
    scene.step("ana, beto and carla connect").await?;
    scene.connect(&["ana", "beto", "carla"]).await?;
    scene
        .step("ana sends a message and asks for an answer")
        .await?;
    scene.ask("ana", EVENT, &message("hola"))?;
    scene.hears_answer("ana").await?;
    for who in ["beto", "carla"] {
        scene.hears(who, EVENT).await?;
    }
    scene
        .step("beto sends another and asks for nothing")
        .await?;
    scene.emit("beto", EVENT, &message("adiós"))?;
    for who in ["ana", "carla"] {
        scene.hears(who, EVENT).await?;
    }
    Ok(())
}

async fn exercise_en_linea(scene: &mut Scene) -> Result {
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    everyone_hears(scene, &["ana"]).await?;
    scene.step("beto connects").await?;
    scene.connect(&["beto"]).await?;
    everyone_hears(scene, &["ana", "beto"]).await?;
    scene.step("carla connects").await?;
    scene.connect(&["carla"]).await?;
    everyone_hears(scene, &["ana", "beto", "carla"]).await?;
    scene.step("beto closes his page").await?;
    scene.close_page("beto").await?;
    everyone_hears(scene, &["ana", "carla"]).await?;
    scene.step("carla leaves").await?;
    scene.leave("carla").await?;
    everyone_hears(scene, &["ana"]).await?;
    scene.step("beto connects again").await?;
    scene.connect(&["beto"]).await?;
    everyone_hears(scene, &["ana", "beto"]).await
}

async fn everyone_hears(scene: &mut Scene, names: &[&str]) -> Result {
    for who in names {
        scene.hears(who, "en-linea").await?;
    }
    Ok(())
}

async fn exercise_private_message(scene: &mut Scene) -> Result {
    scene.step("ana, beto and carla connect").await?;
    scene.connect(&["ana", "beto", "carla"]).await?;
    scene.step("ana and beto say who they are").await?;
    for who in ["ana", "beto"] {
        scene.emit(who, "entrar", &json!(who))?;
    }
    for (from, to) in [("ana", "beto"), ("beto", "ana")] {
        scene.step(&format!("{from} writes to {to}")).await?;
        write(scene, from, to)?;
        scene.hears(to, PRIVATE).await?;
        scene.hears_answer(from).await?;
    }
    scene.step("ana writes to somebody who isn't there").await?;
    write(scene, "ana", "dani")?;
    scene.hears_answer("ana").await?;
    scene.step("carla writes without saying who she is").await?;
    write(scene, "carla", "ana")?;
    scene.hears_answer("carla").await?;
    scene.step("beto leaves").await?;
    // His connection stays until the end: the step is over when the server has read this.
    scene.send("beto", "41")?;
    scene.step("ana writes to beto").await?;
    write(scene, "ana", "beto")?;
    scene.hears_answer("ana").await?;
    Ok(())
}

fn write(scene: &mut Scene, from: &str, to: &str) -> Result {
    let letter = json!({ "para": to, "mensaje": format!("hola, {to}") });
    scene.ask(from, PRIVATE, &letter)
}
