//! Takes pictures of every chapter, into a folder: `just book-pictures FOLDER`.

use std::{env, fs, path::Path, process::ExitCode};

use book::{
    make::{self, Options},
    pages,
};
use browser::{Chromium, Result, Tab};

/// Width and height in CSS pixels: a phone, a notebook, a projector. As high as you can still view a picture.
const SIZES: [(i64, i64); 3] = [(360, 2400), (1280, 2400), (1920, 2400)];

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let Some(folder) = arguments.next() else {
        eprintln!("which folder? just book-pictures FOLDER [CHAPTER]");
        return ExitCode::FAILURE;
    };
    let only = arguments.next().unwrap_or_default();
    match take(Path::new(&folder), &only).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Takes pictures of the chapters whose names contain `only`.
async fn take(folder: &Path, only: &str) -> Result {
    let built = make::build(&Options::default())?;
    let chromium = Chromium::launch().await?;
    for page in pages::files(&built.folder, "html")? {
        let name = page.trim_end_matches(".html").replace('/', "-");
        if !name.contains(only) || name == "print" || name == "index" {
            continue;
        }
        let url = format!("file://{}", built.folder.join(page).display());
        let tab = chromium.guest().await?.open(&url).await?;
        for (width, height) in SIZES {
            tab.set_size(width, height).await?;
            for (dark, scheme) in [(false, "light"), (true, "dark")] {
                tab.set_dark(dark).await?;
                let file = folder.join(format!("{name}-{width}-{scheme}"));
                in_parts(&tab, height, &file).await?;
            }
        }
        tab.close().await?;
    }
    chromium.close().await
}

/// Takes a page from top to bottom, one picture per screen.
async fn in_parts(tab: &Tab, height: i64, file: &Path) -> Result {
    let long = tab
        .evaluate("document.documentElement.scrollHeight")
        .await?;
    let parts = long.as_i64().unwrap_or(height).div_euclid(height - 100) + 1;
    for part in 0..parts {
        // After two frames, the screen shows it.
        let scroll = format!(
            "scrollTo({{ top: {}, behavior: 'instant' }});
             new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(0))))",
            part * (height - 100)
        );
        tab.evaluate(&scroll).await?;
        let file = file.with_added_extension(format!("{}.png", part + 1));
        fs::create_dir_all(file.parent().unwrap_or(&file))?;
        fs::write(&file, tab.picture().await?)?;
        println!("{}", file.display());
    }
    Ok(())
}
