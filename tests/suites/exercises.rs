//! Every exercise: its solution conforms to its scenario, and the lesson that it builds on does not.

use std::{collections::BTreeSet, fs, thread};

use course::{
    exercises::{self, Exercise},
    lessons,
    scene::Scene,
};
use suites::{assert_snapshot, fault};
use wire::{connection::Transport, server::Server};
use workbook::programs::solution;

/// What a solution that goes by the clock should take for its period: nobody waits long here.
const QUICK: [(&str, &str); 1] = [("PERIOD_MS", "20")];

async fn start(exercise: &Exercise) -> Server {
    let server = Server::start(&solution(exercise), lessons::root(), &QUICK).await;
    server.unwrap_or_else(|error| panic!("{}: {error:#}", exercise.name))
}

#[test]
fn every_solution_gives_the_transcript_of_its_exercise() {
    let played = thread::scope(|threads| {
        let playing: Vec<_> = exercises::all()
            .into_iter()
            .map(|exercise| threads.spawn(move || conforms(&exercise)))
            .collect();
        playing
            .into_iter()
            .map(|thread| thread.join().is_ok())
            .collect::<Vec<_>>()
    });
    // Each that failed has said why.
    assert!(played.into_iter().all(|conforms| conforms));
}

#[tokio::main(flavor = "current_thread")]
async fn conforms(exercise: &Exercise) {
    for transport in exercise.scenario.transports() {
        let server = start(exercise).await;
        let log = Some(server.log.clone());
        let outcome = exercise.scenario.play(&server.base, *transport, log).await;
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
    let report = thread::scope(|threads| {
        let playing: Vec<_> = exercises::all()
            .into_iter()
            .map(|exercise| threads.spawn(move || fault_of(&exercise)))
            .collect();
        playing
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect::<String>()
    });
    assert_snapshot("exercises", &report);
}

fn fault_of(exercise: &Exercise) -> String {
    let lesson = exercise.scenario.lesson().unwrap();
    let fault = fault(&exercise.scenario, &lesson);
    format!(
        "{} on the exercise {}\n  {fault}\n",
        lesson.name, exercise.name
    )
}

#[tokio::test]
async fn the_live_chart_comes_with_its_page() {
    let exercises = exercises::all();
    let exercise = exercises
        .iter()
        .find(|exercise| exercise.name == "live_chart");
    let server = start(exercise.unwrap()).await;
    let mut scene = Scene::new(&server.base, Transport::Polling, None);
    let page = scene.get("ana", "/").await.unwrap();
    let sources = page.body.split("src=\"").skip(1);
    let own = sources
        .filter_map(|rest| rest.split_once('"'))
        .filter(|(path, _)| path.starts_with("/js/"));
    let own: Vec<_> = own.map(|(path, _)| path).collect();
    assert!(!own.is_empty(), "{}", page.body);
    for path in own {
        assert_eq!(scene.get("ana", path).await.unwrap().status, 200, "{path}");
    }
}

#[test]
fn every_exercise_has_a_solution_and_every_example_is_one() {
    let expected: BTreeSet<_> = exercises::all()
        .iter()
        .map(|exercise| {
            (
                exercise.scenario.lesson().unwrap().name,
                format!("{}.rs", exercise.name),
            )
        })
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
