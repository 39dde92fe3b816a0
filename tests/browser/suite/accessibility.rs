//! Each page, light and dark, as axe-core sees it.

use std::fs;

use browser::{Chromium, Result};
use contract::lessons::{self, Lesson};
use serde_json::Value;

use crate::servers;

pub async fn has_no_serious_fault(chromium: &Chromium, lesson: &Lesson) -> Result {
    check(chromium, lesson, "/", "document.readyState === 'complete'").await
}

pub async fn duo_has_no_serious_fault(chromium: &Chromium) -> Result {
    let lesson = lessons::find("broadcast")?;
    let ready = "document.querySelectorAll('iframe').length === 2";
    check(chromium, &lesson, "/shared/duo.html", ready).await
}

async fn check(chromium: &Chromium, lesson: &Lesson, path: &str, ready: &str) -> Result {
    let axe = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/node_modules/axe-core/axe.min.js"
    );
    let axe = fs::read_to_string(axe)
        .map_err(|_| "axe-core is missing: run `npm ci` in tests/browser")?;
    let base = servers::serve(lesson).await?;
    let tab = chromium
        .guest()
        .await?
        .open(&format!("{base}{path}"))
        .await?;
    tab.wait_until(ready).await?;
    if path == "/" && lesson.number >= 2 {
        tab.is_online().await?;
    }
    tab.evaluate(&format!("{axe}; 0")).await?;
    for dark in [false, true] {
        tab.set_dark(dark).await?;
        let faults = tab
            .evaluate(
                "axe.run().then(({ violations }) => violations
                   .filter(({ impact }) => impact === 'serious' || impact === 'critical')
                   .map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => node.html) })))",
            )
            .await?;
        if faults != Value::Array(Vec::new()) {
            return Err(format!("dark: {dark}, axe-core finds: {faults:#}").into());
        }
    }
    Ok(())
}
