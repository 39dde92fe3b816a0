//! Lesson 01: the page over HTTP.

use super::group;
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};
use anyhow::{Context, bail, ensure};
use wire::connection::Response;

/// For the page and its folder.
const SERVE: Hints = [
    "Serve a folder of files, as `express.static` does in Node, and answer 404 for everything else. A path that you join yourself may lead out of the folder, so let a library do it.",
    "`ServeDir` of tower-http, as the fallback of an axum `Router`.",
    "Router::new().fallback_service(ServeDir::new(page))",
];

/// For files that pages share.
const SHARE: Hints = [
    "The pages of all lessons share styles and scripts, which aren't in a page's folder but beside it: in `public/shared/` and `public/vendor/`.",
    "`Router::nest_service`, with a `ServeDir` for each of the two folders.",
    "Router::new().nest_service(\"/shared\", ServeDir::new(\"public/shared\")).nest_service(\"/vendor\", ServeDir::new(\"public/vendor\"))",
];

/// For pages of other sites.
const ALLOW: Hints = [
    "A browser lets a page of another site read an answer only if the answer has a header that allows it. In Node, `cors()` adds it.",
    "`CorsLayer` of tower-http, added to the router with `Router::layer`.",
    "Router::new()...layer(CorsLayer::permissive())",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("static-server").until("front-end"),
        PlainHttp,
        SERVE,
        [
            the_page_is_served,
            a_missing_file_is_not_found,
            no_path_leads_out_of_the_folder,
            an_unchanged_page_is_not_sent_again,
            a_part_of_the_page_can_be_requested,
            the_page_is_read_only,
            a_strange_path_gets_no_file,
        ]
    ),
    group!(
        from("static-server").until("front-end"),
        PlainHttp,
        SHARE,
        [shared_files_are_served,]
    ),
    group!(
        from("static-server").until("places").until("front-end"),
        PlainHttp,
        ALLOW,
        [another_site_may_read_the_page,]
    ),
];

pub(super) async fn the_page_is_served(scene: &mut Scene) -> Result {
    open_page(scene).await
}

/// Loads nothing from `/vendor`: without npm, files that the pages can do without are missing there.
pub(super) async fn shared_files_are_served(scene: &mut Scene) -> Result {
    scene.step("ana opens the page").await?;
    let page = scene.get("ana", "/").await?;
    scene.received("ana", &page.status.to_string());
    scene
        .step("her browser loads the page's files from /shared")
        .await?;
    let links = ["href=\"", "src=\""]
        .into_iter()
        .flat_map(|link| page.body.split(link).skip(1));
    let files = links.filter_map(|link| link.split('"').next());
    for file in files.filter(|file| file.starts_with("/shared/")) {
        let status = scene.get_silently(file).await?.status;
        ensure!(
            status == 200,
            "GET {file} should return 200, but returned {status}"
        );
    }
    scene.received("ana", "all of it");
    Ok(())
}

async fn open_page(scene: &mut Scene) -> Result {
    scene.step("ana opens the page").await?;
    let page = scene.get("ana", "/").await?;
    let kind = media_type(page.header("content-type"));
    scene.received("ana", &format!("{} {kind}", page.status));
    Ok(())
}

pub(super) async fn a_missing_file_is_not_found(scene: &mut Scene) -> Result {
    open_page(scene).await?;
    scene.step("ana asks for a file that doesn't exist").await?;
    let answer = scene.get("ana", "/nada.html").await?;
    scene.received("ana", &answer.status.to_string());
    Ok(())
}

/// A careless server would give away files that are beside its page, such as its manifest and its settings.
pub(super) async fn no_path_leads_out_of_the_folder(scene: &mut Scene) -> Result {
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
            bail!(
                "GET {path} should be refused, but returned {}",
                answer.status
            );
        }
        scene.received("ana", "no file");
    }
    Ok(())
}

async fn an_unchanged_page_is_not_sent_again(scene: &mut Scene) -> Result {
    scene.step("ana opens the page").await?;
    let page = scene.get("ana", "/").await?;
    scene.received("ana", &page.status.to_string());
    for (kept, condition) in [
        ("etag", "if-none-match"),
        ("last-modified", "if-modified-since"),
    ] {
        let value = page.header(kept);
        let value = value.with_context(|| format!("the page has no {kept}"))?;
        scene
            .step(&format!("ana opens it again, with its {kept}"))
            .await?;
        let headers = [(condition, value)];
        let shown = format!("GET / {condition}: <{kept}>");
        let answer = scene.request("ana", &shown, "GET", "/", &headers).await?;
        scene.received("ana", &format!("{} {}", answer.status, length(&answer)));
    }
    Ok(())
}

async fn a_part_of_the_page_can_be_requested(scene: &mut Scene) -> Result {
    for (title, range) in [
        ("ana asks for the first bytes of the page", "bytes=0-8"),
        ("ana asks for bytes after its end", "bytes=999999999-"),
        ("ana asks for two parts at once", "bytes=0-0,2-8"),
        ("ana counts in a unit other than bytes", "lines=0-1"),
    ] {
        scene.step(title).await?;
        let shown = format!("GET / range: {range}");
        let headers = [("range", range)];
        let answer = scene.request("ana", &shown, "GET", "/", &headers).await?;
        // The number after the slash is the page's length.
        let part = answer.header("content-range").unwrap_or("all of it");
        let part = part.split('/').next().unwrap_or(part);
        scene.received("ana", &format!("{} {part}", answer.status));
    }
    Ok(())
}

async fn the_page_is_read_only(scene: &mut Scene) -> Result {
    scene.step("ana asks for the headers alone").await?;
    let answer = scene.request("ana", "HEAD /", "HEAD", "/", &[]).await?;
    let kind = media_type(answer.header("content-type"));
    let length = length(&answer);
    scene.received("ana", &format!("{} {kind} {length}", answer.status));
    scene.step("ana tries to change the page").await?;
    for method in ["POST", "PUT", "DELETE"] {
        let shown = format!("{method} /");
        let answer = scene.request("ana", &shown, method, "/", &[]).await?;
        let allowed = answer.header("allow").unwrap_or("(missing)");
        scene.received("ana", &format!("{} allow: {allowed}", answer.status));
    }
    Ok(())
}

async fn a_strange_path_gets_no_file(scene: &mut Scene) -> Result {
    open_page(scene).await?;
    for (title, path) in [
        ("ana asks for a file as if it were a folder", "/index.html/"),
        ("ana leaves out the file's extension", "/index"),
        (
            "ana asks for a name with a null byte in it",
            "/index.html%00",
        ),
        ("ana sends a percent sign without digits", "/%ZZ"),
        ("ana sends bytes that aren't UTF-8", "/%FF"),
    ] {
        scene.step(title).await?;
        let answer = scene.get("ana", path).await?;
        // A proxy in front of the server may refuse some of these itself, with another status.
        ensure!(
            (400..500).contains(&answer.status),
            "GET {path} should be refused, but returned {}",
            answer.status
        );
        scene.received("ana", "no file");
    }
    Ok(())
}

async fn another_site_may_read_the_page(scene: &mut Scene) -> Result {
    scene
        .step("a page of https://example.com requests this one")
        .await?;
    let page = scene.get("ana", "/").await?;
    scene.received("ana", &allowed_origin(&page));
    Ok(())
}

/// Whether an answer has a body.
fn length(answer: &Response) -> &'static str {
    if answer.body.is_empty() {
        "without a body"
    } else {
        "with a body"
    }
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
