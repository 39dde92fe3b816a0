//! The pages of all lessons in a real browser, with the official client.

mod accessibility;
mod connection;
mod messages;
mod panel;
mod row;
mod servers;

use std::{env, process::ExitCode, sync::Arc};

use browser::{Chromium, Result};
use contract::lessons::{self, Lesson};
use libtest_mimic::{Arguments, Trial};
use tokio::runtime::Runtime;

/// Trials of a lesson, each named as its function is.
macro_rules! of_lesson {
    ($suite:expr, $lesson:expr, [$($module:ident::$trial:ident),+ $(,)?]) => {
        [$({
            let lesson = $lesson.clone();
            let name = format!("{}::{}", lesson.name, stringify!($trial));
            $suite.trial(name, async move |chromium: Arc<Chromium>| {
                $module::$trial(&chromium, &lesson).await
            })
        }),+]
    };
}

/// Trials that belong to no lesson.
macro_rules! of_none {
    ($suite:expr, [$($name:literal: $module:ident::$trial:ident),+ $(,)?]) => {
        [$($suite.trial($name, async |chromium: Arc<Chromium>| {
            $module::$trial(&chromium).await
        })),+]
    };
}

fn main() -> ExitCode {
    // A lesson finds the client from the folder where it starts.
    env::set_current_dir(lessons::root()).unwrap();
    let mut arguments = Arguments::from_args();
    // The trials wait more than they work.
    arguments.test_threads.get_or_insert(6);
    let runtime = Arc::new(Runtime::new().unwrap());
    let chromium = match runtime.block_on(Chromium::launch()) {
        Ok(chromium) => Arc::new(chromium),
        Err(words) => {
            eprintln!("{words}");
            return ExitCode::FAILURE;
        }
    };
    let suite = Suite {
        runtime: Arc::clone(&runtime),
        chromium: Arc::clone(&chromium),
    };
    let conclusion = libtest_mimic::run(&arguments, trials(&suite));
    drop(suite);
    if let Ok(chromium) = Arc::try_unwrap(chromium) {
        runtime.block_on(chromium.close()).unwrap();
    }
    conclusion.exit_code()
}

fn trials(suite: &Suite) -> Vec<Trial> {
    let mut trials = Vec::new();
    for lesson in with_sockets() {
        for transport in ["both", "polling", "websocket"] {
            let name = format!(
                "{}::shows_what_its_transcript_says::{transport}",
                lesson.name
            );
            let lesson = lesson.clone();
            trials.push(suite.trial(name, async move |chromium: Arc<Chromium>| {
                row::shows_what_its_transcript_says(&chromium, &lesson, transport).await
            }));
        }
        trials.extend(of_lesson!(
            suite,
            lesson,
            [
                connection::survives_a_network_that_fails,
                connection::survives_a_server_that_restarts,
                connection::says_when_the_client_is_not_installed,
            ]
        ));
        if lesson.number >= 3 {
            trials.extend(of_lesson!(
                suite,
                lesson,
                [
                    messages::sends_with_enter_and_with_the_button,
                    messages::sends_nothing_when_there_is_nothing_to_say,
                ]
            ));
        }
        if with_list().contains(&lesson) {
            trials.extend(of_lesson!(
                suite,
                lesson,
                [messages::lists_any_text_as_text]
            ));
        }
    }
    for lesson in lessons::all().unwrap() {
        trials.extend(of_lesson!(
            suite,
            lesson,
            [
                connection::reloads_when_it_is_told_to,
                accessibility::has_no_serious_fault,
            ]
        ));
    }
    trials.extend(of_none!(suite, [
        "stays_offline_without_a_server": connection::stays_offline_without_a_server,
        "duo::cuts_one_network_and_restores_it": panel::cuts_one_network_and_restores_it,
        "duo::has_no_serious_fault": accessibility::duo_has_no_serious_fault,
        "panel::shows_the_upgrade": panel::shows_the_upgrade,
        "panel::keeps_the_last_frames_of_a_flood": panel::keeps_the_last_frames_of_a_flood,
        "panel::explains_a_frame_and_finds_a_fault": panel::explains_a_frame_and_finds_a_fault,
    ]));
    trials
}

struct Suite {
    runtime: Arc<Runtime>,
    chromium: Arc<Chromium>,
}

impl Suite {
    fn trial<F>(&self, name: impl Into<String>, play: F) -> Trial
    where
        F: AsyncFnOnce(Arc<Chromium>) -> Result + Send + 'static,
    {
        let (runtime, chromium) = (Arc::clone(&self.runtime), Arc::clone(&self.chromium));
        Trial::test(name, move || {
            runtime.block_on(play(chromium)).map_err(Into::into)
        })
    }
}

fn with_sockets() -> Vec<Lesson> {
    let lessons = lessons::all().unwrap();
    lessons
        .into_iter()
        .filter(|lesson| lesson.number >= 2)
        .collect()
}

/// The lessons whose page lists what others send.
fn with_list() -> Vec<Lesson> {
    let lessons = with_sockets().into_iter();
    lessons
        .filter(|lesson| [4, 6, 7].contains(&lesson.number))
        .collect()
}
