//! Lesson 18: a page of another origin.

use anyhow::{Context, bail, ensure};
use serde_json::Value;
use wire::{connection::Response, server::ADMIN_TOKEN};

use super::{
    EVENT,
    chat::hears_notice,
    group, message,
    middleware::auth,
    namespaces::ADMIN,
    rooms::{all_join, message_to},
    static_server,
};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For the page's server.
const PAGE: Hints = [
    "The page gets a server of its own, on another port. The chat's server prints its address first, and then the page's on a \
     line of its own. The page asks for `/config.json`, which says on which port the chat's server listens.",
    "A second `TcpListener` and a second `Router`; `tokio::spawn` with `axum::serve(..).into_future()`; the extractor `Json` as \
     an answer.",
    "tokio::spawn(axum::serve(page_listener, pages(&page, address.port())).into_future());",
];

/// For other origins.
const ORIGINS: Hints = [
    "Only the page's own origin, and listed ones, may use the server. CORS says so to the browser, but a browser doesn't ask \
     before it opens a WebSocket: there the server itself has to look at `Origin`.",
    "`CorsLayer::allow_origin` with a list and `allow_credentials`; `axum::middleware::from_fn_with_state` around the Socket.IO \
     layer, `StatusCode::FORBIDDEN`.",
    ".layer(from_fn_with_state(origins.clone(), check_origin))\n.layer(CorsLayer::new().allow_origin(origins).allow_credentials(true))",
];

/// For the cookie.
const COOKIE: Hints = [
    "`POST /admin/login` gets the token and answers with a signed cookie. The browser sends it along when it connects, so the \
     middleware of `/admin` finds it in the headers of the handshake.",
    "`SignedCookieJar` and `Key` of axum-extra; `Cookie::build` with `path`, `http_only` and `same_site`; \
     `SocketRef::req_parts`.",
    "SignedCookieJar::from_headers(&socket.req_parts().headers, key).get(\"admin\").is_some()",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("front-end"),
        PlainHttp,
        PAGE,
        [
            the_page_has_a_server_of_its_own,
            the_pages_server_serves_the_shared_files,
            the_pages_server_serves_nothing_else,
            the_page_learns_where_the_chat_is,
        ]
    ),
    group!(
        from("front-end"),
        BothTransports,
        ORIGINS,
        [the_page_uses_the_chat_from_its_own_origin]
    ),
    group!(
        from("front-end"),
        PlainHttp,
        ORIGINS,
        [
            only_the_page_may_read_an_answer,
            a_foreign_page_opens_no_connection,
        ]
    ),
    group!(
        from("front-end"),
        PlainHttp,
        COOKIE,
        [the_token_is_answered_with_a_cookie]
    ),
    group!(
        from("front-end"),
        BothTransports,
        COOKIE,
        [
            the_cookie_opens_the_namespace,
            a_forged_cookie_opens_nothing
        ]
    ),
    group!(
        from("front-end"),
        BothTransports,
        ORIGINS,
        [a_foreign_page_cannot_use_the_cookie]
    ),
];

async fn the_page_has_a_server_of_its_own(scene: &mut Scene) -> Result {
    if !scene.move_to_page().await? {
        return Ok(());
    }
    static_server::a_missing_file_is_not_found(scene).await
}

async fn the_pages_server_serves_the_shared_files(scene: &mut Scene) -> Result {
    if !scene.move_to_page().await? {
        return Ok(());
    }
    static_server::shared_files_are_served(scene).await
}

async fn the_pages_server_serves_nothing_else(scene: &mut Scene) -> Result {
    if !scene.move_to_page().await? {
        return Ok(());
    }
    static_server::no_path_leads_out_of_the_folder(scene).await
}

