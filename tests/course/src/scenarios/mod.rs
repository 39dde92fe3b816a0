//! The scenarios of the course, one file for each lesson.

mod backpressure;
mod broadcast;
mod callbacks;
mod capstone;
pub(crate) mod chat;
mod connect;
pub(crate) mod delivery;
mod deploy;
mod drain;
mod emit;
pub(crate) mod front_end;
mod headers;
pub(crate) mod history;
mod limits;
pub(crate) mod live_data;
pub(crate) mod machines;
pub(crate) mod middleware;
pub(crate) mod namespaces;
mod observe;
mod places;
pub(crate) mod processes;
pub(crate) mod rooms;
mod server_emit;
mod static_server;
mod threads;

use anyhow::ensure;
use serde_json::{Value, json};

use crate::{lessons::Lesson, scenario::Scenario, scene::Result};

/// The event of the course.
pub(crate) const EVENT: &str = "enviar-mensaje";

/// How many messages a burst has.
const BURST: u64 = 2_000;

/// A [`Scenario`] that has the name of its function.
macro_rules! scenario {
    ($lessons:expr, $over:ident, $hints:expr, $name:ident) => {
        $crate::scenario::Scenario {
            name: stringify!($name),
            lessons: $lessons,
            over: $crate::scenario::Over::$over,
            hints: $hints,
            play: |scene| Box::pin($name(scene)),
        }
    };
}
pub(crate) use scenario;

/// Scenarios for the same lessons, with the same way to the server and the same hints.
macro_rules! group {
    ($lessons:expr, $over:ident, $hints:expr, [$($name:ident),+ $(,)?]) => {
        &[$($crate::scenarios::scenario!($lessons, $over, $hints, $name)),+]
    };
}
use group;

/// Every scenario of the lessons, in the order in which a reader of the course meets them.
pub fn all() -> Vec<Scenario> {
    let groups = [
        static_server::SCENARIOS,
        connect::SCENARIOS,
        emit::SCENARIOS,
        server_emit::SCENARIOS,
        callbacks::SCENARIOS,
        broadcast::SCENARIOS,
        deploy::SCENARIOS,
        limits::SCENARIOS,
        places::SCENARIOS,
        headers::SCENARIOS,
        observe::SCENARIOS,
        backpressure::SCENARIOS,
        drain::SCENARIOS,
        chat::SCENARIOS,
        rooms::SCENARIOS,
        middleware::SCENARIOS,
        namespaces::SCENARIOS,
        front_end::SCENARIOS,
        live_data::SCENARIOS,
        history::SCENARIOS,
        delivery::SCENARIOS,
        threads::SCENARIOS,
        processes::SCENARIOS,
        machines::SCENARIOS,
    ];
    groups.concat().concat()
}

/// The scenarios that hold for a lesson, or those of the capstone.
pub fn of(lesson: &Lesson) -> Vec<Scenario> {
    if lesson.is_capstone() {
        return capstone::SCENARIOS.concat();
    }
    let mut scenarios = all();
    scenarios.retain(|scenario| scenario.holds_for(lesson));
    scenarios
}

/// The payload that a page sends with [`EVENT`].
pub(crate) fn message(text: &str) -> Value {
    json!({ "mensaje": text, "id": "123", "fecha": 1_700_000_000_000_u64 })
}

/// The messages of a burst.
pub(crate) fn messages() -> Vec<Value> {
    (0..BURST)
        .map(|number| message(&number.to_string()))
        .collect()
}

/// Strings that are easily damaged on the way.
fn delicate_texts() -> [String; 5] {
    [
        "mañana 👋🏽 שלום مرحبا".to_owned(),
        "<img src=x onerror=alert(1)>".to_owned(),
        "\"quoted\" \\ back \n new line \u{0} null \u{1e} record separator".to_owned(),
        "42[\"enviar-mensaje\",{}]".to_owned(),
        "ñ".repeat(25_000),
    ]
}

/// Fails unless both are the same.
pub(crate) fn expect_same(what: &str, expected: &Value, actual: &Value) -> Result {
    ensure!(
        expected == actual,
        "{what} should be {expected}, but is {actual}"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{exercises, lessons};

    #[test]
    fn every_scenario_holds_for_a_lesson_and_has_a_name_of_its_own() {
        let lessons = lessons::all().unwrap();
        let exercises = exercises::all()
            .into_iter()
            .map(|exercise| exercise.scenario);
        let mut names = BTreeSet::new();
        let capstone = of(&lessons::capstone().unwrap());
        for scenario in all().into_iter().chain(exercises).chain(capstone) {
            let lesson = scenario.lesson().unwrap();
            assert!(scenario.holds_for(&lesson), "{}", scenario.name);
            assert!(
                names.insert(scenario.name),
                "{} exists twice",
                scenario.name
            );
        }
        for lesson in lessons {
            let teaches = all().iter().any(|scenario| scenario.begins_with(&lesson));
            assert!(teaches, "no scenario begins with {}", lesson.name);
        }
    }
}
