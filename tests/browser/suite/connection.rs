//! A page shows whether it's connected.

use std::{path::Path, time::Duration};

use anyhow::bail;
use axum::Router;
use browser::{Chromium, Result, Tab};
use course::lessons::{self, Lesson, root};
use futures_util::StreamExt;
use serde_json::json;
use tokio::{net::TcpListener, time::timeout};
use tokio_tungstenite::accept_async;
use tower_http::services::ServeDir;
use wire::server::Server;
use workbook::programs::program;

use crate::{row::lists_messages, servers};

/// How long a page may take to reload.
const PATIENCE: Duration = Duration::from_secs(20);

pub async fn survives_a_network_that_fails(chromium: &Chromium, lesson: &Lesson) -> Result {
    let server = servers::serve(lesson).await?;
    let guest = chromium.guest().await?;
    let mut tab = guest.open(&server.base).await?;
    tab.is_online().await?;
    let messages = hear(&guest.open(&server.base).await?, &tab, lesson).await?;

    tab.set_offline(true).await?;
    tab.is_offline().await?;
    tab.set_offline(false).await?;
    tab.is_online().await?;
    is_as_before(&mut tab, &messages).await
}

pub async fn survives_a_server_that_restarts(chromium: &Chromium, lesson: &Lesson) -> Result {
    let mut server = servers::start(lesson, "0").await?;
    let guest = chromium.guest().await?;
    let mut tab = guest.open(&server.base).await?;
    tab.is_online().await?;
    let messages = hear(&guest.open(&server.base).await?, &tab, lesson).await?;

    server.child.kill().await?;
    tab.is_offline().await?;
    let (_, port) = server.base.rsplit_once(':').unwrap_or_default();
    let _next = servers::start(lesson, port).await?;
    tab.is_online().await?;
    is_as_before(&mut tab, &messages).await
}

/// Lets a page receive another one's message, if the lesson's page lists messages.
async fn hear(other: &Tab, tab: &Tab, lesson: &Lesson) -> Result<serde_json::Value> {
    if lists_messages(lesson)? {
        other.is_online().await?;
        other.send("antes").await?;
        tab.wait_until("lstMensajes.children.length === 1").await?;
    }
    tab.messages().await
}

/// Checks that the list is still there, that the console is right, and that the only problems are connections.
async fn is_as_before(tab: &mut Tab, messages: &serde_json::Value) -> Result {
    if tab.messages().await? != *messages {
        bail!("expected the list to still be {messages}");
    }
    let console = tab.console().await?.into_iter();
    let console: Vec<_> = console.filter(|line| line != "object").collect();
    if console != ["Conectado", "Desconectado del servidor", "Conectado"] {
        bail!("the console says {console:?}");
    }
    let problems = tab.problems().await?;
    if problems.is_empty() {
        return Ok(());
    }
    bail!("the page has problems: {problems:#?}")
}

/// The page and the client load, but there's no Socket.IO server.
pub async fn stays_offline_without_a_server(chromium: &Chromium) -> Result {
    let public = root().join("public");
    let router = Router::new()
        .nest_service("/shared", ServeDir::new(public.join("shared")))
        .nest_service("/vendor", ServeDir::new(public.join("vendor")))
        .route_service("/socket.io/{file}", ServeDir::new(public.join("vendor")))
        .fallback_service(ServeDir::new(servers::page(&lessons::find("broadcast")?)));
    let base = servers::serve_router(router).await?;
    let mut tab = chromium.guest().await?.open(&base).await?;
    // The second attempt: the client has waited, and retries by itself.
    tab.evaluate(
        "new Promise((resolve) => socket.io.once('reconnect_attempt', () => resolve(true)))",
    )
    .await?;
    tab.is_offline().await?;
    let console = tab.console().await?;
    let problems = tab.problems().await?;
    if console.is_empty() && problems.is_empty() {
        return Ok(());
    }
    bail!("the page says {console:?} and has problems: {problems:#?}")
}

/// With `?reload=PORT`, the page connects to that port, and reloads when the connection is closed.
pub async fn reloads_when_told_to(chromium: &Chromium, lesson: &Lesson) -> Result {
    reloads(chromium, lesson, "/").await
}

pub async fn duo_reloads_when_told_to(chromium: &Chromium) -> Result {
    reloads(chromium, &lessons::find("broadcast")?, "/shared/duo.html").await
}

async fn reloads(chromium: &Chromium, lesson: &Lesson, path: &str) -> Result {
    let server = servers::serve(lesson).await?;
    let watcher = TcpListener::bind("127.0.0.1:0").await?;
    let port = watcher.local_addr()?.port();
    let guest = chromium.guest().await?;
    let url = format!("{}{path}?reload={port}", lesson.page(&server).await?);
    let (tab, waiting) = tokio::join!(guest.open(&url), async {
        accept_async(watcher.accept().await?.0)
            .await
            .map_err(std::io::Error::other)
    });
    let _tab = tab?;
    let mut waiting = waiting?;
    waiting.close(None).await?;
    // Until the page has answered: it doesn't reload if the connection only breaks.
    while let Some(Ok(_)) = waiting.next().await {}
    // A page connects once, when it loads: this is the same page, reloaded, which waits again.
    timeout(PATIENCE, watcher.accept()).await??;
    Ok(())
}

/// A folder with the page, but without the client.
pub async fn says_when_the_client_is_not_installed(chromium: &Chromium, lesson: &Lesson) -> Result {
    let folder = tempfile::tempdir()?;
    for part in [&lesson.name, "shared"] {
        let part = Path::new("public").join(part);
        copy(&root().join(&part), &folder.path().join(&part))?;
    }
    let server = Server::start(&program(lesson), folder.path(), &[]).await?;
    let page = lesson.page(&server).await?;
    let tab = chromium.guest().await?.open(&page).await?;
    tab.wait_until("document.querySelector('[role=alert]')?.textContent.includes('just setup')")
        .await?;
    let status = tab.evaluate("lblOnline.hidden").await?;
    if status == json!(true) {
        Ok(())
    } else {
        bail!("the page says that it's online")
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            std::fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