async fn the_page_learns_where_the_chat_is(scene: &mut Scene) -> Result {
    let chat = scene.base().to_owned();
    if !scene.move_to_page().await? {
        return Ok(());
    }
    scene.step("ana's page asks where the chat is").await?;
    let answer = scene.get("ana", "/config.json").await?;
    let config: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let port = config["puerto"].to_string();
    ensure!(
        chat.ends_with(&format!(":{port}")),
        "/config.json should name the port of {chat}, but it is {}",
        answer.body
    );
    scene.received("ana", "{\"puerto\":<the chat's port>}");
    Ok(())
}

/// The header with which a browser says which page asks.
fn origin(page: &str) -> (&'static str, String) {
    ("origin", page.to_owned())
}

async fn the_page_uses_the_chat_from_its_own_origin(scene: &mut Scene) -> Result {
    let Some(page) = scene.page().await? else {
        return Ok(());
    };
    let localhost = page.replace("127.0.0.1", "localhost");
    for (who, page) in [("ana", &page), ("beto", &localhost)] {
        scene.step(&format!("{who}'s page connects")).await?;
        scene.open_with(who, &[origin(page)]).await?;
        scene.join(who, Some(&auth(who))).await?;
        scene.hears(who, "personas").await?;
    }
    hears_notice(scene, "ana").await?;
    scene.step("beto sends a message").await?;
    scene.ask("beto", EVENT, &message("hola"))?;
    scene.hears_answer("beto").await?;
    scene.hears("ana", EVENT).await?;
    Ok(())
}

/// The permissions that an answer gives to the page that has asked.
fn allowed(answer: &Response, page: &str) -> String {
    let origin = answer.header("access-control-allow-origin");
    let origin = origin.map_or("no page".to_owned(), |origin| {
        origin.replace(page, "<the page>")
    });
    let credentials = answer.header("access-control-allow-credentials");
    let cookies = if credentials == Some("true") && origin != "no page" {
        ", with cookies"
    } else {
        ""
    };
    format!("may be read by {origin}{cookies}")
}

async fn only_the_page_may_read_an_answer(scene: &mut Scene) -> Result {
    let Some(page) = scene.page().await? else {
        return Ok(());
    };
    for (who, origin) in [
        ("the page", page.as_str()),
        ("a page of https://example.com", "https://example.com"),
        ("a page of another port", "http://127.0.0.1:1"),
        ("a file", "null"),
    ] {
        scene.step(&format!("{who} asks")).await?;
        let headers = [("origin", origin)];
        let answer = scene
            .request("ana", "GET /healthz", "GET", "/healthz", &headers)
            .await?;
        scene.received("ana", &allowed(&answer, &page));
    }
    Ok(())
}

/// The requests with which a browser opens a connection, over long-polling and over WebSocket.
const OPENING: [(&str, &str); 2] = [
    ("long-polling", "/socket.io/?EIO=4&transport=polling"),
    ("WebSocket", "/socket.io/?EIO=4&transport=websocket"),
];

