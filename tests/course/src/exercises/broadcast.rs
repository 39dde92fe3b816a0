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
        task: "Tell the others that there is something new, not what. The sender of `enviar-mensaje` is answered as in \
               the lesson, with `id`, `processID` and `date`; everyone else hears `enviar-mensaje` with the text `Se \
               ha enviado un nuevo archivo!`, whatever was sent.",
        scenario: scenario!(
            from("broadcast"),
            BothTransports,
            [
                "What the server sends need not be what it received.",
                "`SocketRef::broadcast`, whose `emit` takes a text as well as a struct.",
                "socket.broadcast().emit(\"enviar-mensaje\", \"Se ha enviado un nuevo archivo!\").await",
            ],
            exercise_fixed_notice
        ),
    },
    Exercise {
        name: "private_message",
        task: "A message for one person. A client says who it is with `entrar`, a text. Then it sends \
               `mensaje-privado` with `{para, mensaje}`: the client that entered as `para` hears `mensaje-privado` with \
               `{de, mensaje}`, and nobody else does. The acknowledgement is `true`, or `false` where that person is \
               not there, or where the sender has not entered. No session id is shown to anybody.",
        scenario: scenario!(
            from("broadcast"),
            BothTransports,
            [
                "A room is a name for some of the clients, and may hold one alone. A client is in no room when it \
                 comes, and leaves all of them when it goes.",
                "`SocketRef::join`, `SocketRef::rooms`, `SocketIo::within` and its `sockets`; `SocketRef::emit` for \
                 each of them.",
                "socket.join(name) ... for person in io.within(to).sockets() { person.emit(\"mensaje-privado\", \
                 &json!({ \"de\": from, \"mensaje\": text })) }",
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
    scene
        .step("ana writes to somebody who is not there")
        .await?;
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
