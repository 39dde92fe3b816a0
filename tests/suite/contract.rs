//! Every lesson plays all of its scenarios, over both transports, and gives their transcripts.

#[expect(dead_code, reason = "other suites use the rest")]
mod support;

use std::{collections::BTreeSet, fs, time::Duration};

use contract::{
    connection::Transport,
    exercises,
    experiments::{self, Experiment},
    lessons::{self, Lesson},
    scenario::{Scenario, snapshots},
    scenarios,
};
use libtest_mimic::{Arguments, Failed, Trial};

/// Nothing here waits unless it fails, so this is for a machine that is very busy.
const PATIENCE: Duration = Duration::from_secs(20);

fn main() {
    let lessons = lessons::all().unwrap();
    let mut trials = vec![Trial::test(
        "every_snapshot_is_given_by_something",
        no_orphans,
    )];
    for scenario in scenarios::all() {
        for lesson in &lessons {
            if scenario.lessons().contains(&lesson.number) {
                trials.extend(scenario.transports().iter().map(|transport| {
                    let (lesson, transport) = (lesson.clone(), *transport);
                    let name = format!("{}::{}::{transport}", lesson.name, scenario.name);
                    Trial::test(name, move || conforms(&scenario, &lesson, transport))
                }));
            }
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn conforms(scenario: &Scenario, lesson: &Lesson, transport: Transport) -> Result<(), Failed> {
    let outcome = support::play(scenario, lesson, transport, PATIENCE);
    if let Some(failure) = outcome.failure {
        return Err(format!("{failure}\n\nUntil then:\n{}", outcome.transcript).into());
    }
    support::assert_transcript(&scenario.snapshot_name(), &outcome.transcript);
    Ok(())
}

fn no_orphans() -> Result<(), Failed> {
    let mut scenarios = scenarios::all();
    scenarios.extend(exercises::all().iter().map(|exercise| exercise.scenario));
    let mut names: BTreeSet<_> = scenarios.iter().map(Scenario::snapshot_name).collect();
    if names.len() != scenarios.len() {
        return Err("two scenarios have the same name".into());
    }
    names.extend(experiments::all()?.iter().map(Experiment::snapshot_name));
    for lesson in lessons::all()? {
        names.extend(["red", "green"].map(|state| format!("check_{:02}_{state}", lesson.number)));
    }
    // Other suites record snapshots under names that stand in their sources.
    let mut sources = String::new();
    for suite in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/suite"))? {
        let suite = suite?.path();
        if suite.is_file() {
            sources += &fs::read_to_string(suite)?;
        }
    }
    let is_named = |name: &str| sources.contains(&format!("\"{name}\""));
    for entry in fs::read_dir(snapshots())? {
        let file = entry?.file_name();
        let file = file.to_string_lossy();
        // What has no such ending is a snapshot that waits for its review.
        let name = file.strip_suffix(".snap").unwrap_or("");
        if file.ends_with(".snap") && !names.contains(name) && !is_named(name) {
            return Err(format!("nothing gives {file}: remove it, or mend its name").into());
        }
    }
    Ok(())
}
