//! Lessons as servers in this process, each on a port that the system chooses.

use std::{env, fs, future::Future, io, path::Path, path::PathBuf, time::Duration};

use contract::{
    connection::Transport,
    lessons::Lesson,
    scenario::{Outcome, Scenario, snapshots},
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
        let workbook = workbook().unwrap();
        // A lesson finds the client from the folder where it starts.
        env::set_current_dir(&workbook).unwrap();
        let app = apps::app(lesson.package(), &workbook.join("public/page"));
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

/// A folder with a page and the client, so that the suite needs no installed files.
fn workbook() -> io::Result<PathBuf> {
    let workbook = Path::new(env!("CARGO_TARGET_TMPDIR")).join(env!("CARGO_CRATE_NAME"));
    for (file, text) in [
        (
            "public/page/index.html",
            "<!doctype html><title>Socket Client</title>",
        ),
        ("public/vendor/socket.io/socket.io.js", "// the client"),
        (
            "public/Cargo.toml",
            "# beside the page's folder, and none of its files",
        ),
        ("Cargo.toml", "# one folder further up"),
        (".env", "SECRET=1"),
    ] {
        let file = workbook.join(file);
        if !file.exists() {
            fs::create_dir_all(file.parent().unwrap_or(&workbook))?;
            fs::write(file, text)?;
        }
    }
    Ok(workbook)
}

/// Holds a text against its snapshot.
pub fn assert_transcript(name: &str, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(snapshots());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// What a lesson does wrong in a scenario, over the first transport that shows it.
///
/// Panics if it does nothing wrong: then the scenario proves nothing.
pub fn fault(scenario: &Scenario, lesson: &Lesson, patience: Duration) -> String {
    for transport in scenario.transports() {
        let outcome = play(scenario, lesson, *transport, patience);
        if let Some(fault) = difference(scenario, &outcome) {
            return fault;
        }
    }
    panic!("{} passes {}", lesson.name, scenario.name);
}

/// What came otherwise than the scenario's transcript says, if anything did.
pub fn difference(scenario: &Scenario, outcome: &Outcome) -> Option<String> {
    if let Some(failure) = &outcome.failure {
        return Some(failure.clone());
    }
    let expected = scenario.expected().unwrap();
    let (mut expected, mut came) = (expected.lines(), outcome.transcript.lines());
    loop {
        let (expected, came) = (expected.next(), came.next());
        if expected != came {
            let shown = |line: Option<&str>| line.map_or("(the end)", str::trim).to_owned();
            return Some(format!("`{}`, not `{}`", shown(came), shown(expected)));
        }
        expected?;
    }
}
