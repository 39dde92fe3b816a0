//! The wire panel, and two clients side by side.

use anyhow::{Context, bail};
use browser::{Chromium, Result};
use course::{lessons, scene::Scene};
use serde_json::{Value, json};
use wire::connection::Transport;

use crate::servers;

pub async fn shows_the_upgrade(chromium: &Chromium) -> Result {
    let lesson = lessons::find("connect")?;
    let server = servers::serve(&lesson).await?;
    let base = &server.base;
    let guest = chromium.guest().await?;

    let tab = guest.open(base).await?;
    tab.wait_until("document.querySelector('[data-note=upgraded]')")
        .await?;
    let story = "[...document.querySelectorAll('.wire-frames > li')]
        .map((li) => li.dataset.note ?? `${li.dataset.kind} ${li.dataset.transport}`)
        .filter((words) => /probe|upgrad/.test(words))";
    let expected = json!([
        "probe websocket",
        "probe websocket",
        "upgrading",
        "upgrade websocket",
        "upgraded"
    ]);
    expect(&tab.evaluate(story).await?, &expected)?;

    for transport in ["polling", "websocket"] {
        let tab = guest
            .open(&format!("{base}/?transport={transport}"))
            .await?;
        tab.is_online().await?;
        tab.settle().await?;
        expect(&tab.evaluate(story).await?, &json!([]))?;
        let carried = "[...new Set([...document.querySelectorAll('[data-transport]')].map((li) => li.dataset.transport))]";
        expect(&tab.evaluate(carried).await?, &json!([transport]))?;
        let current = "document.querySelector('.wire-transports [aria-current]').textContent";
        let name = if transport == "polling" {
            "long-polling"
        } else {
            "WebSocket"
        };
        expect(&tab.evaluate(current).await?, &json!(name))?;
    }
    Ok(())
}

pub async fn keeps_the_last_frames_of_a_flood(chromium: &Chromium) -> Result {
    let lesson = lessons::find("server-emit")?;
    let server = servers::serve(&lesson).await?;
    let base = &server.base;
    let mut tab = chromium.guest().await?.open(base).await?;
    tab.is_online().await?;

    let mut scene = Scene::new(base, Transport::WebSocket, None);
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    for thousand in 0..10 {
        let payloads: Vec<_> = (0..1_000)
            .map(|number| json!({ "mensaje": format!("{thousand}-{number}"), "id": "1", "fecha": 1 }))
            .collect();
        scene.burst("ana", "enviar-mensaje", &payloads, false)?;
        scene
            .hears_burst("ana", "enviar-mensaje", &payloads)
            .await?;
    }

    tab.wait_until("lstMensajes.children.length === 10000")
        .await?;
    tab.settle().await?;
    let shown = tab
        .evaluate("document.querySelectorAll('.wire-frames > li').length <= 500")
        .await?;
    expect(&shown, &json!(true))?;
    let frames = tab.frames().await?;
    let last = frames
        .iter()
        .rev()
        .find(|(_, frame)| frame.contains("enviar-mensaje"));
    let holds_last = last.is_some_and(|(_, frame)| frame.contains("\"9-999\""));
    expect(&json!(holds_last), &json!(true))?;
    expect(&json!(tab.problems(true).await?), &json!([]))
}

