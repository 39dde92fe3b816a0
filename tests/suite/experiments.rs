//! Every experiment: its patch applies, the copy compiles, and what becomes of the lesson's scenarios is as recorded.

#[expect(dead_code, reason = "other suites use the rest")]
mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use contract::{
    experiments::{self, Experiment},
    lessons,
    scenario::Scenario,
    server::Server,
    work::{Built, build},
};

/// Many of these scenarios wait in vain, all at the same time. Long enough that on a busy machine what does come
/// is not late.
const VAIN: Duration = Duration::from_secs(8);

/// How many scenarios play at the same time. Most that fail do nothing but wait.
const WORKERS: usize = 16;

/// A folder for the copies, the same on every run, so that cargo replaces what it built the last time.
fn copies() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("experiments")
}

/// A folder in it that does not exist yet.
fn fresh_folder(name: &str) -> PathBuf {
    let folder = copies().join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    folder
}

/// A copy of a lesson, broken as the experiment says.
struct Copy<'a> {
    experiment: &'a Experiment,
    folder: PathBuf,
    program: Built,
}

impl<'a> Copy<'a> {
    fn new(experiment: &'a Experiment) -> Self {
        let folder = fresh_folder(&experiment.snapshot_name());
        experiment.apply(&folder).unwrap();
        // The suite needs no installed files.
        let vendor = folder.join("public/vendor/socket.io");
        fs::create_dir_all(&vendor).unwrap();
        fs::write(vendor.join("socket.io.js"), "// the client").unwrap();
        let program = build(&folder);
        let program = program.unwrap_or_else(|words| panic!("{}: {words}", experiment.name));
        Self {
            experiment,
            folder,
            program,
        }
    }

    /// What it does wrong in a scenario, over the first transport that shows it.
    #[tokio::main(flavor = "current_thread")]
    async fn fault(&self, scenario: &Scenario) -> Option<String> {
        for transport in scenario.transports() {
            let server = Server::start(&self.program.path, &self.folder, &[]).await;
            let server = server.unwrap();
            let log = Some(server.log.clone());
            let outcome = scenario.play(&server.base, *transport, VAIN, log).await;
            let fault = support::difference(scenario, &outcome);
            if fault.is_some() {
                return fault;
            }
        }
        None
    }
}

#[test]
fn every_experiment_has_the_outcome_that_is_recorded() {
    let experiments = experiments::all().unwrap();
    // All are built before the first runs: a program that is copied while another starts may be busy.
    let copies: Vec<_> = experiments.iter().map(Copy::new).collect();
    let scenarios = |copy: &Copy| copy.experiment.scenarios().unwrap();
    let jobs: Vec<_> = copies
        .iter()
        .flat_map(|copy| {
            scenarios(copy)
                .into_iter()
                .map(move |scenario| (copy, scenario))
        })
        .collect();
    let faults = in_parallel(&jobs, |(copy, scenario)| copy.fault(scenario));

    let mut played = jobs.iter().zip(faults).peekable();
    for experiment in &experiments {
        let mut report = format!("{}, {}\n", experiment.lesson.name, experiment.title());
        let header = report.len();
        while let Some(((_, scenario), fault)) =
            played.next_if(|((copy, _), _)| copy.experiment.name == experiment.name)
        {
            let Some(words) = fault else { continue };
            writeln!(report, "  {} fails", scenario.name).unwrap();
            // What a burst loses differs from run to run.
            if !scenario.name.contains("burst") {
                writeln!(report, "    {words}").unwrap();
            }
        }
        if report.len() == header {
            report += "  every scenario passes\n";
        }
        support::assert_transcript(&experiment.snapshot_name(), &report);
    }
}

/// Does the jobs on a few threads, and gives what came of them in their order.
fn in_parallel<J: Sync, T: Send>(jobs: &[J], work: impl Fn(&J) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done = thread::scope(|threads| {
        let worker = || {
            let mut done = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(job) = jobs.get(number) else {
                    return done;
                };
                done.push((number, work(job)));
            }
        };
        let workers: Vec<_> = (0..WORKERS).map(|_| threads.spawn(worker)).collect();
        let done = workers.into_iter().map(|worker| worker.join().unwrap());
        done.flatten().collect::<BTreeMap<_, _>>()
    });
    done.into_values().collect()
}

#[test]
fn every_lesson_has_an_experiment_and_every_file_is_one() {
    let lessons: BTreeSet<_> = lessons::all()
        .unwrap()
        .into_iter()
        .map(|lesson| lesson.name)
        .collect();
    let folders: BTreeSet<_> = fs::read_dir(experiments::folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(folders, lessons);
    for experiment in experiments::all().unwrap() {
        assert!(
            !experiment.scenarios().unwrap().is_empty(),
            "{}",
            experiment.name
        );
    }
}

/// An experiment with this patch in place of its own.
fn with_patch(name: &str, text: &str) -> Result<Experiment, String> {
    let folder = copies();
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{name}.patch"));
    fs::write(&file, text).unwrap();
    Experiment::read(&lessons::find("emit").unwrap(), &file)
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
    assert!(experiment.diff.starts_with("diff --git a/src/lib.rs"));

    let without = patch("src/lib.rs", "x").replace("Predict", "Guess");
    let words = with_patch("without", &without).unwrap_err();
    assert!(
        words.ends_with("no paragraph begins with `Predict:`"),
        "{words}"
    );
    let words = with_patch("no-diff", WORDS).unwrap_err();
    assert!(words.ends_with("no patch is in it"), "{words}");
}

#[test]
fn a_patch_that_does_not_apply_is_an_error() {
    for (name, path) in [
        ("other-line", "src/lib.rs"),
        ("other-file", "src/nada.rs"),
        ("outside", "../nada.rs"),
    ] {
        let experiment = with_patch(name, &patch(path, "a line that is not there")).unwrap();
        let words = experiment.apply(&fresh_folder(name)).unwrap_err();
        assert!(words.contains("no longer applies to 03-emit"), "{words}");
    }
}
