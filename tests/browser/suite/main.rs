//! The pages of all lessons in a real browser, with the official client.

mod accessibility;
mod capstone;
mod chat;
mod class_page;
mod connection;
mod delivery;
mod exercises;
mod front_end;
mod history;
mod live_data;
mod messages;
mod middleware;
mod namespaces;
mod panel;
mod processes;
mod rooms;
mod row;
mod servers;
mod watch;

use std::{process::ExitCode, sync::Arc};

use browser::{Chromium, Result};
use course::lessons;
use libtest_mimic::{Arguments, Trial};
use tokio::runtime::Runtime;

/// Projectors, the first of them with 1080 lines at 200 %: width and height in CSS pixels.
const PROJECTORS: [(i64, i64); 3] = [(960, 540), (1280, 720), (1920, 1080)];

/// Windows of every kind: phone, notebook, projectors, a large screen.
const SIZES: [(i64, i64); 6] = [
    (360, 800),
    (1366, 768),
    PROJECTORS[0],
    PROJECTORS[1],
    PROJECTORS[2],
    (2560, 1440),
];

/// A lesson's trials, named after their functions.
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
    let mut arguments = Arguments::from_args();
    // The trials mostly wait.
    arguments.test_threads.get_or_insert(6);
    let runtime = Arc::new(Runtime::new().unwrap());
    let chromium = match runtime.block_on(Chromium::launch()) {
        Ok(chromium) => Arc::new(chromium),
        Err(error) => {
            eprintln!("{error:#}");
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
    // First, since they build, and the last trials need the whole machine.
    let mut trials = Vec::from(of_none!(suite, [
        "watch::reloads_its_pages_after_every_save": watch::reloads_its_pages_after_every_save,
        "exercises::the_chat_reaches_every_tab": exercises::the_chat_reaches_every_tab,
        "exercises::the_chart_draws_what_is_pushed_and_what_is_polled":
            exercises::the_chart_draws_what_is_pushed_and_what_is_polled,
    ]));
    let lessons = lessons::all().unwrap();
    // The production lessons share one page, and the last of them has the strictest policy. The chat has trials of its own,
    // and the lesson on threads has the page of Part I.
    let last = lessons.iter().rfind(|lesson| lesson.part == 2);
    let with_sockets = lessons.iter().filter(|lesson| lesson.includes("connect"));
    for lesson in with_sockets
        .filter(|lesson| lesson.part == 1 || Some(*lesson) == last || lesson.includes("threads"))
    {
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
        if lesson.includes("emit") {
            trials.extend(of_lesson!(
                suite,
                lesson,
                [
                    messages::sends_with_enter_and_with_the_button,
                    messages::does_not_send_an_empty_message,
                ]
            ));
        }
        if row::lists_messages(lesson).unwrap() {
            trials.extend(of_lesson!(
                suite,
                lesson,
                [messages::lists_any_text_as_text]
            ));
        }
    }
    for lesson in &lessons {
        let trial = of_lesson!(suite, lesson, [accessibility::has_no_serious_fault]);
        trials.extend(trial);
        // This lesson's policy keeps its page from connecting to other servers.
        if !lesson.includes("headers") {
            let trial = of_lesson!(suite, lesson, [connection::reloads_when_told_to]);
            trials.extend(trial);
        }
    }
    trials.extend(trials_of_the_chat(suite));
    trials.extend(of_none!(suite, [
        "stays_offline_without_a_server": connection::stays_offline_without_a_server,
        "duo::cuts_one_network_and_restores_it": panel::cuts_one_network_and_restores_it,
        "duo::reloads_when_told_to": connection::duo_reloads_when_told_to,
        "duo::has_no_serious_fault": accessibility::duo_has_no_serious_fault,
        "class_page::is_accessible_and_requests_nothing":
            class_page::is_accessible_and_requests_nothing,
        "class_page::hides_every_name_until_told_otherwise":
            class_page::hides_every_name_until_told_otherwise,
        "class_page::never_shows_a_name_when_opened_hidden":
            class_page::never_shows_a_name_when_opened_hidden,
        "class_page::is_reached_with_the_keyboard": class_page::is_reached_with_the_keyboard,
        "panel::shows_the_upgrade": panel::shows_the_upgrade,
        "panel::explains_a_frame_and_finds_a_fault": panel::explains_a_frame_and_finds_a_fault,
    ]));
    for size in SIZES {
        let (width, height) = size;
        for (name, path) in [("panel", "/"), ("duo", "/shared/duo.html")] {
            let name = format!("{name}::follows_the_newest_frame::{width}x{height}");
            trials.push(suite.trial(name, async move |chromium: Arc<Chromium>| {
                panel::follows_the_newest_frame(&chromium, path, size).await
            }));
        }
    }
    for size in PROJECTORS {
        let (width, height) = size;
        let name = format!("duo::fits_on_a_projector::{width}x{height}");
        trials.push(suite.trial(name, async move |chromium: Arc<Chromium>| {
            panel::fits_on_a_projector(&chromium, size).await
        }));
    }
    // Last, when most of the others are done: it uses a whole processor.
    trials.extend(of_none!(suite, [
        "panel::keeps_the_last_frames_of_a_flood": panel::keeps_the_last_frames_of_a_flood,
    ]));
    trials
}

/// The pages of Part III and of its capstone, which are more than a row of messages.
fn trials_of_the_chat(suite: &Suite) -> Vec<Trial> {
    Vec::from(of_none!(suite, [
        "chat::shows_who_is_here_and_who_wrote": chat::shows_who_is_here_and_who_wrote,
        "chat::enters_again_after_its_network_failed": chat::enters_again_after_its_network_failed,
        "rooms::shows_each_message_to_those_it_is_for": rooms::shows_each_message_to_those_it_is_for,
        "rooms::sends_nothing_to_everyone_that_was_for_one":
            rooms::sends_nothing_to_everyone_that_was_for_one,
        "rooms::joins_its_rooms_again_after_its_network_failed":
            rooms::joins_its_rooms_again_after_its_network_failed,
        "rooms::joins_and_leaves_a_room_with_the_keyboard":
            rooms::joins_and_leaves_a_room_with_the_keyboard,
        "rooms::duo_joins_the_room_of_its_address": rooms::duo_joins_the_room_of_its_address,
        "middleware::says_why_a_client_is_not_let_in": middleware::says_why_a_client_is_not_let_in,
        "middleware::is_back_at_once_under_its_name": middleware::is_back_at_once_under_its_name,
        "middleware::moves_to_the_newest_tab": middleware::moves_to_the_newest_tab,
        "namespaces::says_why_an_admin_is_refused": namespaces::says_why_an_admin_is_refused,
        "namespaces::shows_figures_as_they_change": namespaces::shows_figures_as_they_change,
        "namespaces::empties_a_room_with_the_keyboard": namespaces::empties_a_room_with_the_keyboard,
        "namespaces::an_admin_is_back_after_its_network_failed":
            namespaces::an_admin_is_back_after_its_network_failed,
        "front_end::chats_with_the_server_of_another_origin":
            front_end::chats_with_the_server_of_another_origin,
        "front_end::an_admin_is_still_in_after_a_reload":
            front_end::an_admin_is_still_in_after_a_reload,
        "front_end::says_why_a_token_is_refused": front_end::says_why_a_token_is_refused,
        "front_end::a_page_of_a_third_origin_gets_no_connection":
            front_end::a_page_of_a_third_origin_gets_no_connection,
        "front_end::duo_joins_the_room_of_its_address":
            front_end::duo_joins_the_room_of_its_address,
        "front_end::says_when_its_modules_do_not_load": front_end::says_when_its_modules_do_not_load,
        "history::shows_the_same_order_on_every_page": history::shows_the_same_order_on_every_page,
        "history::shows_earlier_messages_to_a_page_that_comes_later":
            history::shows_earlier_messages_to_a_page_that_comes_later,
        "history::shows_what_it_has_missed_once": history::shows_what_it_has_missed_once,
        "live_data::draws_the_last_minute": live_data::draws_the_last_minute,
        "live_data::raises_an_alarm_on_every_page": live_data::raises_an_alarm_on_every_page,
        "capstone::a_ticket_is_taken_called_and_shown": capstone::a_ticket_is_taken_called_and_shown,
        "capstone::a_phone_keeps_its_ticket": capstone::a_phone_keeps_its_ticket,
        "capstone::a_desk_says_why_nobody_comes": capstone::a_desk_says_why_nobody_comes,
        "capstone::nothing_is_lost_when_the_server_restarts":
            capstone::nothing_is_lost_when_the_server_restarts,
        "delivery::keeps_what_is_typed_while_offline": delivery::keeps_what_is_typed_while_offline,
        "delivery::a_message_whose_answer_is_lost_is_shown_once":
            delivery::a_message_whose_answer_is_lost_is_shown_once,
        "delivery::fetches_a_message_that_it_has_missed": delivery::fetches_a_message_that_it_has_missed,
        "delivery::sends_nothing_that_is_too_long": delivery::sends_nothing_that_is_too_long,
        "processes::each_page_has_a_key_of_its_own_in_all_its_requests":
            processes::each_page_has_a_key_of_its_own_in_all_its_requests,
    ]))
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
            let played = runtime.block_on(play(chromium));
            // With all its causes: the outermost only says what the test was waiting for.
            played.map_err(|error| format!("{error:#}").into())
        })
    }
}
