//! Takes the README's picture or, if it gets a folder, pictures of every page.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use browser::{Chromium, Result, Tab};
use course::lessons::{self, Lesson, root};
use wire::server::Server;
use workbook::programs::program;

/// Width and height in CSS pixels: a phone, and projectors, the first of them with 1080 lines at 200 %.
const SIZES: [(i64, i64); 4] = [(360, 1200), (960, 540), (1280, 720), (1920, 1080)];

#[tokio::main]
async fn main() -> ExitCode {
    let taken = match env::args_os().nth(1) {
        None => readme().await,
        Some(folder) => every_page(&PathBuf::from(folder)).await,
    };
    match taken {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Two clients side by side, after a message from one to the other.
async fn readme() -> Result {
    let chromium = Chromium::launch().await?;
    let server = start(&lessons::find("broadcast")?).await?;
    let tab = duo(&chromium, &server.base).await?;
    tab.set_size(1280, 960).await?;
    save(&tab, &root().join("pictures/two-clients.png")).await?;
    chromium.close().await
}

/// Every page in every size, light and dark.
async fn every_page(folder: &Path) -> Result {
    let chromium = Chromium::launch().await?;
    for lesson in lessons::all()? {
        let server = start(&lesson).await?;
        let tab = chromium
            .guest()
            .await?
            .open(&lesson.page(&server).await?)
            .await?;
        if lesson.includes("connect") {
            // Some pages connect only once somebody has entered.
            tab.wait_until("!lblOnline.hidden || document.querySelector('#frmEntrar')")
                .await?;
        }
        in_all_sizes(&tab, folder, &lesson.name).await?;
    }
    let server = start(&lessons::find("broadcast")?).await?;
    let tab = duo(&chromium, &server.base).await?;
    in_all_sizes(&tab, folder, "duo").await?;
    chromium.close().await
}

async fn start(lesson: &Lesson) -> Result<Server> {
    Server::start(&program(lesson), root(), &[]).await
}

/// The page with two clients, when ana's message has reached beto.
async fn duo(chromium: &Chromium, base: &str) -> Result<Tab> {
    let tab = chromium
        .guest()
        .await?
        .open(&format!("{base}/shared/duo.html"))
        .await?;
    let story = "new Promise((resolve) => {
        const page = (name) => document.querySelector(`[data-name=${name}] iframe`)?.contentDocument;
        const online = (name) => page(name)?.querySelector('#lblOnline')?.hidden === false;
        let sent = false;
        const look = () => {
          if (!sent && online('ana') && online('beto')) {
            sent = true;
            page('ana').querySelector('#txtMensaje').value = 'hola, beto';
            page('ana').querySelector('#btnEnviar').click();
          }
          if (sent && page('beto').querySelector('#lstMensajes').children.length) resolve(true);
          else requestAnimationFrame(look);
        };
        look();
      })";
    tab.evaluate(story).await?;
    Ok(tab)
}

async fn in_all_sizes(tab: &Tab, folder: &Path, name: &str) -> Result {
    for (width, height) in SIZES {
        for (dark, scheme) in [(false, "light"), (true, "dark")] {
            tab.set_dark(dark).await?;
            tab.set_size(width, height).await?;
            save(tab, &folder.join(format!("{name}-{width}-{scheme}.png"))).await?;
        }
    }
    Ok(())
}

async fn save(tab: &Tab, file: &Path) -> Result {
    // After two frames, the screen shows it.
    let frame = "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(0))))";
    tab.evaluate(frame).await?;
    fs::create_dir_all(file.parent().unwrap_or(file))?;
    fs::write(file, tab.picture().await?)?;
    println!("{}", file.display());
    Ok(())
}
