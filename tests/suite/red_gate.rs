//! Each lesson fails what the next one adds: a scenario that could not fail would prove nothing.

mod support;

use std::{fmt::Write as _, thread, time::Duration};

use contract::{lessons, scenarios};

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
                    let played = threads.spawn(move || support::fault(&scenario, before, PATIENCE));
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
    support::assert_transcript("red_gate", &report);
}
