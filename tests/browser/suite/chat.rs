//! The page of the chat: names, people and bubbles.

use anyhow::ensure;
use browser::{Chromium, Guest, Result, Tab};
use course::lessons;
use serde_json::{Value, json};

use crate::servers;

/// Opens the page, and enters with a name.
async fn enter(guest: &Guest<'_>, base: &str, name: &str) -> Result<Tab> {
    let tab = guest.open(&format!("{base}/?name={name}")).await?;
    tab.is_online().await?;
    tab.press("#txtNombre", "Enter").await?;
    Ok(tab)
}

/// Waits until the page shows these people.
pub async fn people(tab: &Tab, names: &[&str]) -> Result {
    let names = json!(names);
    tab.wait_until(&format!(
        "JSON.stringify([...lstPersonas.children].map((item) => item.textContent)) === JSON.stringify({names})"
    ))
    .await
}

/// The entries of the log, with the author of a message before it and without the time.
pub async fn log(tab: &Tab) -> Result<Value> {
    tab.evaluate(
        "[...lstMensajes.children].map((item) => item.matches('.aviso') ? item.textContent
            : `${item.querySelector('b').textContent}: ${item.querySelector('span').textContent}`)",
    )
    .await
}

pub async fn shows_who_is_here_and_who_wrote(chromium: &Chromium) -> Result {
    let server = servers::serve(&lessons::find("chat")?).await?;
    let guest = chromium.guest().await?;
    let mut ana = enter(&guest, &server.base, "ana").await?;
    people(&ana, &["ana"]).await?;
    let beto = enter(&guest, &server.base, "ana").await?;
    beto.wait_until("lblError.textContent === 'somebody has this name'")
        .await?;
    beto.evaluate("txtNombre.value = ''").await?;
    beto.write("#txtNombre", "beto").await?;
    beto.press("#txtNombre", "Enter").await?;
    for tab in [&ana, &beto] {
        people(tab, &["ana", "beto"]).await?;
    }
    beto.wait_until("document.activeElement === txtMensaje && lblError.textContent === ''")
        .await?;
    ana.send("hola").await?;
    beto.wait_until("lstMensajes.children.length === 1").await?;
    beto.send("<b>¿qué tal?</b>").await?;
    ana.wait_until("lstMensajes.children.length === 3").await?;
    let log = log(&ana).await?;
    let expected = json!(["beto comes in", "ana: hola", "beto: <b>¿qué tal?</b>"]);
    ensure!(log == expected, "ana's page shows {log}");
    let own = ana
        .evaluate("[...lstMensajes.children].map((item) => item.matches('.mio'))")
        .await?;
    ensure!(own == json!([false, true, false]), "{own}");
    ana.set_size(360, 740).await?;
    let fits = ana
        .evaluate("document.documentElement.scrollWidth <= 360")
        .await?;
    ensure!(fits == json!(true), "the page is wider than a phone");
    let problems = ana.problems().await?;
    ensure!(problems.is_empty(), "{problems:?}");
    browser::expect_no_serious_fault(&ana).await
}

pub async fn enters_again_after_its_network_failed(chromium: &Chromium) -> Result {
    let server = servers::serve(&lessons::find("chat")?).await?;
    let guest = chromium.guest().await?;
    let ana = enter(&guest, &server.base, "ana").await?;
    people(&ana, &["ana"]).await?;
    let beto = enter(&guest, &server.base, "beto").await?;
    people(&ana, &["ana", "beto"]).await?;
    people(&beto, &["ana", "beto"]).await?;
    beto.evaluate("networkSwitch.cut()").await?;
    beto.is_offline().await?;
    people(&ana, &["ana"]).await?;
    beto.evaluate("networkSwitch.restore()").await?;
    people(&ana, &["ana", "beto"]).await?;
    people(&beto, &["ana", "beto"]).await?;
    let log = log(&ana).await?;
    let expected = json!(["beto comes in", "beto leaves", "beto is back"]);
    ensure!(log == expected, "ana's page shows {log}");
    Ok(())
}
