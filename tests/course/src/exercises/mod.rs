//! The exercises, a file for each lesson: each a scenario that the lesson itself fails.
//!
//! The solution of an exercise is a patch to its lesson, `solutions/NAME.patch` in the lesson's folder.

mod backpressure;
mod broadcast;
mod callbacks;
mod chat;
mod connect;
mod delivery;
mod deploy;
mod drain;
mod emit;
mod front_end;
mod headers;
mod history;
mod limits;
mod live_data;
mod machines;
mod middleware;
mod namespaces;
mod observe;
mod places;
mod processes;
mod rooms;
mod server_emit;
mod static_server;
mod threads;

use anyhow::Result;

use crate::{lessons::Lesson, patch::Patch, scenario::Scenario};

/// Something to build on top of a lesson.
#[derive(Clone, Copy)]
pub struct Exercise {
    /// Its name, which is that of its solution.
    pub name: &'static str,
    /// The task: a feature, and how it should behave on the wire.
    pub task: &'static str,
    /// The solution must conform to it. It begins with the exercise's lesson.
    pub scenario: Scenario,
}

impl Exercise {
    /// Our solution.
    pub fn solution(&self) -> Result<Patch> {
        let lesson = self.scenario.lesson()?;
        let file = format!("solutions/{}.patch", self.name);
        Patch::read(&lesson, &lesson.folder().join(file))
    }
}

/// Every exercise, in the order of the lessons.
pub fn all() -> Vec<Exercise> {
    [
        static_server::EXERCISES,
        connect::EXERCISES,
        emit::EXERCISES,
        server_emit::EXERCISES,
        callbacks::EXERCISES,
        broadcast::EXERCISES,
        deploy::EXERCISES,
        limits::EXERCISES,
        places::EXERCISES,
        headers::EXERCISES,
        observe::EXERCISES,
        backpressure::EXERCISES,
        drain::EXERCISES,
        chat::EXERCISES,
        rooms::EXERCISES,
        middleware::EXERCISES,
        namespaces::EXERCISES,
        front_end::EXERCISES,
        live_data::EXERCISES,
        history::EXERCISES,
        delivery::EXERCISES,
        threads::EXERCISES,
        processes::EXERCISES,
        machines::EXERCISES,
    ]
    .concat()
}

/// The exercises of a lesson.
pub fn of(lesson: &Lesson) -> Vec<Exercise> {
    let mut exercises = all();
    exercises.retain(|exercise| exercise.scenario.begins_with(lesson));
    exercises
}
