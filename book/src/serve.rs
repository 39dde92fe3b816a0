//! `just book`: the book in a browser, built anew as its files change.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use axum::{Router, extract::State, routing::get};
use course::lessons::root;
use notify::{EventKind, RecursiveMode, Watcher};
use tokio::{
    net::TcpListener,
    sync::{
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
        watch,
    },
    task::spawn_blocking,
    time::timeout,
};
use tower_http::services::ServeDir;

use crate::{
    make::{self, Options},
    report,
};

/// Where pages wait for the next build.
const RELOAD: &str = "/reload";

/// What the book is made of, from the top of the workbook.
const SOURCES: [&str; 10] = [
    "book/measured",
    "book/text",
    "book/theme",
    "book/topics.toml",
    "justfile",
    "lessons",
    "public",
    "tests/experiments",
    "tests/reference",
    "tests/snapshots",
];

/// An editor writes a file in several steps: what follows this soon belongs to the same save.
const SAVE: Duration = Duration::from_millis(100);

/// Serves the book until Ctrl-C, and builds it anew when a file of it changes.
///
/// # Errors
/// The port is taken, or the files cannot be watched.
pub async fn serve(port: u16) -> Result<(), String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = TcpListener::bind(address).await.map_err(|error| {
        format!(
            "cannot listen on port {port}: {error}. Another port: just book --port {}",
            port.saturating_add(1)
        )
    })?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let (sender, mut changes) = unbounded_channel();
    // Watches as long as it is there.
    let _watcher = watcher(sender)?;
    let built = watch::Sender::new(0_u64);
    let pages = build(&[])
        .await
        .unwrap_or_else(|| root().join("target/book"));
    let app = Router::new()
        .route(RELOAD, get(reload))
        .with_state(built.clone())
        .fallback_service(ServeDir::new(pages));
    println!("Open http://{address} : the page reloads as you save.");
    let serving = axum::serve(listener, app);
    tokio::select! {
        ended = serving => ended.map_err(|error| error.to_string()),
        pressed = tokio::signal::ctrl_c() => pressed.map_err(|error| error.to_string()),
        () = async {
            loop {
                let paths = save(&mut changes).await;
                if build(&paths).await.is_some() {
                    built.send_modify(|builds| *builds += 1);
                }
            }
        } => Ok(()),
    }
}

/// Answers when the book has been built once more.
async fn reload(State(built): State<watch::Sender<u64>>) {
    // An error would say that no build can come any more: then the page asks again, and waits for the next program.
    built.subscribe().changed().await.ok();
}

/// Builds, says what came of it, and gives the folder with the pages.
async fn build(changed: &[PathBuf]) -> Option<PathBuf> {
    for path in changed {
        println!(
            "{} has changed.",
            path.strip_prefix(root()).unwrap_or(path).display()
        );
    }
    let options = Options {
        reload: Some(RELOAD.to_owned()),
        ..Options::default()
    };
    let built = spawn_blocking(move || make::build(&options)).await;
    match built.map_err(|error| error.to_string()).flatten() {
        Ok(built) => {
            report::say(&built);
            Some(built.folder)
        }
        Err(words) => {
            eprintln!("{words}\nThe pages stay as they were.");
            None
        }
    }
}

fn watcher(sender: UnboundedSender<PathBuf>) -> Result<notify::RecommendedWatcher, String> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        if matches!(event.kind, EventKind::Access(_)) {
            return;
        }
        for path in event.paths.into_iter().filter(|path| is_source(path)) {
            // Nobody listens any more when the program ends.
            sender.send(path).ok();
        }
    })
    .map_err(|error| error.to_string())?;
    for source in SOURCES.map(|source| root().join(source)) {
        // A list that is not written yet is watched from the next start on.
        if source.exists() {
            watcher
                .watch(&source, RecursiveMode::Recursive)
                .map_err(|error| format!("{} cannot be watched: {error}", source.display()))?;
        }
    }
    Ok(watcher)
}

/// Whether the book is made of this file: not of what is installed, nor of an editor's or a test's passing files.
fn is_source(path: &Path) -> bool {
    let passing = |name: &str| {
        matches!(name, "node_modules" | "vendor")
            || name.starts_with('.')
            || name.ends_with('~')
            || name.ends_with(".snap.new")
    };
    let below = path.strip_prefix(root()).unwrap_or(path);
    !below.iter().any(|name| name.to_str().is_none_or(passing))
}

/// The files of the next save.
async fn save(changes: &mut UnboundedReceiver<PathBuf>) -> Vec<PathBuf> {
    let mut paths: Vec<_> = changes.recv().await.into_iter().collect();
    while let Ok(Some(path)) = timeout(SAVE, changes.recv()).await {
        paths.push(path);
    }
    paths.sort();
    paths.dedup();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_book_is_made_of_is_there_and_what_passes_is_not_watched() {
        for source in SOURCES.iter().filter(|source| !source.starts_with("book/")) {
            assert!(root().join(source).exists(), "{source}");
        }
        assert!(is_source(&root().join("book/text/traps.md")));
        for passing in [
            "public/vendor/x.js",
            "book/text/.traps.md.swp",
            "tests/snapshots/a.snap.new",
        ] {
            assert!(!is_source(&root().join(passing)), "{passing}");
        }
    }

    #[tokio::test]
    async fn a_port_that_is_taken_is_said_in_one_line() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = taken.local_addr().unwrap().port();
        let words = serve(port).await.unwrap_err();
        assert!(
            words.starts_with(&format!("cannot listen on port {port}")),
            "{words}"
        );
        assert!(
            words.contains("just book --port") && !words.contains('\n'),
            "{words}"
        );
    }
}
