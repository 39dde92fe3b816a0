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
        task: "A server that's full is alive, but not ready for more clients. Answer `GET /readyz` with the status \
               200 while fewer than two clients are connected, and with 503 from the second client on. A platform \
               then sends new clients to another process. `GET /healthz` always answers 200.",
        scenario: scenario!(
            from("deploy"),
            BothTransports,
            [
                "The route has to know how many clients are connected, so it needs a `SocketIo`.",
                "Clone the `SocketIo`, and move the clone into the route's closure. `SocketIo::sockets` returns the \
                 connected clients, and a handler may return an `axum::http::StatusCode`.",
                r#".route("/readyz", get(async move || readiness(&sockets)))

fn readiness(io: &SocketIo) -> StatusCode {
    if io.sockets().len() < MAX_CLIENTS {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    }
}"#,
            ],
            exercise_readyz
        ),
    },
    Exercise {
        name: "version",
        task: "After a deployment, you want to know which version is running. Answer `GET /version` with a JSON \
               object: the `name` and the `version` of the package, as cargo knows them. The content type is \
               `application/json`.",
        scenario: scenario!(
            from("deploy"),
            PlainHttp,
            [
                "While cargo builds a package, its name and its version are in environment variables that the \
                 compiler can read. They become part of the program, so nobody has to set them where it runs.",
                "`env!(\"CARGO_PKG_NAME\")`, `env!(\"CARGO_PKG_VERSION\")`, `serde_json::json!`. A handler may \
                 return a tuple: an array of headers, then the body.",
                r#".route("/version", get(version))

async fn version() -> ([(HeaderName, &'static str); 1], String) {
    let version = json!({ ... });
    ([(CONTENT_TYPE, "application/json")], version.to_string())
}"#,
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

/// The platform's question, once everything before it has happened.
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
