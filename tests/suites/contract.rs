//! Every lesson produces the transcripts of all of its scenarios, over both transports.

use course::{
    lessons::{self, Lesson},
    scenario::Scenario,
    scenarios,
};
use libtest_mimic::{Arguments, Failed, Trial};
use suites::{assert_snapshot, play};
use wire::connection::Transport;

fn main() {
    let mut trials = Vec::new();
    for lesson in lessons::all().unwrap() {
        for scenario in scenarios::of(&lesson) {
            for transport in scenario.transports() {
                let lesson = lesson.clone();
                let name = format!("{}::{}::{transport}", lesson.name, scenario.name);
                let trial = move || conforms(&scenario, &lesson, *transport);
                trials.push(Trial::test(name, trial));
            }
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn conforms(scenario: &Scenario, lesson: &Lesson, transport: Transport) -> Result<(), Failed> {
    let outcome = play(scenario, lesson, transport);
    if let Some(failure) = outcome.failure {
        return Err(format!("{failure}\n\nSo far:\n{}", outcome.transcript).into());
    }
    assert_snapshot(&scenario.snapshot_name()?, &outcome.transcript.to_string());
    Ok(())
}
