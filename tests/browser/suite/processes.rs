//! A page whose requests all go to the same process.

use anyhow::ensure;
use browser::{Chromium, Result, Tab};
use course::lessons;
use serde_json::Value;

use crate::{namespaces::enter, servers};

/// The keys in the addresses of all requests of Socket.IO that the page has sent.
async fn keys(tab: &Tab) -> Result<Vec<String>> {
    let keys = tab
        .evaluate(
            "performance.getEntriesByType('resource')
                .map(({ name }) => new URL(name))
                .filter(({ pathname }) => pathname === '/socket.io/')
                .map(({ searchParams }) => searchParams.get('key') ?? 'none')",
        )
        .await?;
    let keys = keys.as_array().map(Vec::as_slice).unwrap_or_default();
    let keys = keys.iter().filter_map(Value::as_str);
    Ok(keys.map(str::to_owned).collect())
}

pub async fn each_page_has_a_key_of_its_own_in_all_its_requests(chromium: &Chromium) -> Result {
    let lesson = lessons::find("processes")?;
    let server = servers::serve(&lesson).await?;
    let page = lesson.page(&server).await?;
    let ana = enter(&chromium.guest().await?, &page, "ana&transport=polling").await?;
    let beto = enter(&chromium.guest().await?, &page, "beto&transport=polling").await?;
    ana.send("hola").await?;
    beto.wait_until("document.querySelector('#lstMensajes').textContent.includes('hola')")
        .await?;
    let mut seen = Vec::new();
    for tab in [&ana, &beto] {
        let keys = keys(tab).await?;
        ensure!(keys.len() > 2, "the page has sent only {keys:?}");
        ensure!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
        ensure!(keys[0].len() > 16, "{:?} can be guessed", keys[0]);
        seen.push(keys[0].clone());
    }
    ensure!(seen[0] != seen[1], "both pages have the key {}", seen[0]);
    Ok(())
}
