//! The page on an origin of its own, and pages of other origins.

use anyhow::{Context, bail, ensure};
use axum::{Router, response::Html};
use browser::{Chromium, Guest, Result, Tab};
use course::lessons;
use serde_json::{Value, json};
use wire::server::{ADMIN_TOKEN, Server};

use crate::{
    connection,
    namespaces::{IN_RUST, enter, figures},
    rooms, servers,
};

/// Starts the lesson's server, and returns it with the address of its page.
async fn serve() -> Result<(Server, String)> {
    let lesson = lessons::find("front-end")?;
    let server = servers::serve(&lesson).await?;
    let page = lesson.page(&server).await?;
    Ok((server, page))
}

pub async fn chats_with_the_server_of_another_origin(chromium: &Chromium) -> Result {
    for transport in ["polling", "websocket"] {
        let (server, page) = serve().await?;
        let guest = chromium.guest().await?;
        let localhost = page.replace("127.0.0.1", "localhost");
        let mut tabs = Vec::new();
        for (name, page) in [("ana", &page), ("beto", &localhost)] {
            let url = format!("{page}/?name={name}&transport={transport}");
            let tab = guest.open(&url).await?;
            tab.wait_until("txtNombre.value !== ''").await?;
            tab.press("#txtNombre", "Enter").await?;
            tab.is_online().await?;
            tabs.push(tab);
        }
        tabs[0]
            .wait_until("lstMensajes.textContent === 'beto comes in'")
            .await?;
        tabs[1].send("hola").await?;
        tabs[0]
            .wait_until("lstMensajes.lastElementChild.textContent.includes('hola')")
            .await?;
        for tab in &mut tabs {
            let problems = tab.problems().await?;
            ensure!(problems.is_empty(), "over {transport}: {problems:?}");
            let (_, port) = server.base.rsplit_once(':').context("there's no port")?;
            let requests = tab.requests().await?;
            let used = requests.iter().any(|url| {
                url.contains(&format!(":{port}/socket.io/?"))
                    && url.contains(&format!("transport={transport}"))
            });
            ensure!(used, "the page has requested {requests:?}");
            // The panel watches the client that the page loads as a module.
            tab.wait_until(
                "[...document.querySelectorAll('.wire-frames code')].some((code) => code.textContent.includes('hola'))",
            )
            .await?;
        }
    }
    Ok(())
}

pub async fn an_admin_is_still_in_after_a_reload(chromium: &Chromium) -> Result {
    for transport in ["polling", "websocket"] {
        let (_server, page) = serve().await?;
        let guest = chromium.guest().await?;
        let query = format!("?transport={transport}");
        let mut admin = log_in(&guest, &page, &query, ADMIN_TOKEN).await?;
        figures(&admin, 0, 0).await?;
        let loaded = admin.next_load().await?;
        admin.evaluate("location.reload()").await?;
        loaded.await?;
        admin
            .wait_until("frmToken.hidden && document.activeElement === ttlCifras")
            .await?;
        figures(&admin, 0, 0).await?;
        let cookies = admin.evaluate("document.cookie").await?;
        ensure!(cookies == json!(""), "a script can read {cookies}");
        let problems = admin.problems().await?;
        ensure!(problems.is_empty(), "over {transport}: {problems:?}");
        // The browser sends the cookie to every port of the host, but another process hasn't signed it.
        let (_other, page) = serve().await?;
        let other = guest.open(&format!("{page}/admin.html{query}")).await?;
        is_refused(&other).await?;
        other.is_offline().await?;
    }
    Ok(())
}

/// Opens the admin's page, which has no cookie yet, and gives it a token.
async fn log_in(guest: &Guest<'_>, page: &str, query: &str, token: &str) -> Result<Tab> {
    let admin = guest.open(&format!("{page}/admin.html{query}")).await?;
    is_refused(&admin).await?;
    admin.write("#txtToken", token).await?;
    admin.press("#txtToken", "Enter").await?;
    Ok(admin)
}

/// Waits until the server has refused the page, which shows its form and doesn't call that an error.
async fn is_refused(admin: &Tab) -> Result {
    admin
        .wait_until(
            "[...document.querySelectorAll('.wire-frames code')].some((code) => code.textContent.startsWith('44/admin,'))",
        )
        .await?;
    admin
        .wait_until("!frmToken.hidden && secCifras.hidden && lblError.textContent === ''")
        .await
}

