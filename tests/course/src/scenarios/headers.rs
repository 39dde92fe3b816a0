//! Lesson 10: the headers that tell browsers what to do.

use wire::connection::Response;

use super::group;
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For what pages may do.
const PROTECT: Hints = [
    "A browser lets a page do almost anything until the server forbids what its pages never need: scripts from other sites, scripts inside of the page, a frame on another site.",
    "A middleware (`axum::middleware::from_fn`) that inserts headers into the answer: `axum::http::header::{CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS, REFERRER_POLICY}`.",
    "let mut response = next.run(request).await; response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static(\"nosniff\"));",
];

/// For files.
const FILES: Hints = [
    "A text file needs a charset, a browser has to ask whether a file has changed, and an answer that nobody should keep has to say so.",
    "A middleware that completes `CONTENT_TYPE`; `tower_http::set_header::SetResponseHeaderLayer::if_not_present` with `CACHE_CONTROL`.",
    ".layer(SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, HeaderValue::from_static(\"no-cache\")))",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("headers"),
        PlainHttp,
        PROTECT,
        [every_answer_restricts_its_page,]
    ),
    group!(
        from("headers"),
        PlainHttp,
        FILES,
        [text_files_name_their_charset, only_files_may_be_cached,]
    ),
];

async fn every_answer_restricts_its_page(scene: &mut Scene) -> Result {
    for path in ["/", "/nada.html", "/healthz"] {
        scene.step(&format!("ana asks for {path}")).await?;
        let answer = show(scene, path, &["x-content-type-options", "referrer-policy"]).await?;
        // Only the beginning of the policy: the rest is up to the server.
        let policy = answer
            .header("content-security-policy")
            .unwrap_or("(missing)");
        let first = policy.split(';').next().unwrap_or_default();
        scene.received("ana", &format!("content-security-policy: {first}; …"));
    }
    Ok(())
}

async fn text_files_name_their_charset(scene: &mut Scene) -> Result {
    scene.step("ana opens the page").await?;
    show(scene, "/", &["content-type"]).await?;
    scene.step("her browser loads a script").await?;
    show(scene, "/shared/theme.js", &["content-type"]).await?;
    Ok(())
}

async fn only_files_may_be_cached(scene: &mut Scene) -> Result {
    scene.step("ana opens the page").await?;
    show(scene, "/", &["cache-control"]).await?;
    scene.step("the page opens a session").await?;
    let answer = scene
        .request(
            "ana",
            "GET /socket.io/?EIO=4&transport=polling",
            "GET",
            "/socket.io/?EIO=4&transport=polling",
            &[],
        )
        .await?;
    scene.received(
        "ana",
        &format!(
            "cache-control: {}",
            answer.header("cache-control").unwrap_or("(missing)")
        ),
    );
    Ok(())
}

/// Asks for a path, and notes the status and these headers of the answer.
async fn show(scene: &mut Scene, path: &str, names: &[&str]) -> Result<Response> {
    let shown = format!("GET {path}");
    let answer = scene.request("ana", &shown, "GET", path, &[]).await?;
    scene.received("ana", &answer.status.to_string());
    for name in names {
        let value = answer.header(name).unwrap_or("(missing)");
        scene.received("ana", &format!("{name}: {value}"));
    }
    Ok(answer)
}
