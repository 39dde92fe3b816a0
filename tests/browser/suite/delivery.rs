//! Messages that are sent until they're answered, and shown once.

use anyhow::ensure;
use browser::{Chromium, Result, Tab};
use course::lessons;
use serde_json::json;
use wire::server::Server;

use crate::{namespaces::enter, servers};

/// Whether the page shows messages that haven't come back yet.
const PENDING: &str = "document.querySelector('#lstMensajes > .pendiente') !== null";

/// Starts the lesson's server, and returns it with the pages of ana and beto. They use WebSocket alone.
async fn serve(chromium: &Chromium) -> Result<(Server, Tab, Tab)> {
    let lesson = lessons::find("delivery")?;
    let server = servers::serve(&lesson).await?;
    let page = lesson.page(&server).await?;
    let ana = enter(&chromium.guest().await?, &page, "ana&transport=websocket").await?;
    let beto = enter(&chromium.guest().await?, &page, "beto&transport=websocket").await?;
    Ok((server, ana, beto))
}

/// Waits until the page shows these messages in this order, each with its author, and all of them have come back.
async fn shows(tab: &Tab, messages: &[&str]) -> Result {
    let messages = json!(messages);
    tab.wait_until(&format!(
        "!({PENDING}) && JSON.stringify([...document.querySelectorAll('#lstMensajes > .mensaje')].map((item) =>
            `${{item.querySelector('b').textContent}}: ${{item.querySelector('span').textContent}}`))
            === JSON.stringify({messages})"
    ))
    .await
}

/// The events `enviar-mensaje` that the page has sent.
async fn sent(tab: &Tab) -> Result<usize> {
    let frames = tab.frames().await?.into_iter();
    let sent = frames
        .filter(|(direction, frame)| direction == "sent" && frame.contains("\"enviar-mensaje\""));
    Ok(sent.count())
}

pub async fn keeps_what_is_typed_while_offline(chromium: &Chromium) -> Result {
    let (_server, ana, mut beto) = serve(chromium).await?;
    beto.evaluate("networkSwitch.cut()").await?;
    beto.is_offline().await?;
    beto.send("first").await?;
    beto.send("second").await?;
    beto.wait_until("document.querySelectorAll('#lstMensajes > .pendiente').length === 2")
        .await?;
    let style = "getComputedStyle(document.querySelector('#lstMensajes > .pendiente')).fontStyle";
    ensure!(beto.evaluate(style).await? == json!("italic"), "not italic");
    beto.set_size(360, 740).await?;
    browser::expect_no_serious_fault(&beto).await?;
    ana.send("meanwhile").await?;
    shows(&ana, &["ana: meanwhile"]).await?;
    beto.evaluate("networkSwitch.restore()").await?;
    for tab in [&ana, &beto] {
        shows(tab, &["ana: meanwhile", "beto: first", "beto: second"]).await?;
    }
    let problems = beto.problems().await?;
    ensure!(problems.is_empty(), "{problems:?}");
    Ok(())
}

/// The connection breaks after the message has left, and before its answer arrives.
pub async fn a_message_whose_answer_is_lost_is_shown_once(chromium: &Chromium) -> Result {
    let (_server, ana, beto) = serve(chromium).await?;
    ana.evaluate(
        "const { send } = WebSocket.prototype;
         WebSocket.prototype.send = function (data) {
           send.call(this, data);
           if (!String(data).includes('enviar-mensaje')) return;
           WebSocket.prototype.send = send;
           networkSwitch.cut();
         };
         0",
    )
    .await?;
    ana.send("hola").await?;
    shows(&beto, &["ana: hola"]).await?;
    ana.is_offline().await?;
    ana.wait_until(PENDING).await?;
    ana.evaluate("networkSwitch.restore()").await?;
    shows(&ana, &["ana: hola"]).await?;
    // By the time that this one arrives, the other has arrived again.
    ana.send("and then").await?;
    for tab in [&ana, &beto] {
        shows(tab, &["ana: hola", "ana: and then"]).await?;
    }
    let sent = sent(&ana).await?;
    ensure!(sent == 3, "ana's page has sent {sent} messages");
    Ok(())
}

/// As if the page had read so slowly that there was no room for the message in its buffer.
pub async fn fetches_a_message_that_it_has_missed(chromium: &Chromium) -> Result {
    let (_server, ana, beto) = serve(chromium).await?;
    ana.evaluate("networkSwitch.cut()").await?;
    ana.is_offline().await?;
    ana.evaluate(
        "const onmessage = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage');
         let isMissed = false;
         Object.defineProperty(WebSocket.prototype, 'onmessage', {
           set(listener) {
             onmessage.set.call(this, (event) => {
               if (isMissed || !event.data.includes('missed')) listener(event);
               else isMissed = true;
             });
           },
         });
         networkSwitch.restore()",
    )
    .await?;
    ana.is_online().await?;
    beto.send("missed").await?;
    shows(&beto, &["beto: missed"]).await?;
    beto.send("and then").await?;
    for tab in [&ana, &beto] {
        shows(tab, &["beto: missed", "beto: and then"]).await?;
    }
    let frames = ana.frames().await?.into_iter();
    let fetched = frames.filter(|(_, frame)| frame.contains("\"historial\""));
    ensure!(fetched.count() == 1, "the page has fetched nothing");
    Ok(())
}

/// The server would close the connection again and again, and the page send the message again and again.
pub async fn sends_nothing_that_is_too_long(chromium: &Chromium) -> Result {
    let (_server, ana, beto) = serve(chromium).await?;
    ana.send(&"ñ".repeat(100_000)).await?;
    ana.send("and then").await?;
    for tab in [&ana, &beto] {
        let cut = format!("ana: {}", "ñ".repeat(10_000));
        shows(tab, &[&cut, "ana: and then"]).await?;
    }
    let sent = sent(&ana).await?;
    ensure!(sent == 2, "ana's page has sent {sent} messages");
    Ok(())
}