pub async fn says_why_a_token_is_refused(chromium: &Chromium) -> Result {
    let (mut server, page) = serve().await?;
    let guest = chromium.guest().await?;
    let mut admin = log_in(&guest, &page, "", "a token that is wrong").await?;
    admin.set_size(360, 740).await?;
    admin
        .wait_until("lblError.textContent === 'invalid token' && secCifras.hidden")
        .await?;
    fits_a_phone(&admin).await?;
    browser::expect_no_serious_fault(&admin).await?;
    admin.evaluate("txtToken.value = ''").await?;
    admin.write("#txtToken", ADMIN_TOKEN).await?;
    admin.press("#txtToken", "Enter").await?;
    admin
        .wait_until("lblError.textContent === '' && frmToken.hidden && document.activeElement === ttlCifras")
        .await?;
    figures(&admin, 0, 0).await?;
    fits_a_phone(&admin).await?;
    browser::expect_no_serious_fault(&admin).await?;
    // The browser reports the refused token, as it does for any answer like this.
    let problems = admin.problems().await?;
    let [refused] = &problems[..] else {
        bail!("expected one problem, but got {problems:?}");
    };
    ensure!(
        refused.contains("401") && refused.contains("/login"),
        "{refused}"
    );

    let guest = chromium.guest().await?;
    let other = guest.open(&format!("{page}/admin.html")).await?;
    is_refused(&other).await?;
    server.child.kill().await?;
    other.write("#txtToken", ADMIN_TOKEN).await?;
    other.press("#txtToken", "Enter").await?;
    other
        .wait_until("lblError.textContent === \"The server can't be reached.\"")
        .await
}

async fn fits_a_phone(tab: &Tab) -> Result {
    let width = tab.evaluate("document.documentElement.scrollWidth").await?;
    ensure!(width.as_u64() <= Some(360), "the page is {width} wide");
    Ok(())
}

/// Tries to empty the room over a WebSocket, and to open a session over long-polling. Returns how each ended.
async fn tries(tab: &Tab, base: &str) -> Result<Value> {
    let sockets = base.replace("http://", "ws://");
    let path = "socket.io/?EIO=4&transport=";
    tab.evaluate(&format!(
        "Promise.all([
           new Promise((resolve) => {{
             const socket = new WebSocket('{sockets}/{path}websocket');
             socket.onerror = () => resolve('no connection');
             socket.onmessage = ({{ data }}) => {{
               if (data.startsWith('0')) socket.send('40/admin,');
               if (data.startsWith('40/admin,')) socket.send('42/admin,0[\"vaciar\",{{\"sala\":\"rust\"}}]');
               if (data.startsWith('44/admin,')) resolve('no admin');
               if (data === '43/admin,0[{{\"ok\":true}}]') resolve('the room is empty');
             }};
           }}),
           fetch('{base}/{path}polling', {{ credentials: 'include' }}).then(
             (response) => response.ok ? 'a session' : `${{response.status}}`,
             () => 'no answer to read',
           ),
         ])"
    ))
    .await
}

/// Opens a page of an origin that the server doesn't know.
async fn open_foreign_page(guest: &Guest<'_>) -> Result<Tab> {
    let page = Router::new().fallback(async || Html("<title>another page</title>"));
    guest.open(&servers::serve_router(page).await?).await
}

pub async fn a_page_of_a_third_origin_gets_no_connection(chromium: &Chromium) -> Result {
    let (server, page) = serve().await?;
    let guest = chromium.guest().await?;
    let ana = enter(&guest, &page, "ana").await?;
    let admin = log_in(&guest, &page, "", ADMIN_TOKEN).await?;
    figures(&admin, 1, 1).await?;
    let foreign = open_foreign_page(&guest).await?;
    let got = tries(&foreign, &server.base).await?;
    if got != json!(["no connection", "no answer to read"]) {
        bail!("a page of another origin gets {got}");
    }
    let is_in = ana.evaluate(IN_RUST).await?;
    ensure!(is_in == json!(true), "ana is no longer in the room");
    // The same from the page's own origin works: it was the origin that was refused.
    let got = tries(&admin, &server.base).await?;
    ensure!(got == json!(["the room is empty", "a session"]), "{got}");
    ana.wait_until(&format!("!({IN_RUST})")).await
}

pub async fn duo_joins_the_room_of_its_address(chromium: &Chromium) -> Result {
    let (_server, page) = serve().await?;
    rooms::join_in_duo(chromium, &page).await
}

pub async fn says_when_its_modules_do_not_load(chromium: &Chromium) -> Result {
    let lesson = lessons::find("front-end")?;
    connection::says_when_the_client_is_not_installed(chromium, &lesson).await
}
