//! What a page says of its connection.

use std::{path::Path, time::Duration};

use axum::Router;
use browser::{Chromium, Result, Tab};
use contract::lessons::{self, Lesson};
use serde_json::json;
use tokio::{net::TcpListener, time::timeout};
use tokio_tungstenite::accept_async;
use tower_http::services::ServeDir;

use crate::{servers, with_list};

/// How long a page may take to load anew.
const PATIENCE: Duration = Duration::from_secs(20);

pub async fn survives_a_network_that_fails(chromium: &Chromium, lesson: &Lesson) -> Result {
    let base = servers::serve(lesson).await?;
    let guest = chromium.guest().await?;
    let mut tab = guest.open(&base).await?;
    tab.is_online().await?;
    let messages = hear(&guest.open(&base).await?, &tab, lesson).await?;

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

/// Lets a page hear a message of another, where the lesson's page lists messages.
async fn hear(other: &Tab, tab: &Tab, lesson: &Lesson) -> Result<serde_json::Value> {
    if with_list().contains(lesson) {
        other.is_online().await?;
        other.send("antes").await?;
        tab.wait_until("lstMensajes.children.length === 1").await?;
    }
    tab.messages().await
}

/// The list is still there, the console tells the story, and nothing but connections went wrong.
async fn is_as_before(tab: &mut Tab, messages: &serde_json::Value) -> Result {
    if tab.messages().await? != *messages {
        return Err(format!("the list should still be {messages}").into());
    }
    let console = tab.console().await?.into_iter();
    let console: Vec<_> = console.filter(|line| line != "object").collect();
    if console != ["Conectado", "Desconectado del servidor", "Conectado"] {
        return Err(format!("the console says {console:?}").into());
    }
    let problems = tab.problems(false).await?;
    if problems.is_empty() {
        return Ok(());
    }
    Err(format!("the page has problems: {problems:#?}").into())
}

/// The page and the client are there, and nobody who speaks Socket.IO.
pub async fn stays_offline_without_a_server(chromium: &Chromium) -> Result {
    let lesson = lessons::find("broadcast")?;
    let public = servers::page(&lesson).join("..");
    let vendor = ServeDir::new(public.join("vendor"));
    let router = Router::new()
        .nest_service("/shared", ServeDir::new(public.join("shared")))
        .nest_service("/vendor", vendor.clone())
        .route_service("/socket.io/{file}", vendor)
        .fallback_service(ServeDir::new(servers::page(&lesson)));
    let base = servers::serve_router(router).await?;
    let mut tab = chromium.guest().await?.open(&base).await?;
    // The second attempt: the client has waited, and tries again by itself.
    tab.evaluate(
        "new Promise((resolve) => socket.io.once('reconnect_attempt', () => resolve(true)))",
    )
    .await?;
    tab.is_offline().await?;
    let console = tab.console().await?;
    let problems = tab.problems(false).await?;
    if console.is_empty() && problems.is_empty() {
        return Ok(());
    }
    Err(format!("the page says {console:?} and has problems: {problems:#?}").into())
}

/// With `?reload=PORT` the page waits at that port, and loads anew when the connection is closed.
pub async fn reloads_when_it_is_told_to(chromium: &Chromium, lesson: &Lesson) -> Result {
    let base = servers::serve_watched(lesson).await?;
    let watcher = TcpListener::bind("127.0.0.1:0").await?;
    let port = watcher.local_addr()?.port();
    let guest = chromium.guest().await?;
    let url = format!("{base}/?reload={port}");
    let (tab, waiting) = tokio::join!(guest.open(&url), async {
        accept_async(watcher.accept().await?.0)
            .await
            .map_err(std::io::Error::other)
    });
    tab?;
    waiting?.close(None).await?;
    // A page connects once, as it loads: this is the same page loaded anew, which waits again.
    timeout(PATIENCE, watcher.accept()).await??;
    Ok(())
}

/// The program starts in a folder with its page and without the client.
pub async fn says_when_the_client_is_not_installed(chromium: &Chromium, lesson: &Lesson) -> Result {
    let folder = tempfile::tempdir()?;
    for pages in [&lesson.name, "shared"] {
        let pages = Path::new("public").join(pages);
        copy(&lessons::root().join(&pages), &folder.path().join(&pages))?;
    }
    let server = servers::start_in(folder.path(), lesson, "0").await?;
    let base = &server.base;
    let tab = chromium.guest().await?.open(base).await?;
    tab.wait_until("document.querySelector('[role=alert]')?.textContent.includes('just setup')")
        .await?;
    let status = tab.evaluate("lblOnline.hidden").await?;
    if status == json!(true) {
        Ok(())
    } else {
        Err("the page says that it is online".into())
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
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
