//! The capstone's pages, on the course's own server in Node: the workbook has none in Rust.

use anyhow::ensure;
use browser::{Chromium, Guest, Result, Tab};
use course::lessons::{CAPSTONE, root};
use serde_json::json;
use tokio::process::Command;
use wire::server::Server;

const PHONE: (i64, i64) = (360, 640);
const WALL: (i64, i64) = (1920, 1080);

const DESK: &str = "/escritorio.html";
const SCREEN: &str = "/pantalla.html";

/// Starts the server, which also needs a setting if it isn't the first on its database.
async fn serve(settings: &[(&str, &str)]) -> Result<Server> {
    let mut node = Command::new("node");
    node.arg(root().join("tests/reference").join(CAPSTONE).join("app.js"));
    let settings = [settings, &[("HOST", "127.0.0.1")]].concat();
    Server::start_command(node, root(), &settings).await
}

/// Opens a page in a window of this size.
async fn open(guest: &Guest<'_>, server: &Server, path: &str, size: (i64, i64)) -> Result<Tab> {
    let tab = guest.open(&format!("{}{path}", server.base)).await?;
    tab.set_size(size.0, size.1).await?;
    tab.is_online().await?;
    Ok(tab)
}

/// Opens a desk.
async fn open_desk(guest: &Guest<'_>, server: &Server, name: &str) -> Result<Tab> {
    let desk = open(guest, server, DESK, PHONE).await?;
    desk.write("#txtEscritorio", name).await?;
    desk.press("#txtEscritorio", "Enter").await?;
    desk.wait_until(&format!("ttlEscritorio.textContent === '{name}'"))
        .await?;
    Ok(desk)
}

/// Takes a ticket, and waits until the phone shows this number.
async fn take(phone: &Tab, number: u64) -> Result {
    phone.click("#btnPedir").await?;
    has(phone, number).await
}

/// Waits until the phone or the desk shows this number.
async fn has(tab: &Tab, number: u64) -> Result {
    tab.wait_until(&format!("lblNumero.textContent === '{number}'"))
        .await
}

/// Waits until the phone says what to do.
async fn says(phone: &Tab, words: &str) -> Result {
    phone
        .wait_until(&format!("lblTurno.textContent === {}", json!(words)))
        .await
}

/// Waits until the wall screen shows these calls, the newest first, each as its number and its desk.
async fn shows(screen: &Tab, calls: &[&str]) -> Result {
    let shown = "[`${lblNumero.textContent} ${lblEscritorio.textContent}`,
        ...[...lstUltimos.children].map((li) => [...li.children].map((part) => part.textContent).join(' '))]";
    screen
        .wait_until(&format!("({shown}).join() === {}", json!(calls.join(","))))
        .await
}

/// Nothing went wrong on the page, it's as wide as its window, and everyone can use it.
async fn is_fine(tab: &mut Tab) -> Result {
    let fits = "document.documentElement.scrollWidth <= innerWidth
        && [...document.querySelectorAll('.numero, .gigante')].every((number) => number.scrollWidth <= number.clientWidth)";
    let fits = tab.evaluate(fits).await?;
    ensure!(fits == json!(true), "the page is wider than its window");
    let problems = tab.problems().await?;
    ensure!(problems.is_empty(), "{problems:?}");
    browser::expect_no_serious_fault(tab).await
}

pub async fn a_ticket_is_taken_called_and_shown(chromium: &Chromium) -> Result {
    let server = serve(&[]).await?;
    // Each guest has a browser of their own, as two phones do.
    let (first, second) = (chromium.guest().await?, chromium.guest().await?);
    let mut ana = open(&first, &server, "/", PHONE).await?;
    let mut beto = open(&second, &server, "/", PHONE).await?;
    let mut screen = open(&first, &server, SCREEN, WALL).await?;
    screen.wait_until("!lblNadie.hidden").await?;
    for tab in [&mut ana, &mut screen] {
        is_fine(tab).await?;
    }

    take(&ana, 1).await?;
    says(&ana, "You're next.").await?;
    take(&beto, 2).await?;
    says(&beto, "1 person is before you.").await?;
    screen
        .wait_until("lblPendientes.textContent === '2 people are waiting.'")
        .await?;
    is_fine(&mut ana).await?;

    let mut desk = open_desk(&first, &server, "Caja 1").await?;
    desk.click("#btnAtender").await?;
    has(&desk, 1).await?;
    says(&ana, "It's your turn: go to Caja 1.").await?;
    says(&beto, "You're next.").await?;
    shows(&screen, &["1 Caja 1"]).await?;
    screen
        .wait_until("secActual.dataset.llamada === '1'")
        .await?;
    desk.click("#btnAtender").await?;
    shows(&screen, &["2 Caja 1", "1 Caja 1"]).await?;
    says(&beto, "It's your turn: go to Caja 1.").await?;
    for tab in [&mut ana, &mut beto, &mut desk, &mut screen] {
        is_fine(tab).await?;
    }
    // Even with a long number and the longest name.
    let longest = "lblNumero.textContent = 8888; lblEscritorio.textContent = 'W'.repeat(20)";
    screen.evaluate(longest).await?;
    is_fine(&mut screen).await?;
    screen.set_size(PHONE.0, PHONE.1).await?;
    is_fine(&mut screen).await
}

