//! Exercises of lesson 10.

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::scenario,
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[Exercise {
    name: "robots",
    task: "Search engines ask a site which pages they may list. Answer `GET /robots.txt` with the two lines \
           `User-agent: *` and `Disallow: /`. Its content type is `text/plain; charset=utf-8`, and caches may keep \
           it for an hour: `Cache-Control: max-age=3600`. Don't add a file: let a route make the answer.",
    scenario: scenario!(
        from("headers"),
        PlainHttp,
        [
            "A route can set headers of its own. The layers around it only add the headers that are missing.",
            "`Router::route` with `get`. A handler may return a tuple: an array of pairs, each the name of a header \
             and its value, and then the body. The names are in `axum::http::header`.",
            r#".route("/robots.txt", get(robots))

async fn robots() -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CACHE_CONTROL, "max-age=3600"),
    ];
    (headers, ROBOTS)
}"#,
        ],
        exercise_robots
    ),
}];

async fn exercise_robots(scene: &mut Scene) -> Result {
    scene.step("a search engine asks what it may list").await?;
    let path = "/robots.txt";
    let shown = format!("GET {path}");
    let answer = scene.request("robot", &shown, "GET", path, &[]).await?;
    scene.received("robot", &answer.status.to_string());
    for name in ["content-type", "cache-control"] {
        let value = answer.header(name).unwrap_or("none");
        scene.received("robot", &format!("{name}: {value}"));
    }
    for line in answer.body.lines() {
        scene.received("robot", line);
    }
    Ok(())
}