pub async fn explains_a_frame_and_finds_a_fault(chromium: &Chromium) -> Result {
    let lesson = lessons::find("connect")?;
    let server = servers::serve(&lesson).await?;
    let tab = chromium.guest().await?.open(&server.base).await?;
    tab.wait_until("document.querySelector('#txtFrame')")
        .await?;
    let names =
        "[...document.querySelectorAll('.explain-parts code')].map((code) => code.textContent)";
    for (frame, parts) in [
        (
            r#"42/admin,12["hola",1]"#,
            json!(["4", "2", "/admin,", "12", r#"["hola",1]"#]),
        ),
        (
            r#"437[{"id":"1"}]"#,
            json!(["4", "3", "7", r#"[{"id":"1"}]"#]),
        ),
        (
            r#"451-["x",{"_placeholder":true,"num":0}]"#,
            json!(["4", "5", "1-", r#"["x",{"_placeholder":true,"num":0}]"#]),
        ),
        ("2probe", json!(["2", "probe"])),
    ] {
        paste(&tab, frame).await?;
        expect(&tab.evaluate(names).await?, &parts)?;
    }
    for (frame, column) in [
        ("9", 1),
        ("42[\"x\"", 7),
        ("42/admin[\"x\"]", 14),
        ("42[\"ñ\",}]", 8),
        ("43[1]", 3),
    ] {
        paste(&tab, frame).await?;
        let summary = tab
            .evaluate("document.querySelector('.explain-summary').textContent")
            .await?;
        let found = summary
            .as_str()
            .unwrap_or_default()
            .starts_with(&format!("Column {column}: "));
        expect(
            &json!([frame, summary, found]),
            &json!([frame, summary, true]),
        )?;
    }
    Ok(())
}

async fn paste(tab: &browser::Tab, frame: &str) -> Result {
    tab.evaluate("txtFrame.value = ''").await?;
    tab.write("#txtFrame", frame).await
}

/// The network of one client fails: it goes Offline and comes back, and the other notices nothing.
pub async fn cuts_one_network_and_restores_it(chromium: &Chromium) -> Result {
    let lesson = lessons::find("broadcast")?;
    let server = servers::serve(&lesson).await?;
    let base = &server.base;
    let mut tab = chromium
        .guest()
        .await?
        .open(&format!("{base}/shared/duo.html"))
        .await?;
    for name in ["ana", "beto"] {
        online(&tab, name, true).await?;
    }
    tab.evaluate(&format!(
        "{}.querySelector('#txtMensaje').value = 'hola'",
        page("ana")
    ))
    .await?;
    tab.evaluate(&format!(
        "{}.querySelector('#btnEnviar').click()",
        page("ana")
    ))
    .await?;
    until(
        &tab,
        &format!(
            "{}.querySelector('#lstMensajes').textContent === 'hola'",
            page("beto")
        ),
    )
    .await?;

    tab.click("[data-name=beto] .duo-network").await?;
    online(&tab, "beto", false).await?;
    // Twice in vain, so that the growing delay is seen; then it is whole again.
    let status = "document.querySelector('[data-name=beto] .duo-status').textContent";
    until(&tab, &format!("/Attempt 2 in [0-9.]+ s/.test({status})")).await?;
    tab.click("[data-name=beto] .duo-network").await?;
    online(&tab, "beto", true).await?;
    online(&tab, "ana", true).await?;

    tab.click("#btnCarla").await?;
    online(&tab, "carla", true).await?;
    expect(&json!(tab.problems(false).await?), &json!([]))
}

/// The document of a client's page, in JavaScript.
fn page(name: &str) -> String {
    format!("document.querySelector('[data-name={name}] iframe').contentDocument")
}

async fn online(tab: &browser::Tab, name: &str, online: bool) -> Result {
    until(
        tab,
        &format!(
            "{}?.querySelector('#lblOnline')?.hidden === {}",
            page(name),
            !online
        ),
    )
    .await
}

/// A condition on what is in the frames, whose changes the window's own document does not show.
async fn until(tab: &browser::Tab, condition: &str) -> Result {
    let waiting = format!(
        "new Promise((resolve) => {{
           const check = () => {{
             if ({condition}) resolve(true);
             else requestAnimationFrame(check);
           }};
           check();
         }})"
    );
    tab.evaluate(&waiting)
        .await
        .with_context(|| format!("this should have become true: {condition}"))?;
    Ok(())
}

fn expect(actual: &Value, expected: &Value) -> Result {
    if actual == expected {
        Ok(())
    } else {
        bail!("expected {expected}, but got {actual}")
    }
}
