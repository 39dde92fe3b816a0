//! Readings on the chat's page, written by another process.

use anyhow::ensure;
use browser::{Chromium, Guest, Result, Tab};
use course::lessons;
use serde_json::json;
use tokio::process::Command;
use wire::server::Server;
use workbook::programs::{run_to_end, sensor};

use crate::{namespaces::enter, servers};

/// Starts the lesson's server, and returns it with ana's page.
async fn serve(guest: &Guest<'_>) -> Result<(Server, Tab)> {
    let lesson = lessons::find("live-data")?;
    let server = servers::serve(&lesson).await?;
    let ana = enter(guest, &lesson.page(&server).await?, "ana").await?;
    Ok((server, ana))
}

/// Writes a temperature with the sensor.
async fn sense(server: &Server, value: &str) -> Result {
    let mut command = Command::new(sensor());
    command.env("DATABASE", &server.database).arg(value);
    let written = run_to_end(command).await?;
    ensure!(written.status.success(), "{written:?}");
    Ok(())
}

/// Waits until the page shows this temperature.
async fn shows(tab: &Tab, value: &str) -> Result {
    let shown = format!("txtLectura.textContent === '{value} °C'");
    tab.wait_until(&shown).await
}

async fn is_fine_on_a_phone(tab: &mut Tab) -> Result {
    tab.set_size(360, 740).await?;
    let fits = tab.evaluate("document.documentElement.scrollWidth <= 360");
    ensure!(fits.await? == json!(true), "the page is wider than a phone");
    let problems = tab.problems().await?;
    ensure!(problems.is_empty(), "{problems:?}");
    browser::expect_no_serious_fault(tab).await
}

pub async fn draws_the_last_minute(chromium: &Chromium) -> Result {
    let guest = chromium.guest().await?;
    let (server, mut ana) = serve(&guest).await?;
    let title = "Temperature, as a line.";
    ana.wait_until(&format!(
        "ttlLecturas.textContent === '{title} No reading in the last minute' && linLecturas.points.length === 0"
    ))
    .await?;
    for value in ["21.5", "24", "-3.5"] {
        sense(&server, value).await?;
        shows(&ana, value).await?;
    }
    // The last temperature holds until now.
    ana.wait_until(&format!(
        "ttlLecturas.textContent === '{title} From -3.5 to 24 °C in the last minute' && linLecturas.points.length === 4"
    ))
    .await?;
    let line = "[...linLecturas.points].every(({ x, y }, index, all) =>
        x > 0 && x <= 60 && y >= 1 && y <= 19 && (index === 0 || x > all[index - 1].x))";
    ensure!(ana.evaluate(line).await? == json!(true), "not a line");
    // The line moves on, although nothing is written.
    let first = ana.evaluate("linLecturas.points[0].x").await?;
    ana.wait_until(&format!("linLecturas.points[0].x < {first}"))
        .await?;
    // A screen reader reads the chart and the temperature if it's asked to, and not each time.
    let is_quiet = "[grfLecturas, txtLectura, txtMinuto].every((element) =>
        element.closest('[aria-live], [role=status], [role=log], [role=alert], output') === null)";
    ensure!(
        ana.evaluate(is_quiet).await? == json!(true),
        "the readings are read each time"
    );
    is_fine_on_a_phone(&mut ana).await
}

pub async fn raises_an_alarm_on_every_page(chromium: &Chromium) -> Result {
    let guest = chromium.guest().await?;
    let (server, mut ana) = serve(&guest).await?;
    let page = lessons::find("live-data")?.page(&server).await?;
    let beto = enter(&guest, &page, "beto").await?;
    let alarm = "lblAlarma.textContent === 'Alarm: the temperature is too high.'";
    let is_alert = "lblAlarma.textContent === '' && lblAlarma.getAttribute('role') === 'alert'";
    ana.wait_until(is_alert).await?;
    sense(&server, "31.5").await?;
    for tab in [&ana, &beto] {
        shows(tab, "31.5").await?;
        tab.wait_until(alarm).await?;
    }
    // As long as the alarm lasts, it isn't read aloud again.
    ana.evaluate("window.said = lblAlarma.firstChild; 0")
        .await?;
    sense(&server, "45").await?;
    shows(&ana, "45").await?;
    ana.wait_until(&format!("{alarm} && lblAlarma.firstChild === window.said"))
        .await?;
    is_fine_on_a_phone(&mut ana).await?;
    sense(&server, "29.5").await?;
    for tab in [&ana, &beto] {
        shows(tab, "29.5").await?;
        tab.wait_until("lblAlarma.textContent === ''").await?;
    }
    Ok(())
}