/// The headers that turn a request into a WebSocket.
const UPGRADE: [(&str, &str); 4] = [
    ("connection", "upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

async fn a_foreign_page_opens_no_connection(scene: &mut Scene) -> Result {
    for (who, origin) in [
        ("a page of https://example.com", "https://example.com"),
        ("a page of another port", "http://127.0.0.1:1"),
        ("a file", "null"),
    ] {
        scene.step(&format!("{who} tries to connect")).await?;
        for (transport, path) in OPENING {
            let mut headers = vec![("origin", origin)];
            if transport == "WebSocket" {
                headers.extend(UPGRADE);
            }
            let shown = format!("GET {path}");
            let answer = scene.request("ana", &shown, "GET", path, &headers).await?;
            let outcome = match answer.status {
                400..500 => "refused".to_owned(),
                status => status.to_string(),
            };
            scene.received("ana", &format!("{outcome} over {transport}"));
        }
    }
    Ok(())
}

/// Logs in with a token.
async fn log_in(scene: &mut Scene, token: &str) -> Result<Response> {
    scene.post_secret("carla", "/admin/login", token).await
}

/// Logs in, and returns the cookie as a browser sends it.
pub(crate) async fn cookie(scene: &mut Scene) -> Result<String> {
    let answer = log_in(scene, ADMIN_TOKEN).await?;
    cookie_of(scene, &answer)
}

/// The cookie that an answer sets, as a browser sends it.
pub(crate) fn cookie_of(scene: &mut Scene, answer: &Response) -> Result<String> {
    let cookie = answer.header("set-cookie");
    let cookie = cookie.context("the answer to /admin/login should set a cookie, but doesn't")?;
    scene.received("carla", "a cookie");
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

async fn the_token_is_answered_with_a_cookie(scene: &mut Scene) -> Result {
    for (title, token) in [
        ("carla logs in with a wrong token", "the wrong token"),
        ("carla logs in without a token", ""),
        ("carla logs in with the token", ADMIN_TOKEN),
    ] {
        scene.step(title).await?;
        let answer = log_in(scene, token).await?;
        let cookie = answer.header("set-cookie").unwrap_or("no cookie");
        // Frameworks order the attributes differently.
        let (value, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
        let name = value.split_once('=').map_or(value, |(name, _)| name);
        let mut attributes: Vec<_> = attributes.split(';').map(str::trim).collect();
        attributes.sort_unstable();
        let attributes = attributes.join(" ");
        let line = format!("{} {name} {attributes}", answer.status);
        scene.received("carla", line.trim_end());
    }
    Ok(())
}

async fn the_cookie_opens_the_namespace(scene: &mut Scene) -> Result {
    scene.step("carla logs in").await?;
    let cookie = cookie(scene).await?;
    scene.step("her page connects, with the cookie").await?;
    scene.open_with("carla", &[("cookie", cookie)]).await?;
    scene.join_namespace("carla", ADMIN, None).await?;
    scene.send("carla", "42/admin,0[\"vaciar\",{\"sala\":\"rust\"}]")
}

async fn a_forged_cookie_opens_nothing(scene: &mut Scene) -> Result {
    scene.step("carla logs in").await?;
    let cookie = cookie(scene).await?;
    let (name, value) = cookie
        .split_once('=')
        .context("a cookie has a name and a value")?;
    let (first, rest) = value.split_at(1);
    let changed = if first == "A" { "B" } else { "A" };
    for forged in [
        format!("{name}={changed}{rest}"),
        format!("{name}=open"),
        format!("{name}="),
    ] {
        scene
            .step("a program connects with a cookie that the server hasn't signed")
            .await?;
        scene.open_with("beto", &[("cookie", forged)]).await?;
        scene.is_refused_by("beto", ADMIN, None).await?;
        scene.vanish("beto")?;
    }
    Ok(())
}

/// Ports of one host are one site, so `SameSite` doesn't keep carla's browser from adding her cookie.
async fn a_foreign_page_cannot_use_the_cookie(scene: &mut Scene) -> Result {
    scene.introduce(auth);
    all_join(scene, &["ana"], "rust").await?;
    scene.step("carla logs in").await?;
    let cookie = cookie(scene).await?;
    scene
        .step("in her browser, a page from another port of the same host tries to empty rust")
        .await?;
    if scene
        .opens_in_browser("carla", "http://127.0.0.1:1", &cookie)
        .await
    {
        scene.join_namespace("carla", ADMIN, None).await?;
        scene.send("carla", "42/admin,0[\"vaciar\",{\"sala\":\"rust\"}]")?;
        scene.hears("ana", "personas").await?;
        bail!("a page of another origin empties the room, with carla's cookie");
    }
    scene.received("carla", "the page gets no connection");
    scene.step("ana sends a message to the room").await?;
    scene.ask("ana", EVENT, &message_to("rust", "hola"))?;
    scene.hears_answer("ana").await?;
    Ok(())
}
