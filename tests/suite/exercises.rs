//! Every exercise: its solution conforms to its scenario, and the lesson that it builds on does not.

mod support;

use std::{collections::BTreeSet, fmt::Write as _, fs, time::Duration};

use contract::{
    exercises::{self, Exercise},
    lessons::{self, Lesson},
    programs::solution,
    server::Server,
};

/// Nothing waits here unless it fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// The lessons do not answer at all where an exercise wants something.
const SHORT: Duration = Duration::from_secs(1);

fn lesson(exercise: &Exercise) -> Lesson {
    lessons::find(&exercise.scenario.lesson().to_string()).unwrap()
}

#[tokio::test]
async fn every_solution_gives_the_transcript_of_its_exercise() {
    for exercise in exercises::all() {
        for transport in exercise.scenario.transports() {
            let server = Server::start(&solution(&exercise), lessons::root(), &[]).await;
            let server = server.unwrap_or_else(|words| panic!("{}: {words}", exercise.name));
            let log = Some(server.log.clone());
            let played = exercise
                .scenario
                .play(&server.base, *transport, PATIENCE, log);
            let outcome = played.await;
            assert_eq!(
                outcome.failure, None,
                "{}: {}",
                exercise.name, outcome.transcript
            );
            support::assert_transcript(&exercise.scenario.snapshot_name(), &outcome.transcript);
        }
    }
}

#[test]
fn every_lesson_fails_its_exercises() {
    let mut report = String::new();
    for exercise in exercises::all() {
        let lesson = lesson(&exercise);
        let fault = support::fault(&exercise.scenario, &lesson, SHORT);
        writeln!(
            report,
            "{} on the exercise {}\n  {fault}",
            lesson.name, exercise.name
        )
        .unwrap();
    }
    support::assert_transcript("exercises", &report);
}

#[test]
fn every_exercise_has_a_solution_and_every_example_is_one() {
    let expected: BTreeSet<_> = exercises::all()
        .iter()
        .map(|exercise| (lesson(exercise).name, format!("{}.rs", exercise.name)))
        .collect();
    let mut found = BTreeSet::new();
    for lesson in lessons::all().unwrap() {
        if let Ok(folder) = fs::read_dir(lesson.folder().join("examples")) {
            for file in folder {
                let file = file.unwrap().file_name().into_string().unwrap();
                found.insert((lesson.name.clone(), file));
            }
        }
    }
    assert_eq!(found, expected);
}
