//! Checks each page with axe-core, light and dark.

use browser::{Chromium, Result};
use course::lessons::{self, Lesson};

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
    let server = servers::serve(lesson).await?;
    let tab = chromium
        .guest()
        .await?
        .open(&format!("{}{path}", lesson.page(&server).await?))
        .await?;
    tab.wait_until(ready).await?;
    if path == "/" && lesson.includes("connect") {
        // Some pages connect only once somebody has entered.
        tab.wait_until("!lblOnline.hidden || document.querySelector('#frmEntrar')")
            .await?;
    }
    browser::expect_no_serious_fault(&tab).await
}
