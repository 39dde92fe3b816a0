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
        task: "Handle an event with three arguments, as the page's `socket.emit('mover', 'ana', 3, 4)` sends it: a \
               name and two whole numbers. Log a line that holds `ana está en 3, 4`. Nobody hears anything, and what \
               does not have three arguments does no harm.",
        scenario: scenario!(
            from("emit"),
            BothTransports,
            [
                "The payload of an event is the list of its arguments: one argument is only the usual case.",
                "`Data` of a tuple, with one type for each argument.",
                "async fn on_move(Data((name, x, y)): Data<(String, i64, i64)>)",
            ],
            exercise_several_arguments
        ),
    },
    Exercise {
        name: "second_event",
        task: "Beside `enviar-mensaje`, which is logged as in the lesson, handle `escribiendo` with a name, a text: \
               log a line that holds `ana está escribiendo`. Nobody hears anything.",
        scenario: scenario!(
            from("emit"),
            BothTransports,
            [
                "Each event has a handler of its own, and a client has as many as it needs.",
                "`SocketRef::on` once more, and `Data<String>`.",
                "socket.on(\"escribiendo\", on_typing); async fn on_typing(Data(name): Data<String>) { ... }",
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
