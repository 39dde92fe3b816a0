//! Code that the suites share: lessons as servers, and snapshots.

#![allow(
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "only this workspace calls this, and tests panic"
)]

pub mod copies;
pub mod files;
pub mod proxy;

use std::{fs, path::PathBuf, sync::LazyLock};

use course::{
    lessons::{self, Lesson},
    scenario::{Outcome, Scenario},
};
use wire::{connection::Transport, server::Server};
use workbook::programs::{program, target};

/// Starts the program of a lesson in a folder that needs no installed files.
pub async fn start(lesson: &Lesson) -> Server {
    let page = [("PUBLIC_DIR", "public/page")];
    let server = Server::start(&program(lesson), &FOLDER, &page).await;
    server.unwrap_or_else(|error| panic!("{}: {error:#}", lesson.name))
}

/// Plays a scenario on a fresh server of a lesson.
#[tokio::main(flavor = "current_thread")]
pub async fn play(scenario: &Scenario, lesson: &Lesson, transport: Transport) -> Outcome {
    scenario.play_on(start(lesson).await, transport).await
}

/// A lesson's fault in a scenario, over the first transport that shows it.
///
/// Panics if there's no fault, since then the scenario proves nothing.
pub fn fault(scenario: &Scenario, lesson: &Lesson) -> String {
    let expected = scenario.expected().unwrap();
    let mut transports = scenario.transports().iter();
    let fault =
        transports.find_map(|transport| play(scenario, lesson, *transport).fault(&expected));
    fault.unwrap_or_else(|| panic!("{} passes {}", lesson.name, scenario.name))
}

/// A folder with a page, with files beside it that must stay private, and with a placeholder for the client.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = target().join("tmp/page");
    for (file, text) in [
        (
            "public/page/index.html",
            "<!doctype html><title>Socket Client</title><script src=\"/shared/theme.js\"></script>",
        ),
        ("public/shared/theme.js", "// the theme"),
        ("public/vendor/socket.io/socket.io.js", "// the client"),
        ("public/Cargo.toml", "# beside the page's folder"),
        ("public/.env", "SECRET=1"),
        ("Cargo.toml", "# beside the pages"),
        (".env", "SECRET=1"),
    ] {
        let file = folder.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    folder
});

/// Compares a string with its snapshot.
pub fn assert_snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(lessons::root().join("tests/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
