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
        task: "Answer `GET /hola` with the status 200, the type `text/plain` and the body `hola`. The page stays at \
               `/`.",
        scenario: scenario!(
            from("static-server"),
            PlainHttp,
            [
                "A router tries its routes first. The fallback only gets the requests that no route matches.",
                "`Router::route` with `axum::routing::get`. A handler may return a `&'static str`, which is sent as \
                 plain text.",
                r#".route("/hola", get(async || "hola"))"#,
            ],
            exercise_hola
        ),
    },
    Exercise {
        name: "own_not_found",
        task: "Answer a request for a missing file with a page of your own: the status 404, the type `text/html`, \
               and a heading, `<h1>`, in the page. The files that exist are served as before.",
        scenario: scenario!(
            from("static-server"),
            PlainHttp,
            [
                "Only the service that serves the folder knows which files are missing, so tell that service how to \
                 answer.",
                "`ServeDir::not_found_service` takes another service. `HandlerWithoutStateExt` turns a handler into \
                 one, and `axum::response::Html` sends a string as HTML.",
                r"ServeDir::new(page).not_found_service(not_found.into_service())

async fn not_found() -> Html<&'static str> { ... }",
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
    scene.step("ana asks for files that don't exist").await?;
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
