//! A person types, and the others see it.

use anyhow::bail;
use browser::{Chromium, Result, Tab};
use course::lessons::Lesson;
use serde_json::{Value, json};

use crate::servers;

/// The payloads that the page has sent, read from its panel.
async fn sent(tab: &Tab) -> Result<Vec<Value>> {
    let mut sent = Vec::new();
    for (direction, frame) in tab.frames().await? {
        if let (true, Some(start)) = (direction == "sent", frame.find('[')) {
            let arguments: Value = serde_json::from_str(&frame[start..])?;
            sent.push(arguments[1]["mensaje"].clone());
        }
    }
    Ok(sent)
}

pub async fn sends_with_enter_and_with_the_button(chromium: &Chromium, lesson: &Lesson) -> Result {
    let server = servers::serve(lesson).await?;
    let tab = chromium.guest().await?.open(&server.base).await?;
    tab.is_online().await?;
    tab.write("#txtMensaje", "con Enter").await?;
    tab.press("#txtMensaje", "Enter").await?;
    tab.wait_until("txtMensaje.value === ''").await?;
    tab.write("#txtMensaje", "con el botón").await?;
    tab.click("#btnEnviar").await?;
    tab.wait_until("txtMensaje.value === ''").await?;
    tab.settle().await?;
    expect(
        &sent(&tab).await?,
        &[json!("con Enter"), json!("con el botón")],
    )
}

pub async fn does_not_send_an_empty_message(chromium: &Chromium, lesson: &Lesson) -> Result {
    let server = servers::serve(lesson).await?;
    let tab = chromium.guest().await?.open(&server.base).await?;
    tab.is_online().await?;
    tab.press("#txtMensaje", "Enter").await?;
    tab.click("#btnEnviar").await?;
    tab.write("#txtMensaje", "   ").await?;
    tab.press("#txtMensaje", "Enter").await?;
    tab.settle().await?;
    expect(&sent(&tab).await?, &[])
}

pub async fn lists_any_text_as_text(chromium: &Chromium, lesson: &Lesson) -> Result {
    let server = servers::serve(lesson).await?;
    let base = &server.base;
    let guest = chromium.guest().await?;
    let (ana, mut beto) = (guest.open(base).await?, guest.open(base).await?);
    ana.is_online().await?;
    beto.is_online().await?;
    let texts = [
        "mañana será otro día",
        "👋🏽 👩‍👩‍👧",
        "שלום, مرحبا",
        "<img src=x onerror=alert(1)>",
        "</li><script>alert(1)</script>&amp;",
    ];
    for text in texts {
        ana.send(text).await?;
    }
    beto.wait_until(&format!("lstMensajes.children.length === {}", texts.len()))
        .await?;
    expect(&[beto.messages().await?], &[json!(texts)])?;
    let elements = beto
        .evaluate("lstMensajes.querySelectorAll('li *').length")
        .await?;
    expect(&[elements], &[json!(0)])?;
    expect(&beto.problems().await?, &[])
}

fn expect<T: PartialEq + std::fmt::Debug>(actual: &[T], expected: &[T]) -> Result {
    if actual == expected {
        Ok(())
    } else {
        bail!("expected {expected:?}, but got {actual:?}")
    }
}
