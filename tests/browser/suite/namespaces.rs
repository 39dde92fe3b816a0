//! The admin's page, on a namespace of its own, beside the chat.

use anyhow::ensure;
use browser::{Chromium, Guest, Result, Tab};
use course::lessons;
use serde_json::json;
use wire::server::ADMIN_TOKEN;

use crate::servers;

/// Opens the chat's page, which joins the room `rust` once it has entered.
pub async fn enter(guest: &Guest<'_>, base: &str, name: &str) -> Result<Tab> {
    let tab = guest
        .open(&format!("{base}/?name={name}&room=rust"))
        .await?;
    // Modules may still be loading when the page is.
    tab.wait_until("txtNombre.value !== ''").await?;
    tab.press("#txtNombre", "Enter").await?;
    tab.wait_until(IN_RUST).await?;
    Ok(tab)
}

/// Whether the chat's page shows that it's in the room `rust`.
pub const IN_RUST: &str =
    "document.querySelector('#lstSalas > [data-sala=rust] > [aria-pressed=true]') !== null";

/// Opens the admin's page, with a switch for its network, and gives it a token.
async fn open_admin(guest: &Guest<'_>, base: &str, token: &str) -> Result<Tab> {
    let tab = guest.open(&format!("{base}/admin.html?name=carla")).await?;
    tab.write("#txtToken", token).await?;
    tab.press("#txtToken", "Enter").await?;
    Ok(tab)
}

/// Waits until the admin's page says how many clients there are, and how many of them are in the room `rust`.
pub async fn figures(tab: &Tab, clients: u64, rust: u64) -> Result {
    tab.wait_until(&format!(
        "numClientes.textContent === '{clients}'
         && tblSalas.querySelector('[data-sala=rust] td').textContent === '{rust}'"
    ))
    .await
}

pub async fn says_why_an_admin_is_refused(chromium: &Chromium) -> Result {
    let server = servers::serve(&lessons::find("namespaces")?).await?;
    let guest = chromium.guest().await?;
    let admin = open_admin(&guest, &server.base, "a token that is wrong").await?;
    admin
        .wait_until("lblError.textContent === 'invalid token' && secCifras.hidden")
        .await?;
    admin.evaluate("txtToken.value = ''").await?;
    admin.write("#txtToken", ADMIN_TOKEN).await?;
    admin.press("#txtToken", "Enter").await?;
    admin.is_online().await?;
    admin
        .wait_until("lblError.textContent === '' && frmToken.hidden && document.activeElement === ttlCifras")
        .await
}

pub async fn shows_figures_as_they_change(chromium: &Chromium) -> Result {
    let server = servers::serve(&lessons::find("namespaces")?).await?;
    let guest = chromium.guest().await?;
    let mut admin = open_admin(&guest, &server.base, ADMIN_TOKEN).await?;
    figures(&admin, 0, 0).await?;
    let ana = enter(&guest, &server.base, "ana").await?;
    figures(&admin, 1, 1).await?;
    admin
        .wait_until("ttlMensajes.textContent === 'Messages per second, as a line. Now 0, at most 0 in the last minute'")
        .await?;
    ana.send("hola").await?;
    admin
        .wait_until("ttlMensajes.textContent.endsWith('Now 1, at most 1 in the last minute')")
        .await?;
    // A screen reader reads the chart if it's asked to, and not each second.
    let is_quiet = admin
        .evaluate(
            "secCifras.closest('[aria-live], [role=status], [role=log], [role=alert]') === null",
        )
        .await?;
    ensure!(is_quiet == json!(true), "the figures are read each second");
    admin.set_size(360, 740).await?;
    let fits = admin
        .evaluate("document.documentElement.scrollWidth <= 360")
        .await?;
    ensure!(fits == json!(true), "the page is wider than a phone");
    let problems = admin.problems().await?;
    ensure!(problems.is_empty(), "{problems:?}");
    browser::expect_no_serious_fault(&admin).await
}

pub async fn empties_a_room_with_the_keyboard(chromium: &Chromium) -> Result {
    let server = servers::serve(&lessons::find("namespaces")?).await?;
    let guest = chromium.guest().await?;
    let ana = enter(&guest, &server.base, "ana").await?;
    let admin = open_admin(&guest, &server.base, ADMIN_TOKEN).await?;
    figures(&admin, 1, 1).await?;
    admin.press("#ttlCifras", "Tab").await?;
    let focused = "document.activeElement.textContent === 'Empty general'";
    admin.wait_until(focused).await?;
    ana.send("hola").await?;
    admin
        .wait_until("ttlMensajes.textContent.includes('Now 1')")
        .await?;
    let kept = admin.evaluate(focused).await?;
    ensure!(kept == json!(true), "the figures have taken the focus");
    admin
        .press("#tblSalas [data-sala=rust] button", "Enter")
        .await?;
    ana.wait_until(&format!("!({IN_RUST})")).await?;
    figures(&admin, 1, 0).await?;
    // The panel says which namespace a frame belongs to.
    for expected in [
        "connect to /admin",
        "connected to /admin",
        "event cifras in /admin",
        "event vaciar in /admin, asks for acknowledgement 0",
        "acknowledgement 0 in /admin",
    ] {
        admin
            .wait_until(&format!(
                "[...document.querySelectorAll('.wire-words')].some((words) => words.textContent === '{expected}')"
            ))
            .await?;
    }
    Ok(())
}

pub async fn an_admin_is_back_after_its_network_failed(chromium: &Chromium) -> Result {
    let server = servers::serve(&lessons::find("namespaces")?).await?;
    let guest = chromium.guest().await?;
    let admin = open_admin(&guest, &server.base, ADMIN_TOKEN).await?;
    figures(&admin, 0, 0).await?;
    admin.evaluate("networkSwitch.cut()").await?;
    admin.is_offline().await?;
    let _ana = enter(&guest, &server.base, "ana").await?;
    admin.evaluate("networkSwitch.restore()").await?;
    admin.is_online().await?;
    figures(&admin, 1, 1).await
}
