//! The pages that come with exercises, on our solutions.

use anyhow::ensure;
use browser::{Chromium, Result};
use serde_json::json;

use crate::servers;

pub async fn the_chat_reaches_every_tab(chromium: &Chromium) -> Result {
    let chat = servers::solve("nuevo_mensaje").await?;
    let base = &chat.server.base;
    let guest = chromium.guest().await?;
    let (ana, mut beto) = (guest.open(base).await?, guest.open(base).await?);
    ana.is_online().await?;
    beto.is_online().await?;
    ana.send("hola").await?;
    ana.write("#txtMensaje", "<b>¿qué tal?</b>").await?;
    ana.click("#btnEnviar").await?;
    for tab in [&ana, &beto] {
        tab.wait_until("lstMensajes.children.length === 2").await?;
        let messages = tab.messages().await?;
        ensure!(
            messages == json!(["hola", "<b>¿qué tal?</b>"]),
            "{messages}"
        );
    }
    let frames = beto.frames().await?;
    let arrived = r#"42["nuevo mensaje","hola"]"#;
    ensure!(
        frames.iter().any(|(_, frame)| frame == arrived),
        "{frames:?}"
    );
    let problems = beto.problems().await?;
    ensure!(problems.is_empty(), "{problems:?}");
    browser::expect_no_serious_fault(&ana).await
}

pub async fn the_chart_draws_what_is_pushed_and_what_is_polled(chromium: &Chromium) -> Result {
    let chart = servers::solve("live_chart").await?;
    let mut tab = chromium.guest().await?.open(&chart.server.base).await?;
    tab.is_online().await?;
    for way in ["Pushed", "Polled"] {
        tab.wait_until(&format!(
            "Number(num{way}.textContent) > 2 && lin{way}.hasAttribute('d')"
        ))
        .await?;
    }
    let problems = tab.problems().await?;
    ensure!(problems.is_empty(), "{problems:?}");
    browser::expect_no_serious_fault(&tab).await
}
