//! The page whose messages outlive the process.

use anyhow::ensure;
use browser::{Chromium, Guest, Result, Tab};
use course::lessons;
use serde_json::json;
use wire::server::Server;

use crate::servers;

async fn serve() -> Result<Server> {
    servers::serve(&lessons::find("history")?).await
}

/// Opens the page, and enters.
async fn enter(guest: &Guest<'_>, server: &Server, name: &str) -> Result<Tab> {
    let tab = guest.open(&format!("{}/?name={name}", server.base)).await?;
    tab.press("#txtNombre", "Enter").await?;
    tab.is_online().await?;
    Ok(tab)
}

/// The messages on a page, with their authors and without the time.
const MESSAGES: &str = "JSON.stringify([...lstMensajes.querySelectorAll('.mensaje')].map((item) =>
    `${item.querySelector('b').textContent}: ${item.querySelector('span').textContent}`))";

/// Waits until the page shows exactly these messages.
async fn shows(tab: &Tab, messages: &[&str]) -> Result {
    let messages = json!(messages);
    tab.wait_until(&format!("{MESSAGES} === JSON.stringify({messages})"))
        .await
}

async fn is_fine_on_a_phone(tab: &mut Tab) -> Result {
    tab.set_size(360, 740).await?;
    let fits = tab.evaluate("document.documentElement.scrollWidth <= 360");
    ensure!(fits.await? == json!(true), "the page is wider than a phone");
    let problems = tab.problems().await?;
    ensure!(problems.is_empty(), "{problems:?}");
    browser::expect_no_serious_fault(tab).await
}

pub async fn shows_the_same_order_on_every_page(chromium: &Chromium) -> Result {
    let server = serve().await?;
    let ana = enter(&chromium.guest().await?, &server, "ana").await?;
    let beto = enter(&chromium.guest().await?, &server, "beto").await?;
    // Neither page has heard of the other's messages when it sends its own.
    let many = "for (let number = 1; number <= 20; number += 1) {
        txtMensaje.value = number;
        frmMensaje.requestSubmit();
    }";
    let (sent_by_ana, sent_by_beto) = tokio::join!(ana.evaluate(many), beto.evaluate(many));
    sent_by_ana?;
    sent_by_beto?;
    for tab in [&ana, &beto] {
        tab.wait_until("lstMensajes.querySelectorAll('.mensaje').length === 40")
            .await?;
    }
    let (order, other) = (
        ana.evaluate(MESSAGES).await?,
        beto.evaluate(MESSAGES).await?,
    );
    ensure!(order == other, "ana's page shows {order}, beto's {other}");
    for (tab, name) in [(&ana, "ana"), (&beto, "beto")] {
        let own = format!(
            "[...lstMensajes.querySelectorAll('.mensaje')].every((item) =>
                item.matches('.mio') === (item.querySelector('b').textContent === '{name}'))"
        );
        ensure!(tab.evaluate(&own).await? == json!(true), "{name}'s page");
    }
    Ok(())
}

pub async fn shows_earlier_messages_to_a_page_that_comes_later(chromium: &Chromium) -> Result {
    let server = serve().await?;
    let guest = chromium.guest().await?;
    let ana = enter(&guest, &server, "ana").await?;
    for text in ["hola", "¿hay alguien?"] {
        ana.send(text).await?;
    }
    let messages = ["ana: hola", "ana: ¿hay alguien?"];
    shows(&ana, &messages).await?;
    let mut beto = enter(&chromium.guest().await?, &server, "beto").await?;
    shows(&beto, &messages).await?;
    let loaded = ana.next_load().await?;
    ana.evaluate("location.reload()").await?;
    loaded.await?;
    ana.press("#txtNombre", "Enter").await?;
    ana.is_online().await?;
    beto.send("sí").await?;
    for tab in [&ana, &beto] {
        shows(tab, &["ana: hola", "ana: ¿hay alguien?", "beto: sí"]).await?;
    }
    is_fine_on_a_phone(&mut beto).await
}

pub async fn shows_what_it_has_missed_once(chromium: &Chromium) -> Result {
    for transport in ["websocket", "polling"] {
        let server = serve().await?;
        let ana = enter(&chromium.guest().await?, &server, "ana").await?;
        let query = format!("beto&transport={transport}");
        let beto = enter(&chromium.guest().await?, &server, &query).await?;
        ana.send("uno").await?;
        shows(&beto, &["ana: uno"]).await?;
        // Twice, since only the second time the page has got a number from a replay.
        let mut messages = vec!["ana: uno"];
        for missed in [["ana: dos", "ana: tres"], ["ana: cuatro", "ana: cinco"]] {
            beto.evaluate("networkSwitch.cut()").await?;
            beto.is_offline().await?;
            for message in missed {
                ana.send(message.trim_start_matches("ana: ")).await?;
            }
            messages.extend(missed);
            shows(&ana, &messages).await?;
            beto.evaluate("networkSwitch.restore()").await?;
            beto.is_online().await?;
            shows(&beto, &messages).await?;
        }
        ana.send("seis").await?;
        messages.push("ana: seis");
        for tab in [&ana, &beto] {
            shows(tab, &messages).await?;
        }
    }
    Ok(())
}
