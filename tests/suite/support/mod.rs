//! Lessons as servers in this process, each on a port that the system chooses.

use std::{fs, future::Future, io, path::Path, path::PathBuf, time::Duration};

use contract::{
    connection::Transport,
    lessons::Lesson,
    scenario::{Outcome, Scenario},
    server::Log,
};

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
        let app = apps::app(lesson.package(), &page().unwrap());
        let base = apps::serve(app).await.unwrap();
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
