//! Exercises of lesson 07.

use serde_json::Value;

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::scenario,
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[
    Exercise {
        name: "readyz",
        task: "A server that is full is alive, but not ready for more. Answer `GET /readyz` with the status 200 as long \
               as fewer than two clients are connected, and with 503 from the second on; a platform then sends new \
               clients to another process. `GET /healthz` answers 200 all the time.",
        scenario: scenario!(
            from("deploy"),
            BothTransports,
            [
                "The route needs to know how many clients there are, so it needs a handle of the server.",
                "A closure in `get` that owns a clone of the `SocketIo`; `SocketIo::sockets`; \
                 `axum::http::StatusCode` is an answer of its own.",
                ".route(\"/readyz\", get(async move || if io.sockets().len() < MAX_CLIENTS { StatusCode::OK } else { \
                 StatusCode::SERVICE_UNAVAILABLE }))",
            ],
            exercise_readyz
        ),
    },
    Exercise {
        name: "version",
        task: "After a deployment you want to know which version is running. Answer `GET /version` with JSON: an object \
               with the `name` and the `version` of the package, both as cargo knows them. Its content type is \
               `application/json`.",
        scenario: scenario!(
            from("deploy"),
            PlainHttp,
            [
                "cargo tells the compiler the name and the version of the package that it builds, in environment \
                 variables. They end up in the program, so nobody has to set them where it runs.",
                "`env!(\"CARGO_PKG_NAME\")`, `env!(\"CARGO_PKG_VERSION\")`, `serde_json::json!`. A handler may return a \
                 tuple: an array of headers, then the body.",
                ".route(\"/version\", get(version)), async fn version() -> ([(HeaderName, &'static str); 1], String) { \
                 ([(CONTENT_TYPE, \"application/json\")], json!({ ... }).to_string()) }",
            ],
            exercise_version
        ),
    },
];

async fn exercise_readyz(scene: &mut Scene) -> Result {
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    probe(scene).await?;
    scene.step("beto connects").await?;
    scene.connect(&["beto"]).await?;
    probe(scene).await?;
    scene.step("beto leaves").await?;
    // His connection stays until the end: the step is over when the server has read this.
    scene.send("beto", "41")?;
    probe(scene).await
}

/// What the platform asks once all before has happened.
async fn probe(scene: &mut Scene) -> Result {
    scene.step("the platform asks").await?;
    for path in ["/healthz", "/readyz"] {
        let answer = scene.get("platform", path).await?;
        scene.received("platform", &answer.status.to_string());
    }
    Ok(())
}

async fn exercise_version(scene: &mut Scene) -> Result {
    scene.step("somebody asks which version is running").await?;
    let answer = scene.get("ana", "/version").await?;
    let content_type = answer.header("content-type").unwrap_or("(no type)");
    scene.received("ana", &format!("{} {content_type}", answer.status));
    let mut body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    // Every package has a name and a version of its own.
    for field in ["name", "version"] {
        if let Some(Value::String(text)) = body.get_mut(field) {
            *text = format!("<{field}>");
        }
    }
    scene.received("ana", &body.to_string());
    Ok(())
}
