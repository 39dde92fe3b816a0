//! The page about a class, as an instructor projects it.

use std::fs;

use anyhow::ensure;
use axum::{Router, response::Html, routing::get};
use browser::{Chromium, Result, Tab};
use class::{report::page::page, results::Class};
use course::lessons::root;
use serde_json::json;

use crate::servers::serve_router;

/// Everything that a reader, a pointer or a screen reader finds on the page.
const FOUND: &str = "[
    document.title,
    document.body.innerText,
    ...[...document.querySelectorAll('*')].flatMap((element) =>
      ['title', 'aria-label', 'alt'].map((name) => element.getAttribute(name) ?? '')),
  ].join('\\n')";

/// Reads the small class that the reports' tests use.
fn class() -> Result<Class> {
    let text = fs::read_to_string(root().join("tests/class/fixture/class.json"))?;
    Ok(serde_json::from_str(&text)?)
}

/// Serves the class's page, and returns its URL.
async fn serve(class: &Class) -> Result<String> {
    let page = page(class);
    serve_router(Router::new().route("/", get(async || Html(page)))).await
}

/// The names of the class that the page shows. Its details are unfolded.
async fn shown(tab: &Tab, class: &Class) -> Result<Vec<String>> {
    tab.evaluate(
        "document.querySelectorAll('details').forEach((details) => { details.open = true; })",
    )
    .await?;
    let found = tab.evaluate(FOUND).await?;
    let found = found.as_str().unwrap_or_default();
    let students = class.students.iter().map(|student| &student.name);
    let names = students.chain(&class.unknown).cloned();
    Ok(names.filter(|name| found.contains(name)).collect())
}

/// Checks that only the table scrolls sideways.
async fn fits(tab: &Tab) -> Result {
    for (width, height) in [(1280, 720), (360, 740)] {
        tab.set_size(width, height).await?;
        let page = tab
            .evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            .await?;
        ensure!(
            page == json!(0),
            "at {width} px, the page is {page} px too wide"
        );
        let region = tab
            .evaluate("(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)(document.querySelector('[role=region]'))")
            .await?;
        ensure!(
            region == json!(width == 360),
            "at {width} px, the table scrolls: {region}"
        );
    }
    tab.set_size(1280, 720).await
}

pub async fn is_accessible_and_requests_nothing(chromium: &Chromium) -> Result {
    let class = class()?;
    let url = serve(&class).await?;
    let mut tab = chromium.guest().await?.open(&url).await?;
    for pressed in [false, true] {
        tab.wait_until(&format!(
            "document.querySelector('#hide[aria-pressed={pressed}]')"
        ))
        .await?;
        // With everything unfolded.
        let names = shown(&tab, &class).await?;
        ensure!(
            names.is_empty() == pressed,
            "pressed: {pressed}, but the page shows {names:?}"
        );
        browser::expect_no_serious_fault(&tab).await?;
        fits(&tab).await?;
        tab.click("#hide").await?;
    }
    let requests = tab.requests().await?;
    ensure!(
        requests == [format!("{url}/")],
        "the page has requested {requests:?}"
    );
    let problems = tab.problems().await?;
    ensure!(problems.is_empty(), "{problems:?}");
    Ok(())
}

pub async fn hides_every_name_until_told_otherwise(chromium: &Chromium) -> Result {
    let class = class()?;
    let url = serve(&class).await?;
    let guest = chromium.guest().await?;
    let tab = guest.open(&url).await?;
    let all = class.students.len() + class.unknown.len();
    ensure!(shown(&tab, &class).await?.len() == all, "a name is missing");
    tab.press("#hide", "Enter").await?;
    tab.wait_until("location.hash === '#hidden'").await?;
    let names = shown(&tab, &class).await?;
    ensure!(names.is_empty(), "the page still shows {names:?}");
    tab.wait_until("document.body.innerText.includes('student 12')")
        .await?;

    let loaded = tab.next_load().await?;
    tab.evaluate("location.reload()").await?;
    loaded.await?;
    let names = shown(&tab, &class).await?;
    ensure!(names.is_empty(), "after a reload, the page shows {names:?}");
    tab.press("#hide", "Enter").await?;
    tab.wait_until("location.hash === '' && document.querySelector('#hide[aria-pressed=false]')")
        .await?;
    ensure!(shown(&tab, &class).await?.len() == all, "a name is missing");
    Ok(())
}

pub async fn never_shows_a_name_when_opened_hidden(chromium: &Chromium) -> Result {
    let class = class()?;
    // A script that looks as soon as the table is there. The page's own policy wouldn't let it run.
    let probe = "</table><script>window.seen = document.body.innerText;</script>";
    let page = page(&class).replace("</table>", probe);
    let page = page.replace("Content-Security-Policy", "ignored");
    let url = serve_router(Router::new().route("/", get(async || Html(page)))).await?;
    let tab = chromium
        .guest()
        .await?
        .open(&format!("{url}/#hidden"))
        .await?;
    let seen = tab.evaluate("window.seen").await?;
    let seen = seen.as_str().unwrap_or_default();
    ensure!(seen.contains("student 12"), "too early: {seen}");
    let name = class
        .students
        .iter()
        .find(|student| seen.contains(&student.name));
    ensure!(name.is_none(), "the page begins with {seen}");
    Ok(())
}

pub async fn is_reached_with_the_keyboard(chromium: &Chromium) -> Result {
    let class = class()?;
    let url = serve(&class).await?;
    let tab = chromium.guest().await?.open(&url).await?;
    tab.set_size(360, 740).await?;
    let mut reached = Vec::new();
    for _ in 0..3 {
        tab.press(":focus, body", "Tab").await?;
        reached.push(
            tab.evaluate("document.activeElement.role || document.activeElement.localName")
                .await?,
        );
    }
    ensure!(
        reached == ["button", "region", "summary"],
        "Tab reaches {reached:?}"
    );
    tab.press(":focus", "Enter").await?;
    tab.wait_until("document.activeElement.parentElement.open")
        .await?;
    tab.press("[role=region]", "ArrowRight").await?;
    let scrolled = "new Promise((resolve) => {
        const region = document.querySelector('[role=region]');
        const check = () => region.scrollLeft > 0 ? resolve(true) : requestAnimationFrame(check);
        check();
      })";
    tab.evaluate(scrolled).await?;
    Ok(())
}
