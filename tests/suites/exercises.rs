//! Every exercise: its solution conforms to its scenario, and the lesson that it builds on does not.

use std::{collections::BTreeSet, fs, path::Path, thread};

use course::{
    exercises::{self, Exercise},
    lessons,
};
use suites::{
    assert_snapshot,
    copies::{self, fresh_folder, install_client},
    fault,
};
use wire::server::Server;
use workbook::{
    programs::cargo,
    work::{Built, solve},
};

/// Does something with every exercise, each in a thread of its own. Panics at the end if any of it has.
fn with_each<T: Send>(action: impl Fn(&Exercise) -> T + Sync) -> Vec<T> {
    let action = &action;
    thread::scope(|threads| {
        let doing: Vec<_> = exercises::all()
            .into_iter()
            .map(|exercise| threads.spawn(move || action(&exercise)))
            .collect();
        let done: Vec<_> = doing
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect();
        // Each that failed has said why.
        done.into_iter().map(Result::unwrap).collect()
    })
}

#[test]
fn every_solution_is_tidy_and_gives_the_transcript_of_its_exercise() {
    with_each(|exercise| {
        let folder = fresh_folder(&format!("solution_{}", exercise.name));
        solve(exercise, &folder).unwrap();
        install_client(&folder);
        let mut fmt = cargo();
        let formatted = fmt.args(["fmt", "--check"]).current_dir(&folder).status();
        assert!(formatted.unwrap().success(), "{}", exercise.name);
        let program = copies::build(&folder);
        let program = program.unwrap_or_else(|error| panic!("{}: {error:#}", exercise.name));
        assert_eq!(program.warnings, [""; 0], "{}", exercise.name);
        conforms(exercise, &program, &folder);
    });
}

#[tokio::main(flavor = "current_thread")]
async fn conforms(exercise: &Exercise, program: &Built, folder: &Path) {
    for transport in exercise.scenario.transports() {
        let server = Server::start(&program.path, folder, &[]).await;
        let server = server.unwrap_or_else(|error| panic!("{}: {error:#}", exercise.name));
        let outcome = exercise.scenario.play_on(server, *transport).await;
        assert_eq!(
            outcome.failure, None,
            "{} over {transport}: {}",
            exercise.name, outcome.transcript
        );
        assert_snapshot(
            &exercise.scenario.snapshot_name().unwrap(),
            &outcome.transcript.to_string(),
        );
    }
}

#[test]
fn every_lesson_fails_its_exercises() {
    assert_snapshot("exercises", &with_each(fault_of).concat());
}

fn fault_of(exercise: &Exercise) -> String {
    let lesson = exercise.scenario.lesson().unwrap();
    let fault = fault(&exercise.scenario, &lesson);
    format!(
        "{} on the exercise {}\n  {fault}\n",
        lesson.name, exercise.name
    )
}

#[test]
fn every_exercise_has_a_solution_and_every_solution_an_exercise() {
    let expected: BTreeSet<_> = exercises::all()
        .iter()
        .map(|exercise| {
            (
                exercise.scenario.lesson().unwrap().name,
                format!("{}.patch", exercise.name),
            )
        })
        .collect();
    let mut found = BTreeSet::new();
    for lesson in lessons::all().unwrap() {
        if let Ok(folder) = fs::read_dir(lesson.folder().join("solutions")) {
            for file in folder {
                let file = file.unwrap().file_name().into_string().unwrap();
                found.insert((lesson.name.clone(), file));
            }
        }
    }
    assert_eq!(found, expected);
}
