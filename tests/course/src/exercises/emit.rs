//! Exercises of lesson 03.

use serde_json::json;

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::{EVENT, message, scenario},
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[
    Exercise {
        name: "several_arguments",
        task: "Handle an event with three arguments: a page sends `socket.emit('mover', 'ana', 3, 4)`, a name and \
               two whole numbers. Log a line that contains `ana está en 3, 4`. The server sends nothing back, and \
               ignores an event with fewer arguments.",
        scenario: scenario!(
            from("emit"),
            BothTransports,
            [
                "The payload of an event is an array of arguments. Usually there's only one.",
                "`Data` of a tuple, with a type for each argument.",
                "async fn on_move(Data((name, x, y)): Data<(String, i64, i64)>)",
            ],
            exercise_several_arguments
        ),
    },
    Exercise {
        name: "second_event",
        task: "Handle a second event: `escribiendo`, whose payload is a name, a string. Log a line that contains \
               `ana está escribiendo`. `enviar-mensaje` is logged as before, and the server sends nothing back.",
        scenario: scenario!(
            from("emit"),
            BothTransports,
            [
                "Each event has its own handler, and you can register as many as you need.",
                "`SocketRef::on` registers the handler, and `Data<String>` takes a payload that's a string.",
                r#"socket.on("escribiendo", on_typing);

async fn on_typing(Data(name): Data<String>) { ... }"#,
            ],
            exercise_second_event
        ),
    },
];

async fn exercise_several_arguments(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("ana moves").await?;
    scene.send("ana", "42[\"mover\",\"ana\",3,4]")?;
    scene.is_logged("ana está en 3, 4").await?;
    scene
        .step("ana forgets an argument, then moves back")
        .await?;
    scene.send("ana", "42[\"mover\",\"ana\",5]")?;
    scene.send("ana", "42[\"mover\",\"ana\",-3,-4]")?;
    scene.is_logged("ana está en -3, -4").await?;
    scene.step("beto moves").await?;
    scene.send("beto", "42[\"mover\",\"beto\",0,1]")?;
    scene.is_logged("beto está en 0, 1").await
}

async fn exercise_second_event(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("ana begins to type").await?;
    scene.emit("ana", "escribiendo", &json!("ana"))?;
    scene.is_logged("ana está escribiendo").await?;
    scene.step("ana sends a message").await?;
    scene.emit("ana", EVENT, &message("hola, mañana"))?;
    scene.is_logged("hola, mañana").await?;
    scene.step("beto begins to type").await?;
    scene.emit("beto", "escribiendo", &json!("beto"))?;
    scene.is_logged("beto está escribiendo").await
}
