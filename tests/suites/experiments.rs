//! Every experiment: its patch applies, the copy compiles, and the lesson's scenarios have the recorded outcome.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    thread,
};

use course::{
    experiments::{self, Experiment},
    lessons,
    scenario::Scenario,
};
use suites::{
    assert_snapshot,
    copies::{self, fresh_folder, install_client},
};
use wire::server::Server;
use workbook::work::{Built, apply};

/// A broken lesson's fault in a scenario, over the first transport that shows it.
#[tokio::main(flavor = "current_thread")]
async fn fault(scenario: &Scenario, program: &Built, folder: &Path) -> Option<String> {
    let expected = scenario.expected().unwrap();
    for transport in scenario.transports() {
        let server = Server::start(&program.path, folder, &[]).await.unwrap();
        let outcome = scenario.play_on(server, *transport).await;
        let fault = outcome.fault(&expected);
        if fault.is_some() {
            return fault;
        }
    }
    None
}

/// A copy of the lesson with the experiment's patch: its folder and its program.
fn broken(experiment: &Experiment) -> (PathBuf, Built) {
    let folder = fresh_folder(&experiment.snapshot_name());
    apply(&experiment.patch, &folder).unwrap();
    install_client(&folder);
    let program = copies::build(&folder);
    let program = program.unwrap_or_else(|error| panic!("{}: {error:#}", experiment.name));
    (folder, program)
}

/// The scenarios that fail on the copy.
fn report(experiment: &Experiment, folder: &Path, program: &Built) -> String {
    let scenarios = experiment.scenarios().unwrap();
    let faults: Vec<_> = thread::scope(|threads| {
        let play = |scenario| threads.spawn(move || fault(scenario, program, folder));
        let playing: Vec<_> = scenarios.iter().map(play).collect();
        let played = playing.into_iter().map(|thread| thread.join().unwrap());
        played.collect()
    });
    let mut report = String::new();
    for (scenario, fault) in scenarios.iter().zip(faults) {
        let Some(words) = fault else { continue };
        writeln!(report, "  {} fails", scenario.name).unwrap();
        // A burst loses different messages on every run, and what's heard twice comes earlier or later.
        if !["burst", "twice"]
            .iter()
            .any(|word| scenario.name.contains(word))
        {
            writeln!(report, "    {words}").unwrap();
        }
    }
    if report.is_empty() {
        report += "  every scenario passes\n";
    }
    report
}

#[test]
fn every_experiment_has_its_recorded_outcome() {
    thread::scope(|threads| {
        for experiment in experiments::all().unwrap() {
            let (folder, program) = broken(&experiment);
            // Playing mostly waits: meanwhile, the next copy is built.
            threads.spawn(move || {
                let title = format!("{}, {}\n", experiment.patch.lesson.name, experiment.title());
                let report = report(&experiment, &folder, &program);
                assert_snapshot(&experiment.snapshot_name(), &(title + &report));
            });
        }
    });
}

#[test]
fn every_lesson_has_an_experiment_and_every_experiment_a_scenario() {
    for lesson in lessons::all().unwrap() {
        assert!(
            !experiments::of(&lesson).unwrap().is_empty(),
            "{}",
            lesson.name
        );
    }
    for experiment in experiments::all().unwrap() {
        assert!(
            !experiment.scenarios().unwrap().is_empty(),
            "{}",
            experiment.name
        );
    }
}

/// An experiment with this patch.
fn with_patch(name: &str, text: &str) -> Result<Experiment, String> {
    let file = fresh_folder(name).with_extension("patch");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, text).unwrap();
    Experiment::read(&lessons::find("emit").unwrap(), &file).map_err(|error| format!("{error:#}"))
}

const WORDS: &str = "Change: one\nthing.\n\nPredict: what?\n\nHappens: this.\n\n";

fn patch(path: &str, line: &str) -> String {
    format!(
        "{WORDS}diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-{line}\n+\n"
    )
}

#[test]
fn the_words_of_a_patch_are_its_paragraphs() {
    let experiment = with_patch("words", &patch("src/lib.rs", "x")).unwrap();
    assert_eq!(experiment.change, "one thing.");
    assert_eq!(experiment.predict, "what?");
    assert_eq!(experiment.happens, "this.");
    assert!(experiment.patch.diff.starts_with("diff --git a/src/lib.rs"));

    let without = patch("src/lib.rs", "x").replace("Predict", "Guess");
    let words = with_patch("without", &without).unwrap_err();
    assert!(
        words.ends_with("no paragraph begins with `Predict:`"),
        "{words}"
    );
    let words = with_patch("no-diff", WORDS).unwrap_err();
    assert!(words.ends_with("there is no patch in it"), "{words}");
}

#[test]
fn a_patch_that_does_not_apply_is_an_error() {
    for (name, path) in [
        ("other-line", "src/lib.rs"),
        ("other-file", "src/nada.rs"),
        ("outside", "../nada.rs"),
    ] {
        let experiment = with_patch(name, &patch(path, "a line that is not there")).unwrap();
        let words = apply(&experiment.patch, &fresh_folder(name))
            .unwrap_err()
            .to_string();
        assert!(words.contains("no longer applies to 03-emit"), "{words}");
    }
}
