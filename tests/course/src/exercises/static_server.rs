//! Exercises of lesson 01.

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::scenario,
    scene::{Result, Scene},
};
use anyhow::bail;
use wire::connection::Response;

pub(super) const EXERCISES: &[Exercise] = &[
    Exercise {
        name: "hola",
        task: "Answer `GET /hola` with the status 200, the type `text/plain` and the text `hola`. The page stays \
               where it is, at `/`.",
        scenario: scenario!(
            from("static-server"),
            PlainHttp,
            [
                "A router asks its routes first, and the fallback only for what none of them answers.",
                "`Router::route` with `axum::routing::get`. A handler may return a `&'static str`, which becomes a \
                 plain text.",
                ".route(\"/hola\", get(async || \"hola\"))",
            ],
            exercise_hola
        ),
    },
    Exercise {
        name: "own_not_found",
        task: "Answer a path that is not there with a page of your own: the status 404, the type `text/html`, and in \
               the page a heading `<h1>`. The files that are there are served as before.",
        scenario: scenario!(
            from("static-server"),
            PlainHttp,
            [
                "The service that serves the folder knows what is missing, so it is the one to be told what to \
                 answer then.",
                "`ServeDir::not_found_service`. A handler becomes a service with `HandlerWithoutStateExt`, and \
                 `axum::response::Html` gives its text the right type.",
                "ServeDir::new(page).not_found_service(not_found.into_service()); async fn not_found() -> \
                 Html<&'static str> { ... }",
            ],
            exercise_own_not_found
        ),
    },
];

async fn exercise_hola(scene: &mut Scene) -> Result {
    scene.step("ana asks for a greeting").await?;
    let greeting = scene.get("ana", "/hola").await?;
    scene.received("ana", &format!("{} {:?}", head(&greeting), greeting.body));
    scene.step("ana opens the page").await?;
    let page = scene.get("ana", "/").await?;
    scene.received("ana", &head(&page));
    Ok(())
}

async fn exercise_own_not_found(scene: &mut Scene) -> Result {
    scene.step("ana asks for what is not there").await?;
    for path in ["/nada.html", "/nada", "/js/nada.js"] {
        let answer = scene.get("ana", path).await?;
        scene.received("ana", &head(&answer));
        if !answer.body.contains("<h1") {
            bail!(
                "the page that answers {path} should have a heading, but is {:?}",
                answer.body
            );
        }
    }
    scene.step("ana opens the page").await?;
    let page = scene.get("ana", "/").await?;
    scene.received("ana", &head(&page));
    Ok(())
}

/// The status and the type without its parameters.
fn head(answer: &Response) -> String {
    let kind = answer.header("content-type").unwrap_or("(no type)");
    let kind = kind.split(';').next().unwrap_or(kind);
    format!("{} {kind}", answer.status)
}
