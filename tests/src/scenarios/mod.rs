//! The scenarios of the course, a file for each of its steps.

mod broadcast;
mod callbacks;
mod connect;
mod deploy;
mod emit;
mod server_emit;
mod static_server;

use serde_json::{Value, json};

use crate::{
    scenario::Scenario,
    scene::{Failure, Result},
};

/// The event of the course.
pub(crate) const EVENT: &str = "enviar-mensaje";

/// For a scenario that every later lesson plays, too.
const ON: u8 = u8::MAX;

/// How many messages a burst has.
const BURST: u64 = 2_000;

/// A [`Scenario`] from its function: the lessons, how clients reach the server, the hints, whether it reads
/// the log.
macro_rules! scenario {
    ($name:ident, $from:literal..=$to:expr, $over:ident, $hints:expr) => {
        scenario!($name, $from..=$to, $over, $hints, reads_log: false)
    };
    ($name:ident, $from:literal..=$to:expr, $over:ident, $hints:expr, reads_log: $log:literal) => {
        $crate::scenario::Scenario {
            name: stringify!($name),
            lessons: ($from, $to),
            over: $crate::scenario::Over::$over,
            reads_log: $log,
            hints: $hints,
            play: |scene| Box::pin($name(scene)),
        }
    };
}
pub(crate) use scenario;

/// Every scenario, in the order in which a reader of the course meets them.
#[must_use]
pub fn all() -> Vec<Scenario> {
    [
        static_server::SCENARIOS,
        connect::SCENARIOS,
        emit::SCENARIOS,
        server_emit::SCENARIOS,
        callbacks::SCENARIOS,
        broadcast::SCENARIOS,
        deploy::SCENARIOS,
    ]
    .concat()
}

/// What a page sends with [`EVENT`].
pub(crate) fn message(text: &str) -> Value {
    json!({ "mensaje": text, "id": "123", "fecha": 1_700_000_000_000_u64 })
}

/// The messages of a burst.
fn messages() -> Vec<Value> {
    (0..BURST)
        .map(|number| message(&number.to_string()))
        .collect()
}

/// Texts that are easily damaged on their way.
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
fn expect_same(what: &str, expected: &Value, came: &Value) -> Result {
    if expected == came {
        return Ok(());
    }
    Err(Failure::from(format!(
        "{what} should be {expected}, but is {came}"
    )))
}
