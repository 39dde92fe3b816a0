//! The wire panel, and two clients side by side.

use anyhow::{Context, bail};
use browser::{Chromium, Result, Tab};
use course::{lessons, scene::Scene};
use serde_json::{Value, json};
use wire::{connection::Transport, server::Server};

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
    for thousand in 0..2 {
        let payloads: Vec<_> = (0..1_000)
            .map(|number| json!({ "mensaje": format!("{thousand}-{number}"), "id": "1", "fecha": 1 }))
            .collect();
        scene.burst("ana", "enviar-mensaje", &payloads, false)?;
        scene
            .hears_burst("ana", "enviar-mensaje", &payloads)
            .await?;
    }

    tab.wait_until("lstMensajes.children.length === 2000")
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
    let holds_last = last.is_some_and(|(_, frame)| frame.contains("\"1-999\""));
    expect(&json!(holds_last), &json!(true))?;
    expect(&json!(tab.problems().await?), &json!([]))
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
            r#"40/admin,{"token":"1"}"#,
            json!(["4", "0", "/admin,", r#"{"token":"1"}"#]),
        ),
        (
            r#"43/admin,0[{"ok":true}]"#,
            json!(["4", "3", "/admin,", "0", r#"[{"ok":true}]"#]),
        ),
        ("41/admin,", json!(["4", "1", "/admin,"])),
        (
            r#"437[{"id":"1"}]"#,
            json!(["4", "3", "7", r#"[{"id":"1"}]"#]),
        ),
        (
            r#"451-["x",{"_placeholder":true,"num":0}]"#,
            json!(["4", "5", "1-", r#"["x",{"_placeholder":true,"num":0}]"#]),
        ),
        ("2probe", json!(["2", "probe"])),
        // The separator as shown in the panel and the book, and the same character in a message.
        (
            r#"40␞42["x"]"#,
            json!(["4", "0", "␞", "4", "2", r#"["x"]"#]),
        ),
        (r#"42["␞"]"#, json!(["4", "2", r#"["␞"]"#])),
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

async fn paste(tab: &Tab, frame: &str) -> Result {
    tab.evaluate("txtFrame.value = ''").await?;
    tab.write("#txtFrame", frame).await
}

/// One client's network fails: it goes Offline and Online again, and the other client notices nothing.
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
    // From the second attempt on, the delay is long enough to see it count down. Then the network works again.
    let counts = "((first) => {
        const status = document.querySelector('[data-name=beto] .duo-status').textContent;
        const [, attempt, left] = status.match(/Attempt (\\d+) in ([0-9.]+) s/) ?? [];
        first[attempt] ??= Number(left);
        return attempt > 1 && first[attempt] - left > 0.9;
      })(window.first ??= {})";
    until(&tab, counts).await?;
    tab.click("[data-name=beto] .duo-network").await?;
    online(&tab, "beto", true).await?;
    online(&tab, "ana", true).await?;

    tab.click("#btnCarla").await?;
    online(&tab, "carla", true).await?;
    expect(&json!(tab.problems().await?), &json!([]))
}

/// After every message, each client's newest frame is in sight.
pub async fn follows_the_newest_frame(
    chromium: &Chromium,
    path: &str,
    (width, height): (i64, i64),
) -> Result {
    let (_server, tab) = open(chromium, path).await?;
    tab.set_size(width, height).await?;
    for number in 1..=5 {
        say(&tab, &format!("mensaje {number}")).await?;
        grow(&tab).await?;
        let below = format!(
            "{DOCUMENTS}.map((page) => {{
               const list = page.querySelector('.wire-frames');
               const newest = list.lastElementChild.getBoundingClientRect();
               return Math.max(0, Math.round(newest.bottom - list.getBoundingClientRect().bottom));
             }})"
        );
        let below = tab.evaluate(&below).await?;
        let all_seen = below
            .as_array()
            .is_some_and(|below| below.iter().all(|below| below == 0));
        if !all_seen {
            bail!(
                "after message {number} the newest frames are {below} px below the end of their lists"
            );
        }
    }
    Ok(())
}

/// Everything that a class should see from the last row fits in the window, in large enough letters.
pub async fn fits_on_a_projector(chromium: &Chromium, (width, height): (i64, i64)) -> Result {
    let (_server, tab) = open(chromium, "/shared/duo.html").await?;
    tab.set_size(width, height).await?;
    // This browser hides its scroll bars. On a projector, they take up some room.
    let bars = format!(
        "for (const page of {DOCUMENTS}) {{
           for (const part of [page.body, page.querySelector('.wire-frames')]) {{
             part.style.borderInlineEnd = '15px solid silver';
           }}
         }}"
    );
    tab.evaluate(&bars).await?;
    for number in 1..=5 {
        say(&tab, &format!("mensaje {number}")).await?;
    }
    let faults = format!(
        "{DOCUMENTS}.flatMap((page) => {{
           const view = page.defaultView;
           const seen = (node, box) => {{
             const {{ top, bottom }} = node.getBoundingClientRect();
             return top >= box.top - 1 && bottom <= box.bottom + 1;
           }};
           const frame = {{ top: 0, bottom: view.innerHeight }};
           const faults = [];
           for (const part of ['#txtMensaje', '#lstMensajes', '.wire-frames']) {{
             if (!seen(page.querySelector(part), frame)) faults.push(`${{part}} is cut off`);
           }}
           for (const [list, rows] of [['#lstMensajes', 2], ['.wire-frames', 2]]) {{
             const box = page.querySelector(list);
             const last = [...box.children].slice(-rows);
             if (!last.every((row) => seen(row, box.getBoundingClientRect()))) {{
               faults.push(`${{list}} shows fewer than ${{rows}} rows`);
             }}
           }}
           for (const words of page.querySelectorAll('.wire-frames li > *, #lstMensajes > li')) {{
             const size = Number.parseFloat(view.getComputedStyle(words).fontSize);
             if (size < 16) faults.push(`${{words.className || words.tagName}} is written in ${{size}} px`);
           }}
           return [...new Set(faults)];
         }}).concat(document.documentElement.scrollHeight > innerHeight ? ['the window scrolls'] : [])"
    );
    expect(&tab.evaluate(&faults).await?, &json!([]))
}

