//! The page that introduces itself: with a name and a secret.

use anyhow::ensure;
use browser::{Chromium, Guest, Result, Tab};
use course::lessons;
use serde_json::{Value, json};
use wire::server::Server;

use crate::servers;

async fn serve() -> Result<Server> {
    servers::serve(&lessons::find("middleware")?).await
}

/// Writes a name in place of the one that's there, and presses Enter.
async fn ask_for(tab: &Tab, name: &str) -> Result {
    tab.evaluate("txtNombre.value = ''").await?;
    tab.write("#txtNombre", name).await?;
    tab.press("#txtNombre", "Enter").await
}

/// Opens the page, and enters.
async fn enter(guest: &Guest<'_>, server: &Server, query: &str, name: &str) -> Result<Tab> {
    let tab = guest.open(&format!("{}/?{query}", server.base)).await?;
    ask_for(&tab, name).await?;
    tab.is_online().await?;
    Ok(tab)
}

async fn people(tab: &Tab, names: &[&str]) -> Result {
    let names = json!(names);
    tab.wait_until(&format!(
        "JSON.stringify([...lstPersonas.children].map((item) => item.textContent)) === JSON.stringify({names})"
    ))
    .await
}

/// Waits until the form is shown in place of the chat, with this error.
async fn is_outside(tab: &Tab, error: &str) -> Result {
    let error = json!(error);
    tab.wait_until(&format!(
        "lblError.textContent === {error} && secChat.hidden && !frmEntrar.hidden"
    ))
    .await
}

async fn is_inside(tab: &Tab) -> Result {
    tab.wait_until("lblError.textContent === '' && !secChat.hidden && frmEntrar.hidden")
        .await
}

/// The entries of the log, with the author of a message before it and without the time.
async fn log(tab: &Tab) -> Result<Value> {
    tab.evaluate(
        "[...lstMensajes.children].map((item) => item.matches('.aviso') ? item.textContent
            : `${item.querySelector('b').textContent}: ${item.querySelector('span').textContent}`)",
    )
    .await
}

pub async fn says_why_a_client_is_not_let_in(chromium: &Chromium) -> Result {
    let server = serve().await?;
    let ana = enter(&chromium.guest().await?, &server, "", "ana").await?;
    people(&ana, &["ana"]).await?;
    let mut beto = chromium.guest().await?.open(&server.base).await?;
    beto.set_size(360, 740).await?;
    ask_for(&beto, "ana").await?;
    is_outside(&beto, "somebody has this name").await?;
    ask_for(&beto, "  ").await?;
    is_outside(&beto, "a name has 1 to 20 characters").await?;
    browser::expect_no_serious_fault(&beto).await?;
    ask_for(&beto, "beto").await?;
    is_inside(&beto).await?;
    for tab in [&ana, &beto] {
        people(tab, &["ana", "beto"]).await?;
    }
    beto.wait_until("document.activeElement === txtMensaje")
        .await?;
    let log = log(&ana).await?;
    ensure!(log == json!(["beto comes in"]), "ana's page shows {log}");
    let fits = beto
        .evaluate("document.documentElement.scrollWidth <= 360")
        .await?;
    ensure!(fits == json!(true), "the page is wider than a phone");
    let problems = beto.problems().await?;
    ensure!(problems.is_empty(), "{problems:?}");
    browser::expect_no_serious_fault(&beto).await
}

/// Over long-polling the server doesn't notice the cut, so the old connection is still there when beto is back.
pub async fn is_back_at_once_under_its_name(chromium: &Chromium) -> Result {
    for (transport, notices) in [
        ("polling", &["beto comes in", "beto is back"][..]),
        (
            "websocket",
            &["beto comes in", "beto leaves", "beto is back"],
        ),
    ] {
        let server = serve().await?;
        let guest = chromium.guest().await?;
        let ana = enter(&guest, &server, "room=rust", "ana").await?;
        let query = format!("name=beto&room=rust&transport={transport}");
        let beto = enter(&guest, &server, &query, "beto").await?;
        let in_room = "lstSalas.children[2]?.lastChild.textContent === 'ana, beto'";
        ana.wait_until(in_room).await?;
        beto.wait_until(in_room).await?;
        beto.evaluate("networkSwitch.cut()").await?;
        beto.is_offline().await?;
        beto.send("typed while offline").await?;
        beto.evaluate("networkSwitch.restore()").await?;
        beto.is_online().await?;
        is_inside(&beto).await?;
        let arrived = "lstMensajes.lastElementChild.matches('.mensaje')";
        ana.wait_until(arrived).await?;
        ana.wait_until(in_room).await?;
        beto.wait_until(in_room).await?;
        for tab in [&ana, &beto] {
            people(tab, &["ana", "beto"]).await?;
        }
        let mut expected = notices.to_vec();
        expected.push("beto: typed while offline");
        let log = log(&ana).await?;
        ensure!(
            log == json!(expected),
            "over {transport}, ana's page shows {log}"
        );
    }
    Ok(())
}

pub async fn moves_to_the_newest_tab(chromium: &Chromium) -> Result {
    let server = serve().await?;
    let guest = chromium.guest().await?;
    let first = enter(&guest, &server, "", "ana").await?;
    people(&first, &["ana"]).await?;
    // A browser that duplicates a tab copies its storage.
    let second = guest.open(&server.base).await?;
    let secret = first.evaluate("sessionStorage.getItem('secreto')").await?;
    let loaded = second.next_load().await?;
    let copies = format!("sessionStorage.setItem('secreto', {secret}); location.reload()");
    second.evaluate(&copies).await?;
    loaded.await?;
    ask_for(&second, "ana").await?;
    is_inside(&second).await?;
    is_outside(&first, "You have entered on another page.").await?;
    first.is_offline().await?;
    people(&second, &["ana"]).await?;
    ask_for(&first, "ana").await?;
    is_inside(&first).await?;
    is_outside(&second, "You have entered on another page.").await
}
