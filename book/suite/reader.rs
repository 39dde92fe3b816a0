//! Tests of what a reader does with the pages.

use anyhow::{Context, bail};
use std::{fs::File, path::Path, process::Stdio, time::SystemTime};

use browser::{Chromium, Result, Tab};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

use crate::chapter::open;

/// A promise that resolves once the page is laid out again.
pub const NEXT_FRAME: &str = "new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(() => setTimeout(resolve)))))";

/// A chapter with code, a diff and something folded.
fn chapter(folder: &Path) -> Result<String> {
    let mut pages = book::pages::files(folder, "html")?.into_iter();
    let chapter = pages.find(|page| page.starts_with("lessons/05"));
    chapter.context("lesson 05 has no chapter")
}

pub async fn expect(tab: &Tab, expression: &str, expected: Value) -> Result {
    let value = tab.evaluate(expression).await?;
    if value == expected {
        return Ok(());
    }
    bail!("{expression} is {value}, not {expected}")
}

pub async fn searches_a_book_in_a_folder(chromium: &Chromium, folder: &Path, _: &str) -> Result {
    let tab = open(chromium, folder, &chapter(folder)?).await?;
    tab.press("main", "s").await?;
    expect(&tab, "document.activeElement.id", json!("mdbook-content")).await?;
    tab.press("main", "/").await?;
    tab.wait_until("document.activeElement.id === 'mdbook-searchbar'")
        .await?;
    tab.write("#mdbook-searchbar", "acknowledgement").await?;
    tab.press("#mdbook-searchbar", "Shift").await?;
    tab.wait_until("document.querySelectorAll('#mdbook-searchresults > li > a').length > 1")
        .await?;
    browser::expect_no_serious_fault(&tab).await?;
    let loaded = tab.next_load().await?;
    tab.evaluate("document.querySelector('#mdbook-searchresults a').click()")
        .await?;
    loaded.await?;
    tab.wait_until("document.querySelector('main mark')").await
}

pub async fn copies_code_without_signs(chromium: &Chromium, folder: &Path, _: &str) -> Result {
    let tab = open(chromium, folder, &chapter(folder)?).await?;
    tab.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
        .await?;
    tab.evaluate(
        "[...document.querySelectorAll('#diff ~ details figure.diff')]
           .find((diff) => diff.querySelector('figcaption').textContent.includes('src/lib.rs'))
           .querySelector('.copy').click()",
    )
    .await?;
    tab.wait_until(
        "[...document.querySelectorAll('.copy')].some((button) => button.textContent === 'Copied')",
    )
    .await?;
    let copied = tab.evaluate("copied").await?;
    let copied = copied.as_str().unwrap_or_default();
    let lesson = std::fs::read_to_string(course::lessons::find("05")?.folder().join("src/lib.rs"))?;
    let stranger = copied
        .lines()
        .find(|line| !lesson.lines().any(|other| other == *line));
    match stranger {
        None if copied.lines().count() > 20 => Ok(()),
        None => bail!("not enough was copied: {copied}"),
        Some(line) => bail!("lesson 05 has no line `{line}`"),
    }
}

pub async fn chooses_colours(chromium: &Chromium, folder: &Path, _: &str) -> Result {
    let paper = "getComputedStyle(document.body).backgroundColor";
    let (light, dark) = (json!("rgb(255, 255, 255)"), json!("rgb(33, 37, 41)"));
    let tab = open(chromium, folder, "index.html").await?;
    tab.set_dark(true).await?;
    expect(&tab, paper, dark.clone()).await?;
    tab.set_dark(false).await?;
    expect(&tab, paper, light.clone()).await?;
    tab.evaluate("scheme.value = 'dark'; scheme.dispatchEvent(new Event('change')); 0")
        .await?;
    expect(&tab, paper, dark.clone()).await?;
    // The choice is remembered: light, even for a reader whose system is dark.
    tab.evaluate("scheme.value = 'light'; scheme.dispatchEvent(new Event('change')); 0")
        .await?;
    tab.set_dark(true).await?;
    expect(&tab, paper, light).await
}

pub async fn hides_the_contents(chromium: &Chromium, folder: &Path, _: &str) -> Result {
    let tab = open(chromium, folder, &chapter(folder)?).await?;
    let state =
        "[contents.checkVisibility(), document.getElementById('contents-toggle').ariaExpanded]";
    for (width, before, after) in [
        (1280, json!([true, "true"]), json!([false, "false"])),
        (360, json!([false, "false"]), json!([true, "true"])),
    ] {
        tab.set_size(width, 800).await?;
        tab.evaluate(NEXT_FRAME).await?;
        expect(&tab, state, before).await?;
        tab.click("#contents-toggle").await?;
        expect(&tab, state, after).await?;
    }
    Ok(())
}

pub async fn follows_a_link_into_a_fold(chromium: &Chromium, folder: &Path, _: &str) -> Result {
    let url = format!("file://{}", folder.join(chapter(folder)?).display());
    let tab = chromium.guest().await?.open(&url).await?;
    tab.evaluate("document.querySelector('details.instructor').firstElementChild.nextElementSibling.id = 'inside'; location.hash = 'inside'; 0")
        .await?;
    tab.wait_until("document.querySelector('details.instructor').open")
        .await?;
    // Its heading leads into it, too.
    tab.evaluate("document.querySelector('details.instructor').open = false; location.hash = 'instructor'; 0")
        .await?;
    tab.wait_until("document.querySelector('details.instructor').open")
        .await
}

/// On a phone, too, and in the middle of a long chart.
pub async fn sees_whose_lifeline_it_is(chromium: &Chromium, folder: &Path, _: &str) -> Result {
    let tab = open(chromium, folder, "lessons/06-broadcast.html").await?;
    tab.set_size(360, 500).await?;
    tab.evaluate("scrollTo({ top: document.querySelector('.chart').getBoundingClientRect().top + scrollY + 200, behavior: 'instant' })")
        .await?;
    tab.evaluate(NEXT_FRAME).await?;
    let seen = "[...document.querySelectorAll('.chart')[0].querySelectorAll('.names > b')]
        .filter((name) => {
          const range = document.createRange();
          range.selectNodeContents(name);
          const { left, right, top, bottom } = range.getBoundingClientRect();
          const shown = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
          return left >= 0 && right <= innerWidth && shown?.closest('.names');
        }).map((name) => name.textContent)";
    expect(&tab, seen, json!(["ana", "beto", "carla", "server"])).await
}

/// `just book` on a port of its own; a file is saved, and the page loads what was built.
pub async fn sees_what_was_saved(chromium: &Chromium, _: &Path, _: &str) -> Result {
    let mut serving = Command::new(env!("CARGO_BIN_EXE_book"))
        .args(["serve", "--port", "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let output = serving.stdout.take().context("nothing is printed")?;
    let mut lines = BufReader::new(output).lines();
    let address = loop {
        let line = lines.next_line().await?.context("it exited")?;
        if let Some(line) = line.strip_prefix("Open ") {
            break line.split(' ').next().unwrap_or_default().to_owned();
        }
    };
    let tab = chromium.guest().await?.open(&address).await?;
    let loaded = tab.next_load().await?;
    // Saved without a change.
    let saved = course::lessons::root().join("book/theme/book.js");
    let saved = File::options().append(true).open(saved)?;
    saved.set_modified(SystemTime::now())?;
    loaded.await
}
