//! `just watch`, with the pages that it announces.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::Path,
};

use anyhow::Context;
use browser::{Chromium, Result};
use course::lessons;
use workbook::{
    programs,
    watching::Watching,
    work::{Begin, create},
};

/// Every save, of the page and of the server, reloads the page and the window with two clients.
pub async fn reloads_its_pages_after_every_save(chromium: &Chromium) -> Result {
    let lesson = lessons::find("server-emit")?;
    let folder = tempfile::tempdir()?;
    let work = folder.path().join("work");
    create(&lesson, Begin::AsTheLesson, &work)?;
    // The page reconnects to the same port.
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port();
    // Building the copy removes the lesson's program, which other trials need. From here on they have their own.
    programs::program(&lesson);
    let program = programs::workbook();
    let mut watching = Watching::start(&program, &work, &lesson, &port.to_string())?;
    let invitation = watching.says("Open ").await?;
    let link = invitation.split_whitespace().nth(1).unwrap_or_default();

    let guest = chromium.guest().await?;
    let page = guest.open(link).await?;
    page.wait_until("document.querySelector('.wire-links > a')")
        .await?;
    let link = page
        .evaluate("document.querySelector('.wire-links > a').href")
        .await?;
    let duo = guest.open(link.as_str().unwrap_or_default()).await?;
    duo.click("#btnCarla").await?;

    let files = ["public/04-server-emit/index.html", "src/lib.rs"];
    for file in files.into_iter().cycle().take(8) {
        let (page, duo) = (page.next_load().await?, duo.next_load().await?);
        let path = work.join(file);
        append(
            &path,
            if file.ends_with("rs") {
                "\n// more\n"
            } else {
                "\n<!-- more -->\n"
            },
        )?;
        if file.ends_with("rs") {
            watching.says("Open ").await?;
        }
        page.await
            .with_context(|| format!("the page, after {file}"))?;
        duo.await
            .with_context(|| format!("the two clients, after {file}"))?;
    }
    duo.wait_until("document.querySelectorAll('iframe').length === 3")
        .await?;
    Ok(())
}

fn append(path: &Path, text: &str) -> Result {
    fs::write(path, fs::read_to_string(path)? + text)?;
    Ok(())
}
