//! The page of the rooms: joining them, and choosing whom a message is for.

use anyhow::ensure;
use browser::{Chromium, Guest, Result, Tab};
use course::lessons;
use serde_json::json;
use wire::server::Server;

use crate::{
    chat::{log, people},
    panel, servers,
};

async fn serve() -> Result<Server> {
    servers::serve(&lessons::find("rooms")?).await
}

/// Opens the page, enters, and joins the room of the query if there's one.
async fn enter(guest: &Guest<'_>, server: &Server, query: &str) -> Result<Tab> {
    let tab = guest.open(&format!("{}/?{query}", server.base)).await?;
    tab.is_online().await?;
    tab.press("#txtNombre", "Enter").await?;
    tab.wait_until("lstSalas.children.length === 3").await?;
    Ok(tab)
}

/// A room's button, in JavaScript.
fn button(room: &str) -> String {
    format!("document.querySelector('#lstSalas [data-sala={room}] button')")
}

/// Waits until the page lists these members of the room `rust`, and none if it hasn't joined it.
async fn members(tab: &Tab, names: &str) -> Result {
    let pressed = !names.is_empty();
    tab.wait_until(&format!(
        "{button}.ariaPressed === '{pressed}' && {button}.nextElementSibling.textContent === '{names}'",
        button = button("rust")
    ))
    .await
}

/// Chooses whom the next messages are for, and sends one.
async fn send(tab: &Tab, to: &str, text: &str) -> Result {
    let choice = format!("[...selPara.options].find((option) => option.text === '{to}')");
    tab.wait_until(&choice).await?;
    tab.evaluate(&format!("{choice}.selected = true")).await?;
    tab.send(text).await
}

/// Waits until the log's last entry contains this string.
async fn last(tab: &Tab, text: &str) -> Result {
    tab.wait_until(&format!(
        "lstMensajes.lastElementChild?.textContent.includes('{text}')"
    ))
    .await
}

async fn shows(tab: &Tab, expected: &[&str]) -> Result {
    let log = log(tab).await?;
    ensure!(log == json!(expected), "the page shows {log}");
    Ok(())
}

pub async fn shows_each_message_to_those_it_is_for(chromium: &Chromium) -> Result {
    let server = serve().await?;
    let guest = chromium.guest().await?;
    let mut ana = enter(&guest, &server, "name=ana&room=rust").await?;
    let beto = enter(&guest, &server, "name=beto&room=rust").await?;
    let carla = enter(&guest, &server, "name=carla").await?;
    members(&ana, "ana, beto").await?;
    members(&carla, "").await?;
    send(&ana, "Room: rust", "uno").await?;
    send(&ana, "Private: beto", "dos").await?;
    send(&ana, "Everyone", "tres").await?;
    for tab in [&ana, &beto, &carla] {
        last(tab, "tres").await?;
    }
    shows(&carla, &["ana: tres"]).await?;
    let heard = [
        "carla comes in",
        "ana → rust: uno",
        "ana → you: dos",
        "ana: tres",
    ];
    shows(&beto, &heard).await?;
    let said = [
        "beto comes in",
        "carla comes in",
        "ana → rust: uno",
        "ana → beto: dos",
        "ana: tres",
    ];
    shows(&ana, &said).await?;
    for tab in [&ana, &beto] {
        let marked = tab
            .evaluate(
                "[...document.querySelectorAll('.privado > span')].map((text) => text.textContent)",
            )
            .await?;
        ensure!(marked == json!(["dos"]), "marked as private: {marked}");
    }
    ana.set_size(360, 740).await?;
    let fits = ana
        .evaluate("document.documentElement.scrollWidth <= 360")
        .await?;
    ensure!(fits == json!(true), "the page is wider than a phone");
    let problems = ana.problems().await?;
    ensure!(problems.is_empty(), "{problems:?}");
    browser::expect_no_serious_fault(&ana).await
}

pub async fn sends_nothing_to_everyone_that_was_for_one(chromium: &Chromium) -> Result {
    let server = serve().await?;
    let guest = chromium.guest().await?;
    let ana = enter(&guest, &server, "name=ana").await?;
    let beto = enter(&guest, &server, "name=beto").await?;
    let carla = enter(&guest, &server, "name=carla").await?;
    send(&ana, "Private: beto", "uno").await?;
    last(&beto, "uno").await?;
    beto.close().await?;
    people(&ana, &["ana", "carla"]).await?;
    ana.send("dos").await?;
    last(&ana, "(not sent: nobody here has this name)").await?;
    send(&ana, "Everyone", "tres").await?;
    last(&carla, "tres").await?;
    shows(&carla, &["beto leaves", "ana: tres"]).await
}

pub async fn joins_its_rooms_again_after_its_network_failed(chromium: &Chromium) -> Result {
    let server = serve().await?;
    let guest = chromium.guest().await?;
    let ana = enter(&guest, &server, "name=ana&room=rust").await?;
    let beto = enter(&guest, &server, "name=beto&room=rust").await?;
    members(&ana, "ana, beto").await?;
    beto.evaluate("networkSwitch.cut()").await?;
    beto.is_offline().await?;
    members(&ana, "ana").await?;
    beto.evaluate("networkSwitch.restore()").await?;
    for tab in [&ana, &beto] {
        members(tab, "ana, beto").await?;
    }
    send(&ana, "Room: rust", "hola").await?;
    last(&beto, "hola").await
}

pub async fn joins_and_leaves_a_room_with_the_keyboard(chromium: &Chromium) -> Result {
    let server = serve().await?;
    let guest = chromium.guest().await?;
    let ana = enter(&guest, &server, "name=ana").await?;
    let selector = "#lstSalas [data-sala=rust] button";
    ana.press(selector, "Enter").await?;
    members(&ana, "ana").await?;
    let has_focus = format!("document.activeElement === {}", button("rust"));
    ana.wait_until(&has_focus).await?;
    ana.press(selector, "Enter").await?;
    members(&ana, "").await?;
    ana.wait_until(&has_focus).await
}

pub async fn duo_joins_the_room_of_its_address(chromium: &Chromium) -> Result {
    let server = serve().await?;
    join_in_duo(chromium, &server.base).await
}

/// Opens two clients in one window, and waits until both are in the room.
pub async fn join_in_duo(chromium: &Chromium, page: &str) -> Result {
    let guest = chromium.guest().await?;
    let tab = guest
        .open(&format!("{page}/shared/duo.html?room=rust"))
        .await?;
    for name in ["ana", "beto"] {
        // Modules may still be loading when the page is.
        let ready = "querySelector('#txtNombre')?.value";
        panel::until(&tab, &format!("{}?.{ready}", panel::page(name))).await?;
        let enter = format!("{}.querySelector('#btnEntrar').click()", panel::page(name));
        tab.evaluate(&enter).await?;
    }
    for name in ["ana", "beto"] {
        let members = "querySelector('#lstSalas [data-sala=rust] span')?.textContent";
        let joined = format!("{}.{members} === 'ana, beto'", panel::page(name));
        panel::until(&tab, &joined).await?;
    }
    Ok(())
}
