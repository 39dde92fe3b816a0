//! Tests of every chapter.

use anyhow::{Context, bail};
use std::{fs, path::Path};

use browser::{Chromium, Result, Tab};
use serde_json::{Value, json};

use crate::reader::{NEXT_FRAME, expect};

/// The maximum size of a chapter with everything that it loads, in bytes, without the search index.
const WEIGHT: u64 = 400_000;

/// Opens a page and unfolds everything.
pub async fn open(chromium: &Chromium, folder: &Path, page: &str) -> Result<Tab> {
    let url = format!("file://{}", folder.join(page).display());
    let tab = chromium.guest().await?.open(&url).await?;
    unfold(&tab).await?;
    Ok(tab)
}

async fn unfold(tab: &Tab) -> Result {
    tab.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        .await?;
    Ok(())
}

/// Every check of a page, in one tab: to open a tab takes longer than most of them.
pub async fn is_good(chromium: &Chromium, folder: &Path, page: &str) -> Result {
    let url = format!("file://{}", folder.join(page).display());
    let mut tab = chromium.guest().await?.open(&url).await?;
    is_complete_on_paper(&tab).await?;
    unfold(&tab).await?;
    loads_little_and_only_its_own_files(&mut tab, folder, page).await?;
    // That page has the same chapters, and is too long for axe-core.
    if page != "print.html" {
        browser::expect_no_serious_fault(&tab).await?;
    }
    is_not_turned_by_arrow_keys(&tab).await?;
    fits_and_shows_where_code_goes_on(&tab).await
}

/// A page never scrolls sideways, and nobody takes a line that is cut off for a whole one.
async fn fits_and_shows_where_code_goes_on(tab: &Tab) -> Result {
    for width in [1280, 360] {
        tab.set_size(width, 800).await?;
        tab.evaluate(NEXT_FRAME).await?;
        let wide = tab
            .evaluate(
                "document.documentElement.scrollWidth <= innerWidth ? [] :
                   [...document.querySelectorAll('body *')]
                     .filter((element) => element.getBoundingClientRect().right > innerWidth
                       && !element.closest('pre, .table-wrapper'))
                     .map((element) => element.outerHTML.slice(0, 200))
                     .slice(0, 5).concat(String(document.documentElement.scrollWidth))",
            )
            .await?;
        if wide.as_array().is_none_or(|wide| !wide.is_empty()) {
            bail!("wider than {width}: {wide:#}");
        }
        let hidden = "[...document.querySelectorAll('.side pre')]
            .filter((code) => code.scrollWidth > code.clientWidth
              && getComputedStyle(code).backgroundImage === 'none')
            .map((code) => code.textContent.slice(0, 80))";
        expect(tab, hidden, json!([])).await?;
    }
    // At the end, nothing more follows.
    let ends = "[...document.querySelectorAll('.side pre')].forEach((code) => { code.scrollLeft = code.scrollWidth; })";
    tab.evaluate(ends).await?;
    tab.evaluate(NEXT_FRAME).await?;
    let after = "document.querySelector('.side .more-after')";
    expect(tab, after, Value::Null).await
}

async fn loads_little_and_only_its_own_files(tab: &mut Tab, folder: &Path, page: &str) -> Result {
    let here = format!("file://{}/", folder.display());
    let mut weight = 0;
    for url in tab.requests().await? {
        let file = url.strip_prefix(&here);
        let file = file.with_context(|| format!("the page asks for {url}"))?;
        let file = file.split(['?', '#']).next().unwrap_or(file);
        let bytes = fs::metadata(folder.join(file))?.len();
        if !file.ends_with("searchindex.js") {
            weight += bytes;
        }
    }
    let problems = tab.problems().await?;
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    // The page with all chapters may be larger.
    if weight > WEIGHT && page != "print.html" {
        bail!("the page weighs {weight} bytes");
    }
    println!("{page}: {weight} bytes");
    Ok(())
}

async fn is_not_turned_by_arrow_keys(tab: &Tab) -> Result {
    let place = "location.href";
    let before = tab.evaluate(place).await?;
    for key in ["ArrowLeft", "ArrowRight"] {
        tab.press("main", key).await?;
        let after = tab.evaluate(place).await?;
        if before != after {
            bail!("{key} leads from {before} to {after}");
        }
    }
    Ok(())
}

/// With everything still folded.
async fn is_complete_on_paper(tab: &Tab) -> Result {
    tab.set_print(true).await?;
    // Folded content is laid out in the next frame.
    tab.evaluate(
        "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(0))))",
    )
    .await?;
    let missing = tab
        .evaluate(
            "[...document.querySelectorAll('main details > :not(summary)')]
               .filter((element) => !element.checkVisibility({ contentVisibilityAuto: true }))
               .concat([...document.querySelectorAll('.bar, #contents, .turn')]
                 .filter((element) => element.checkVisibility()))
               .map((element) => element.outerHTML.slice(0, 200)).slice(0, 5)",
        )
        .await?;
    if missing.as_array().is_none_or(|missing| !missing.is_empty()) {
        bail!("missing or superfluous on paper: {missing:#}");
    }
    tab.set_print(false).await
}
