//! Exercises of lesson 12.

use std::cell::RefCell;

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::scenario,
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[Exercise {
    name: "slow_answer",
    task: "Not only clients can be slow. `GET /informe` needs a report that another service never delivers: its \
               handler awaits `std::future::pending`. Give up after one second, and answer with the status 504. \
               Meanwhile `GET /healthz` is answered as always.",
    scenario: scenario!(
        from("backpressure"),
        PlainHttp,
        [
            "A future that takes too long can be dropped. While it waits, the thread is free for the others.",
            "`tokio::time::timeout` around the future, and `StatusCode::GATEWAY_TIMEOUT` if it returns an `Err`. For \
                 many routes at once: `tower_http::timeout::TimeoutLayer`, the feature `timeout`.",
            ".route(\"/informe\", get(async || match timeout(LIMIT, report()).await { Ok(report) => \
                 report.into_response(), Err(_) => StatusCode::GATEWAY_TIMEOUT.into_response() }))",
        ],
        exercise_slow_answer
    ),
}];

async fn exercise_slow_answer(scene: &mut Scene) -> Result {
    scene
        .step("ana asks for the report, and right after her the platform asks whether the server is alive")
        .await?;
    let answers = RefCell::new(Vec::new());
    let ask = async |who: &'static str, path: &str| {
        let answer = scene.get_silently(path).await?;
        let text = format!("GET {path}: {}", answer.status);
        answers.borrow_mut().push((who, text));
        Result::Ok(())
    };
    tokio::try_join!(ask("ana", "/informe"), ask("platform", "/healthz"))?;
    for (who, text) in answers.into_inner() {
        scene.received(who, &text);
    }
    Ok(())
}
