//! Lesson 13: a shutdown at which nothing is lost.

use super::group;
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For the platform.
const READINESS: Hints = [
    "Alive and ready are two questions: a server that is about to shut down is alive, but should get no new clients.",
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
        .step("the platform asks whether the server takes clients")
        .await?;
    let answer = scene.get("platform", "/readyz").await?;
    scene.received("platform", &format!("{} {}", answer.status, answer.body));
    Ok(())
}
