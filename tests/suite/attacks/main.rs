//! What a server in the open must stand: attacks, clients that stall, the end of its process.

mod bodies;
mod floods;
mod forwarded;
mod headers;
mod log;
mod origins;
mod properties;
mod raw;
mod sessions;
mod settings;
mod shutdown;
mod slow;
mod stalled;

use std::{future::Future, path::PathBuf, time::Duration};

use contract::{connection::Transport, lessons, production::Production, programs::program};
use libtest_mimic::{Arguments, Trial};
use tokio::time::timeout;

/// No trial takes this long but one that waits for what does not come.
const LIMIT: Duration = Duration::from_secs(300);

/// A trial for each of these functions, named as they are.
macro_rules! trials {
    ($($module:ident::{$($trial:ident),* $(,)?})*) => {
        vec![$($(trial(
            concat!(stringify!($module), "::", stringify!($trial)),
            $module::$trial,
        )),*),*]
    };
}

fn main() {
    let mut arguments = Arguments::from_args();
    // The trials wait more than they work.
    arguments.test_threads.get_or_insert(12);
    let mut trials = trials! {
        origins::{
            a_foreign_page_opens_no_session,
            a_foreign_page_has_no_part_in_a_session_that_is_open,
            an_image_on_a_foreign_page_takes_no_place,
            own_and_listed_pages_open_sessions,
            a_preflight_allows_listed_pages_alone,
            a_list_may_allow_everyone,
        }
        bodies::{
            a_body_over_the_limit_ends_only_its_session,
            a_body_without_end_is_cut_off,
            a_body_whose_announced_length_is_enormous_takes_no_memory,
            a_frame_over_the_limit_ends_only_its_connection,
            a_frame_whose_announced_length_is_enormous_takes_no_memory,
            a_message_of_many_frames_over_the_limit_ends_only_its_connection,
            a_head_without_end_is_cut_off,
            a_long_head_is_refused,
            attachments_are_no_way_round_the_limit,
            an_answer_is_short_whatever_was_asked,
            a_body_that_nobody_asked_for_is_not_read_for_ever,
            no_path_leads_out_of_the_folder,
        }
        slow::{
            slow_heads_are_cut_off,
            slow_bodies_are_answered_with_408,
            silent_connections_are_cut_off,
            a_long_poll_and_an_idle_websocket_are_not_slow,
        }
        sessions::{
            an_id_that_is_none_opens_nothing,
            nobody_learns_the_id_of_another,
        }
        floods::{
            connections_that_say_nothing_give_way_in_time,
            a_full_server_says_so_and_only_to_who_comes,
            a_full_address_says_so_and_only_to_itself,
            a_client_that_never_asks_for_a_namespace_has_no_place_for_ever,
            a_request_that_opens_nothing_takes_no_place,
            who_sends_too_much_is_told_and_then_has_to_leave,
            who_floods_at_the_default_limits_has_to_leave,
            who_comes_back_all_the_time_finds_its_limit,
            an_address_opens_sessions_only_so_often,
            who_pauses_may_speak_again,
            a_flood_of_what_nobody_listens_to_disturbs_nobody,
            a_websocket_that_leaves_gives_its_place_back,
            a_websocket_that_leaves_early_gives_its_place_back,
            a_websocket_that_is_cut_gives_its_place_back,
            a_websocket_that_is_cut_early_gives_its_place_back,
            a_websocket_that_leaves_the_namespace_gives_its_place_back,
            a_polling_client_that_leaves_gives_its_place_back,
            a_polling_client_that_leaves_early_gives_its_place_back,
            a_polling_client_that_is_cut_gives_its_place_back,
            a_polling_client_that_is_cut_early_gives_its_place_back,
            a_polling_client_that_leaves_the_namespace_gives_its_place_back,
        }
        forwarded::{
            without_a_trusted_proxy_the_header_says_nothing,
            behind_one_proxy_the_last_address_counts,
            behind_two_proxies_the_last_but_one_counts,
            a_proxy_may_add_a_port,
        }
        headers::{
            every_answer_tells_browsers_what_pages_must_not_do,
            only_what_came_encrypted_is_told_to_stay_so,
            files_travel_small_and_only_when_they_have_changed,
            every_request_has_an_id_of_its_own_which_the_log_names,
            pages_hold_no_script_and_no_style_of_their_own,
        }
        log::{
            the_log_holds_no_payload_and_no_secret,
            nobody_fills_the_log,
            the_metrics_say_what_happened,
            the_gauge_counts_who_is_there_however_they_come_and_go,
            the_public_does_not_reach_the_metrics,
        }
        settings::{
            all_that_is_wrong_is_said_at_once,
            one_that_is_wrong_is_said_alone,
            a_time_has_bounds,
            an_origin_is_a_scheme_and_a_host,
            help_lists_every_setting,
        }
        stalled::{
            a_websocket_that_stops_reading_is_cut_off,
            a_polling_client_that_stops_reading_is_cut_off,
            many_that_fetch_nothing_hold_no_more_than_one,
        }
        shutdown::{
            what_was_answered_was_delivered,
            what_was_answered_was_delivered_after_a_drain,
            while_it_drains_it_is_alive_and_not_ready,
            who_polls_in_the_middle_of_a_burst_gets_all_of_it,
            who_only_polls_does_not_count_for_who_has_to_fetch,
            requests_in_flight_are_answered,
            ctrl_c_ends_it_well,
            a_second_signal_ends_it_at_once,
        }
    };
    for transport in Transport::BOTH {
        let name = format!("properties::nothing_that_a_client_sends_disturbs_another::{transport}");
        let play = move || properties::nothing_that_a_client_sends_disturbs_another(transport);
        trials.push(Trial::test(name, play));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial<F: Future<Output = ()>>(name: &str, play: fn() -> F) -> Trial
where
    F: 'static,
{
    Trial::test(name, move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let played = runtime.block_on(async { timeout(LIMIT, play()).await });
        played.map_err(|_| format!("the trial still waits after {LIMIT:?}").into())
    })
}

/// The program of lesson 07.
fn deploy() -> PathBuf {
    program(&lessons::find("deploy").unwrap())
}

/// Lesson 07 with these settings.
async fn start(environment: &[(&str, &str)]) -> Production {
    Production::start(&deploy(), environment).await.unwrap()
}