pub async fn a_phone_keeps_its_ticket(chromium: &Chromium) -> Result {
    let server = serve(&[]).await?;
    let guest = chromium.guest().await?;
    let mut ana = open(&guest, &server, "/", PHONE).await?;
    take(&ana, 1).await?;
    let reloaded = ana.next_load().await?;
    ana.evaluate("location.reload()").await?;
    reloaded.await?;
    has(&ana, 1).await?;
    says(&ana, "You're next.").await?;

    // Six calls while the network is gone: ana's isn't among the last ones any more.
    ana.set_offline(true).await?;
    ana.is_offline().await?;
    let desk = open_desk(&guest, &server, "Caja 2").await?;
    let others = "new Promise((resolve) => {
        for (let i = 0; i < 5; i += 1) io({ forceNew: true }).emit('pedir-ticket', { id: `other ${i}` }, resolve);
    }).then(() => true)";
    desk.evaluate(others).await?;
    desk.wait_until("lblPendientes.textContent === '6 people are waiting.'")
        .await?;
    for number in 1..=6 {
        desk.click("#btnAtender").await?;
        has(&desk, number).await?;
    }
    ana.set_offline(false).await?;
    says(&ana, "It's your turn: go to Caja 2.").await?;
    ana.click("#btnOtro").await?;
    take(&ana, 7).await?;
    is_fine(&mut ana).await
}

pub async fn a_desk_says_why_nobody_comes(chromium: &Chromium) -> Result {
    let server = serve(&[]).await?;
    let guest = chromium.guest().await?;
    let mut desk = open(&guest, &server, DESK, PHONE).await?;
    is_fine(&mut desk).await?;
    desk.write("#txtEscritorio", "Caja 1").await?;
    desk.press("#txtEscritorio", "Enter").await?;
    desk.wait_until("document.activeElement === btnAtender")
        .await?;
    desk.press("#btnAtender", "Enter").await?;
    desk.wait_until("lblError.textContent === 'nobody is waiting'")
        .await?;
    is_fine(&mut desk).await?;

    let phone = open(&guest, &server, "/", PHONE).await?;
    take(&phone, 1).await?;
    desk.press("#btnAtender", "Enter").await?;
    has(&desk, 1).await?;
    // It asks for its last call again, which calls nobody else.
    let reloaded = desk.next_load().await?;
    desk.evaluate("location.reload()").await?;
    reloaded.await?;
    has(&desk, 1).await?;
    desk.wait_until("ttlEscritorio.textContent === 'Caja 1' && lblError.textContent === ''")
        .await?;
    is_fine(&mut desk).await
}

pub async fn nothing_is_lost_when_the_server_restarts(chromium: &Chromium) -> Result {
    let mut server = serve(&[]).await?;
    let (first, second) = (chromium.guest().await?, chromium.guest().await?);
    let ana = open(&first, &server, "/", PHONE).await?;
    let beto = open(&second, &server, "/", PHONE).await?;
    let screen = open(&first, &server, SCREEN, WALL).await?;
    let desk = open_desk(&first, &server, "Caja 1").await?;
    take(&ana, 1).await?;
    take(&beto, 2).await?;
    desk.click("#btnAtender").await?;
    shows(&screen, &["1 Caja 1"]).await?;

    server.child.kill().await?;
    for tab in [&ana, &beto, &screen, &desk] {
        tab.is_offline().await?;
    }
    let (_, port) = server.base.rsplit_once(':').unwrap_or_default();
    let database = server.database.to_string_lossy();
    let _next = serve(&[("PORT", port), ("DATABASE", &database)]).await?;
    for tab in [&ana, &beto, &screen, &desk] {
        tab.is_online().await?;
    }
    says(&ana, "It's your turn: go to Caja 1.").await?;
    says(&beto, "You're next.").await?;
    desk.click("#btnAtender").await?;
    has(&desk, 2).await?;
    shows(&screen, &["2 Caja 1", "1 Caja 1"]).await?;
    says(&beto, "It's your turn: go to Caja 1.").await
}