/// The documents with a panel: those in the frames, or the page itself.
const DOCUMENTS: &str = "(frames.length
    ? [...document.querySelectorAll('iframe')].map((frame) => frame.contentDocument)
    : [document])";

/// A page whose clients are connected.
async fn open(chromium: &Chromium, path: &str) -> Result<(Server, Tab)> {
    let server = servers::serve(&lessons::find("broadcast")?).await?;
    let guest = chromium.guest().await?;
    let tab = guest.open(&format!("{}{path}", server.base)).await?;
    // After the upgrade, only the frames of messages cross.
    let online = "page?.querySelector('[data-note=upgraded]')";
    until(&tab, &format!("{DOCUMENTS}.every((page) => {online})")).await?;
    Ok((server, tab))
}

/// Lets the last client send a message. Waits until it has its answer, the others have the message, and all is drawn.
async fn say(tab: &Tab, text: &str) -> Result {
    let send = format!(
        "{{
           const page = {DOCUMENTS}.at(-1);
           page.querySelector('#txtMensaje').value = '{text}';
           page.querySelector('#btnEnviar').click();
         }}"
    );
    tab.evaluate(&send).await?;
    // The answer is the frame after the sender's own message.
    let arrived = format!(
        "{DOCUMENTS}.every((page, client, pages) => {{
           const newest = [...page.querySelectorAll('.wire-frames code')].slice(-2);
           const mine = client === pages.length - 1;
           const holds = (row) => row?.textContent.includes('{text}');
           return mine ? holds(newest[0]) && newest[1].textContent.startsWith('43') : holds(newest[1]);
         }})"
    );
    until(tab, &arrived).await?;
    let drawn = "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(0))))";
    tab.evaluate(drawn).await?;
    Ok(())
}

/// Right after a frame has been drawn, and before the panel knows that it has scrolled, the lesson's part of the page
/// takes some of its room, as a long answer does if it arrives at such a moment.
async fn grow(tab: &Tab) -> Result {
    let growing = format!(
        "Promise.all({DOCUMENTS}.map((page) => new Promise((resolve) => {{
           const {{ wire, requestAnimationFrame: next }} = page.defaultView;
           wire.frame('received', 'websocket', {{ type: 'message', data: '3[\"1\"]' }});
           // A task that follows one frame of the screen runs before the next one.
           next(() => setTimeout(() => {{
             page.querySelector('#lblRespuesta').textContent = 'palabra '.repeat(30);
             next(() => next(() => resolve(0)));
           }}));
         }})))"
    );
    tab.evaluate(&growing).await?;
    Ok(())
}

/// The document of a client's page, in JavaScript.
pub fn page(name: &str) -> String {
    format!("document.querySelector('[data-name={name}] iframe').contentDocument")
}

/// Waits until a client's page is Online, or Offline.
async fn online(tab: &Tab, name: &str, online: bool) -> Result {
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

/// Waits for a condition on the content of the frames, whose changes don't show in the window's own document.
pub async fn until(tab: &Tab, condition: &str) -> Result {
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
        .with_context(|| format!("expected this to become true: {condition}"))?;
    Ok(())
}

fn expect(actual: &Value, expected: &Value) -> Result {
    if actual == expected {
        Ok(())
    } else {
        bail!("expected {expected}, but got {actual}")
    }
}
