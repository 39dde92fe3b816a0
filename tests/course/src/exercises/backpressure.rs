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
    task: "Clients aren't the only ones that can be slow. `GET /informe` needs a report from another service, which \
           never delivers it: its handler awaits `std::future::pending`. Give up after one second, and answer with \
           the status 504. In the meantime, `GET /healthz` is answered as always.",
    scenario: scenario!(
        from("backpressure"),
        PlainHttp,
        [
            "You can drop a future that takes too long. While it waits, the thread is free for other clients.",
            "`tokio::time::timeout` around the future returns an `Err` when the time is up: answer that with \
             `StatusCode::GATEWAY_TIMEOUT`. For many routes at once there's `tower_http::timeout::TimeoutLayer`, \
             with the feature `timeout`.",
            r#".route("/informe", get(report_or_timeout))

async fn report_or_timeout() -> Result<String, StatusCode> {
    let report = timeout(REPORT_LIMIT, report()).await;
    report.map_err(|_| StatusCode::GATEWAY_TIMEOUT)
}"#,
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
