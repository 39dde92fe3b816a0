//! Lessons as servers in this process, each on a port that the system chooses.

use std::{fs, future::Future, io, path::Path, path::PathBuf, time::Duration};

use axum::{Router, serve::ListenerExt};
use contract::{
    connection::Transport,
    lessons::Lesson,
    scenario::{Outcome, Scenario},
    server::Log,
};
use tokio::net::TcpListener;

/// The lesson's `app()`.
///
/// Cargo wants each crate by its name; a lesson that is missing here fails every trial of the suite.
fn app(lesson: &Lesson, page: &Path) -> Router {
    match lesson.package() {
        "static-server" => static_server::app(page),
        "connect" => connect::app(page),
        "emit" => emit::app(page),
        "server-emit" => server_emit::app(page),
        "callbacks" => callbacks::app(page),
        "broadcast" => broadcast::app(page),
        "deploy" => deploy::app(page).0,
        other => panic!("add {other} to tests/Cargo.toml and to tests/suite/support/mod.rs"),
    }
}

/// Plays a scenario on a fresh server of a lesson, on this thread alone. A failure calls it "the server".
pub fn play(
    scenario: &Scenario,
    lesson: &Lesson,
    transport: Transport,
    patience: Duration,
) -> Outcome {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    block_on(async {
        let base = serve(app(lesson, &page().unwrap())).await;
        let mut outcome = scenario.play(&base, transport, patience, Some(log)).await;
        // The port differs from run to run.
        outcome.failure = outcome
            .failure
            .map(|words| words.replace(&base, "the server"));
        outcome
    })
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}

/// Serves until the runtime ends; gives the base URL.
async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let listener = listener.tap_io(|connection| connection.set_nodelay(true).unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    base
}

/// A page's folder with the client beside it, so that the suite needs no installed files.
fn page() -> io::Result<PathBuf> {
    let public = Path::new(env!("CARGO_TARGET_TMPDIR")).join(env!("CARGO_CRATE_NAME"));
    let page = public.join("page");
    for (file, text) in [
        (
            page.join("index.html"),
            "<!doctype html><title>Socket Client</title>",
        ),
        (public.join("vendor/socket.io.js"), "// the client"),
        (
            public.join("Cargo.toml"),
            "# beside the page's folder, and none of its files",
        ),
        (public.join(".env"), "SECRET=1"),
    ] {
        if !file.exists() {
            fs::create_dir_all(file.parent().unwrap_or(&public))?;
            fs::write(file, text)?;
        }
    }
    Ok(page)
}
