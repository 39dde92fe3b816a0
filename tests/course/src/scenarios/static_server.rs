//! Lesson 01: the page over HTTP.

use super::group;
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};
use anyhow::bail;
use wire::connection::Response;

/// For the page and its folder.
const SERVE: Hints = [
    "The server hands out a folder of files, as `express.static` does in Node, and answers 404 for everything else. A path that you join yourself may lead out of the folder; let a library do it.",
    "`ServeDir` of tower-http, as the fallback of an axum `Router`.",
    "Router::new().fallback_service(ServeDir::new(page))",
];

/// For pages from elsewhere.
const ALLOW: Hints = [
    "A browser lets a page from elsewhere read an answer only if a header of that answer allows it, as `cors()` does in Node.",
    "`CorsLayer` of tower-http, put around the router with `Router::layer`.",
    "Router::new()...layer(CorsLayer::permissive())",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("static-server"),
        PlainHttp,
        SERVE,
        [
            the_page_is_served,
            a_missing_file_is_not_found,
            no_path_leads_out_of_the_folder,
        ]
    ),
    group!(
        from("static-server").until("deploy"),
        PlainHttp,
        ALLOW,
        [a_page_from_anywhere_may_ask,]
    ),
];

async fn the_page_is_served(scene: &mut Scene) -> Result {
    open_page(scene).await
}

async fn open_page(scene: &mut Scene) -> Result {
    scene.step("ana opens the page").await?;
    let page = scene.get("ana", "/").await?;
    let kind = media_type(page.header("content-type"));
    scene.received("ana", &format!("{} {kind}", page.status));
    Ok(())
}

async fn a_missing_file_is_not_found(scene: &mut Scene) -> Result {
    open_page(scene).await?;
    scene.step("ana asks for a file that is not there").await?;
    let answer = scene.get("ana", "/nada.html").await?;
    scene.received("ana", &answer.status.to_string());
    Ok(())
}

/// The files that a careless server would give away lie beside its page: its manifest, its settings.
async fn no_path_leads_out_of_the_folder(scene: &mut Scene) -> Result {
    open_page(scene).await?;
    scene
        .step("ana asks for files outside of the page's folder")
        .await?;
    for path in [
        "/../Cargo.toml",
        "/../../Cargo.toml",
        "/%2e%2e/%2e%2e/Cargo.toml",
        "/..%2f..%2fCargo.toml",
        "/..\\..\\Cargo.toml",
        "/%2e%2e%5c%2e%2e%5cCargo.toml",
        "/shared/../../Cargo.toml",
        "/vendor/..%2f..%2f.env",
        "//etc/passwd",
    ] {
        let answer = scene.get("ana", path).await?;
        if !(400..500).contains(&answer.status) {
            bail!("GET {path} should be refused, but gives {}", answer.status);
        }
        scene.received("ana", "no file");
    }
    Ok(())
}

async fn a_page_from_anywhere_may_ask(scene: &mut Scene) -> Result {
    scene
        .step("a page of https://example.com asks for this one")
        .await?;
    let page = scene.get("ana", "/").await?;
    scene.received("ana", &allowed_origin(&page));
    Ok(())
}

/// The status, and which pages may read the answer.
pub(super) fn allowed_origin(answer: &Response) -> String {
    let allowed = answer.header("access-control-allow-origin");
    let allowed = allowed.unwrap_or("(missing)");
    format!("{} access-control-allow-origin: {allowed}", answer.status)
}

/// The media type without its parameters: `text/html` of `text/html; charset=utf-8`.
pub(super) fn media_type(content_type: Option<&str>) -> &str {
    let content_type = content_type.unwrap_or("(no type)");
    content_type.split(';').next().unwrap_or(content_type)
}
