//! From lesson 21 on, every client hears each acknowledged message exactly once, in order.

use proof::{
    Transports,
    run::{LISTENERS, Verdict, run},
    server::Contender,
    stalled,
};

#[tokio::main(flavor = "current_thread")]
async fn verdict(
    lesson: &'static str,
    processes: usize,
    transports: Transports,
    messages: usize,
) -> Verdict {
    let verdict = run(Contender::Lesson(lesson), processes, transports, messages)
        .await
        .unwrap();
    println!("{lesson} over {}: {verdict:?}", transports.name());
    verdict
}

fn is_perfect(lesson: &'static str, processes: usize, transports: Transports) {
    let verdict = verdict(lesson, processes, transports, 3_000);
    assert_eq!(verdict.perfect, LISTENERS, "{verdict:?}");
    assert!(verdict.cuts > 100, "{verdict:?}");
}

#[test]
fn each_message_is_heard_once_over_websocket() {
    is_perfect("delivery", 1, Transports::WebSocket);
}

#[test]
fn each_message_is_heard_once_over_long_polling() {
    is_perfect("delivery", 1, Transports::Polling);
}

#[test]
fn each_message_is_heard_once_over_both() {
    is_perfect("delivery", 1, Transports::Mixed);
}

#[test]
fn each_message_is_heard_once_in_three_processes() {
    is_perfect("processes", 3, Transports::Mixed);
}

/// Redis is restarted, too.
#[test]
fn each_message_is_heard_once_at_three_nodes() {
    is_perfect("machines", 3, Transports::Mixed);
}

/// Lesson 20 doesn't know a message that it already has.
#[test]
fn without_ids_messages_are_heard_twice() {
    let verdict = verdict("history", 1, Transports::Mixed, 600);
    assert!(verdict.twice > 0 && verdict.perfect == 0, "{verdict:?}");
}

#[tokio::test]
async fn a_client_that_did_not_read_notices_the_gap_and_misses_nothing() {
    let outcome = stalled::run(Contender::Lesson("delivery"), 4_500)
        .await
        .unwrap();
    assert!(
        outcome.noticed,
        "the buffer should have overflowed: {outcome:?}"
    );
    assert!(outcome.numbers.iter().copied().eq(1..=4_501), "{outcome:?}");
}
