//! `just book`: the book in a browser, rebuilt when its files change.

use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result};
use axum::{Router, extract::State, routing::get};
use course::lessons::root;
use notify::{EventKind, RecursiveMode, Watcher};
use tokio::{
    net::TcpListener,
    sync::{
        Notify,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    },
    task::spawn_blocking,
    time::timeout,
};
use tower_http::services::ServeDir;

use crate::make::{self, Options};

/// Where pages wait for the next build.
const RELOAD: &str = "/reload";

/// The files that the book is built from, relative to the top of the workbook.
const SOURCES: [&str; 6] = [
    "book",
    "justfile",
    "lessons",
    "public",
    "tests/reference",
    "tests/snapshots",
];

/// An editor writes a file in several steps: changes within this time belong to the same save.
const SAVE: Duration = Duration::from_millis(100);

/// Serves the book until Ctrl-C, and builds it again when a file of it changes.
pub async fn serve(port: u16) -> Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener = listener.with_context(|| {
        let other = port.saturating_add(1);
        format!("can't listen on port {port} (another port: just book --port {other})")
    })?;
    let address = listener.local_addr()?;
    let (sender, mut changes) = unbounded_channel();
    // Watches until it's dropped.
    let _watcher = watcher(sender)?;
    let pages = build(&[])
        .await
        .unwrap_or_else(|| root().join("target/book"));
    let built = Arc::new(Notify::new());
    let app = Router::new()
        .route(RELOAD, get(reload))
        .with_state(Arc::clone(&built))
        .fallback_service(ServeDir::new(pages));
    println!("Open http://{address} : the page reloads when you save.");
    tokio::select! {
        ended = axum::serve(listener, app) => ended?,
        pressed = tokio::signal::ctrl_c() => pressed?,
        () = async {
            loop {
                let paths = save(&mut changes).await;
                if build(&paths).await.is_some() {
                    built.notify_waiters();
                }
            }
        } => {}
    }
    Ok(())
}

/// Answers when the book has been rebuilt.
async fn reload(State(built): State<Arc<Notify>>) {
    built.notified().await;
}

/// Builds, reports, and returns the folder with the pages.
async fn build(changed: &[PathBuf]) -> Option<PathBuf> {
    for path in changed {
        let path = path.strip_prefix(root()).unwrap_or(path);
        println!("{} has changed.", path.display());
    }
    let options = Options {
        reload: Some(RELOAD.to_owned()),
        ..Options::default()
    };
    let built = spawn_blocking(move || make::build(&options)).await;
    match built.map_err(anyhow::Error::from).flatten() {
        Ok(built) => {
            built.report();
            Some(built.folder)
        }
        Err(error) => {
            eprintln!("{error:#}\nThe pages are unchanged.");
            None
        }
    }
}

fn watcher(sender: UnboundedSender<PathBuf>) -> Result<notify::RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        if matches!(event.kind, EventKind::Access(_)) {
            return;
        }
        for path in event.paths.into_iter().filter(|path| is_source(path)) {
            // Fails when the program is exiting and nobody listens.
            sender.send(path).ok();
        }
    })?;
    for source in SOURCES {
        watcher
            .watch(&root().join(source), RecursiveMode::Recursive)
            .with_context(|| format!("{source} can't be watched"))?;
    }
    Ok(watcher)
}

/// Whether the book is built from this file. Installed files don't count, and neither do temporary files of editors and
/// tests.
fn is_source(path: &Path) -> bool {
    let is_temporary = |name: &str| {
        matches!(name, "node_modules" | "vendor")
            || name.starts_with('.')
            || name.ends_with('~')
            || name.ends_with(".snap.new")
    };
    let below = path.strip_prefix(root()).unwrap_or(path);
    !below
        .iter()
        .any(|name| name.to_str().is_none_or(is_temporary))
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
    fn the_books_files_are_watched_but_not_temporary_ones() {
        assert!(watcher(unbounded_channel().0).is_ok());
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
    async fn a_taken_port_is_an_error_of_one_line() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = taken.local_addr().unwrap().port();
        let words = format!("{:#}", serve(port).await.unwrap_err());
        assert!(
            words.starts_with(&format!("can't listen on port {port}")),
            "{words}"
        );
        assert!(
            words.contains("just book --port") && !words.contains('\n'),
            "{words}"
        );
    }
}
