//! Lesson 13: a shutdown that loses nothing.

use super::group;
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For the platform.
const READINESS: Hints = [
    "Being alive and being ready are different things: a server that's about to shut down is alive, but shouldn't get new clients.",
    "A second route, whose handler looks at a value that the shutdown sets: `axum::extract::State` with an `Arc`, `StatusCode::SERVICE_UNAVAILABLE`.",
    ".route(\"/readyz\", get(ending::readiness).with_state(Arc::clone(ending)))",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[group!(
    from("drain"),
    PlainHttp,
    READINESS,
    [the_readiness_check_answers,]
)];

async fn the_readiness_check_answers(scene: &mut Scene) -> Result {
    scene
        .step("the platform asks whether the server accepts clients")
        .await?;
    let answer = scene.get("platform", "/readyz").await?;
    scene.received("platform", &format!("{} {}", answer.status, answer.body));
    Ok(())
}
