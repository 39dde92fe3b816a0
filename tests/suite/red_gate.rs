//! Each lesson fails what the next one adds: a scenario that could not fail would prove nothing.

mod support;

use std::{fmt::Write as _, thread, time::Duration};

use contract::{
    lessons::{self, Lesson},
    scenario::{Scenario, snapshots},
    scenarios,
};

/// Here waiting is the rule: most of these scenarios wait in vain, all at the same time.
const PATIENCE: Duration = Duration::from_secs(1);

#[test]
fn each_lesson_fails_what_the_next_one_adds() {
    let lessons = lessons::all().unwrap();
    let pairs: Vec<_> = lessons
        .windows(2)
        .map(|pair| (&pair[0], &pair[1]))
        .collect();
    let report = thread::scope(|threads| {
        let mut playing = Vec::new();
        for (before, lesson) in pairs {
            for scenario in scenarios::all() {
                if scenario.lesson() == lesson.number {
                    let played = threads.spawn(move || fault(&scenario, before));
                    playing.push((before, lesson, scenario.name, played));
                }
            }
        }
        let mut report = String::new();
        let mut title = String::new();
        for (before, lesson, scenario, played) in playing {
            let next = format!("{} on what {} adds\n", before.name, lesson.name);
            if title != next {
                report.push_str(&next);
                title = next;
            }
            writeln!(report, "  {scenario}\n    {}", played.join().unwrap()).unwrap();
        }
        report
    });
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(snapshots());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("red_gate", report));
}

/// What the lesson before does wrong, over the first transport that shows it.
fn fault(scenario: &Scenario, lesson: &Lesson) -> String {
    let expected = scenario.expected().unwrap();
    for transport in scenario.transports() {
        let outcome = support::play(scenario, lesson, *transport, PATIENCE);
        if let Some(failure) = outcome.failure {
            return failure;
        }
        let mut lines = expected.lines().zip(outcome.transcript.lines());
        if let Some((expected, came)) = lines.find(|(expected, came)| expected != came) {
            return format!("`{}`, not `{}`", came.trim(), expected.trim());
        }
    }
    panic!(
        "{} passes {}, which the next lesson adds",
        lesson.name, scenario.name
    );
}
