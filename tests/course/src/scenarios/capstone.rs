//! The capstone: a queue with tickets.

use std::{collections::BTreeSet, ops::RangeInclusive};

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::group;
use crate::{
    lessons::CAPSTONE,
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// How many tickets each client of a crowd asks for, or calls, at once.
const EACH: u64 = 20;

/// For tickets.
const TICKETS: Hints = [
    "A ticket has a number, which everyone may see, and the id of its request, which only its phone knows. A request with a \
     known id is the same request again, on any connection: its answer was lost.",
    "`TryData` and `AckSender`, as in lesson 05, and `State`, as in lesson 17.",
    "Look for the ticket and take the next number in one step, with nothing between: a lock, a transaction, or a single \
     statement with a `UNIQUE` column. Otherwise, two requests at once get the same number.",
];

/// For desks.
const DESKS: Hints = [
    "The longest wait belongs to the lowest number that no desk has called. A call that's asked for again gets the same \
     ticket.",
    "A desk's name is checked like the name of a person in lesson 14: trimmed, counted in characters, without control \
     characters.",
    "Find the ticket and mark it as called in one step. In SQL, an `UPDATE` can do both, and `RETURNING` says what it has \
     changed.",
];

/// For the wall screen.
const SCREEN: Hints = [
    "The queue is a state: a client needs only the newest. Send all of it when a client connects, and to everyone when it has \
     changed.",
    "`socket.emit` in `on_connect`, and `SocketIo::emit` after a change. Both send what the same function returns.",
    "The calls, the newest first: tickets are called in the order of their numbers.",
];

/// For what must not be lost.
const STORED: Hints = [
    "A process that's killed keeps nothing but what's on the disk. An acknowledgement is a promise, so store first, and \
     acknowledge then.",
    "`rusqlite::Connection::open` with the file that `DATABASE` names, as in lesson 19. The program creates the table if \
     it's not there.",
    "What a ticket's row needs: its number, the phone's id, the desk that has called it, and the id of that call.",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from(CAPSTONE),
        BothTransports,
        TICKETS,
        [
            tickets_are_numbered_from_1,
            a_phone_that_asks_again_keeps_its_ticket,
            a_request_for_a_ticket_that_does_not_fit_is_refused,
            many_phones_at_once_get_numbers_without_gaps,
        ]
    ),
    group!(
        from(CAPSTONE),
        BothTransports,
        DESKS,
        [
            desks_call_those_who_wait_in_their_order,
            a_desk_that_asks_again_gets_the_same_ticket,
            a_call_that_does_not_fit_is_refused,
            two_desks_at_once_never_call_the_same_ticket,
        ]
    ),
    group!(
        from(CAPSTONE),
        BothTransports,
        SCREEN,
        [
            everyone_sees_how_many_wait_and_who_was_called,
            a_screen_shows_the_last_four_calls,
            a_late_screen_sees_the_queue_at_once,
        ]
    ),
    group!(
        from(CAPSTONE),
        BothTransports,
        STORED,
        [
            a_phone_that_was_away_hears_that_it_was_called,
            tickets_survive_a_restart,
            calls_survive_a_restart,
        ]
    ),
];

/// These clients connect.
async fn arrive(scene: &mut Scene, title: &str, names: &[&str]) -> Result {
    scene.watches_the_queue();
    scene.step(title).await?;
    scene.connect(names).await
}

/// The answer to a request for a ticket, or to a call.
fn ticket(number: u64, desk: Option<&str>) -> Value {
    json!({ "ok": true, "ticket": { "numero": number, "escritorio": desk } })
}

/// The state that everyone sees: how many wait, and the last calls, the newest first.
fn queue(waiting: u64, calls: &[(u64, &str)]) -> Value {
    let calls = calls.iter();
    let calls = calls.map(|(number, desk)| json!({ "numero": number, "escritorio": desk }));
    json!({ "pendientes": waiting, "ultimos": calls.collect::<Vec<_>>() })
}

fn call(desk: &str, id: &str) -> Value {
    json!({ "escritorio": desk, "id": id })
}

/// Asks for a ticket, and gets this one.
async fn takes(scene: &mut Scene, who: &str, id: &str, number: u64) -> Result {
    scene.ask(who, "pedir-ticket", &json!({ "id": id }))?;
    scene.is_answered(who, &ticket(number, None)).await
}

/// Takes this many tickets, from number 1 on.
async fn takes_many(scene: &mut Scene, who: &str, count: u64) -> Result {
    for number in 1..=count {
        takes(scene, who, &format!("{who}-{number}"), number).await?;
    }
    Ok(())
}

/// Calls the next ticket, and gets this one.
async fn calls(scene: &mut Scene, who: &str, desk: &str, id: &str, number: u64) -> Result {
    scene.ask(who, "atender", &call(desk, id))?;
    scene.is_answered(who, &ticket(number, Some(desk))).await
}

/// Calls the next ticket, and is told that there's none.
async fn finds_nobody(scene: &mut Scene, who: &str, desk: &str, id: &str) -> Result {
    scene.ask(who, "atender", &call(desk, id))?;
    scene.is_told_why_not(who).await
}

/// Asks for something without a payload, and with payloads that don't fit, and is told why not each time.
async fn is_refused(scene: &mut Scene, who: &str, event: &str, payloads: &[Value]) -> Result {
    scene
        .step(&format!("{who} sends `{event}` without a payload"))
        .await?;
    let id = scene.ack_id(who)?;
    scene.send(who, &format!("42{id}{}", json!([event])))?;
    scene.is_told_why_not(who).await?;
    for payload in payloads {
        scene.step(&format!("{who} sends {payload}")).await?;
        scene.ask(who, event, payload)?;
        scene.is_told_why_not(who).await?;
    }
    Ok(())
}

/// The numbers of the tickets in these answers. Each must have this desk.
fn numbers(answers: &[Value], desk: Option<&str>) -> Result<Vec<u64>> {
    let number = |answer: &Value| {
        let number = answer["ticket"]["numero"].as_u64();
        let number = number.filter(|number| *answer == ticket(*number, desk));
        number.with_context(|| {
            let example = ticket(1, desk);
            format!("an answer should have been like {example}, but was {answer}")
        })
    };
    answers.iter().map(number).collect()
}

/// Fails unless each of the numbers occurs exactly once.
fn expect_each_once(what: &str, numbers: &[u64], expected: RangeInclusive<u64>) -> Result {
    let mut seen = BTreeSet::new();
    for number in numbers {
        ensure!(
            expected.contains(number),
            "{what} should have the numbers from {} to {}, but one has {number}",
            expected.start(),
            expected.end()
        );
        ensure!(
            seen.insert(*number),
            "{what} should have different numbers, but two have {number}"
        );
    }
    Ok(())
}

async fn tickets_are_numbered_from_1(scene: &mut Scene) -> Result {
    arrive(scene, "ana and beto connect", &["ana", "beto"]).await?;
    for (who, id, number) in [("ana", "a-1", 1), ("beto", "b-1", 2), ("ana", "a-2", 3)] {
        scene.step(&format!("{who} takes a ticket")).await?;
        takes(scene, who, id, number).await?;
    }
    Ok(())
}

async fn a_phone_that_asks_again_keeps_its_ticket(scene: &mut Scene) -> Result {
    arrive(scene, "ana and beto connect", &["ana", "beto"]).await?;
    scene.step("ana takes a ticket").await?;
    takes(scene, "ana", "a-1", 1).await?;
    scene
        .step("beto asks for one ticket, twice at once")
        .await?;
    for _ in 0..2 {
        scene.ask("beto", "pedir-ticket", &json!({ "id": "b-1" }))?;
    }
    let answers = scene.is_answered_in_any_order("beto", 2).await?;
    for answer in answers {
        super::expect_same("beto's ticket", &ticket(2, None), &answer)?;
    }
    scene.step("ana asks for the same ticket again").await?;
    takes(scene, "ana", "a-1", 1).await?;
    scene
        .step("ana's connection is cut, and she comes back on a new one")
        .await?;
    scene.vanish("ana")?;
    scene.connect(&["ana"]).await?;
    takes(scene, "ana", "a-1", 1).await?;
    scene.step("beto takes another ticket").await?;
    takes(scene, "beto", "b-2", 3).await
}

async fn a_request_for_a_ticket_that_does_not_fit_is_refused(scene: &mut Scene) -> Result {
    arrive(scene, "ana connects", &["ana"]).await?;
    let payloads = [
        json!(null),
        json!("a-1"),
        json!({}),
        json!({ "id": null }),
        json!({ "id": 7 }),
        json!({ "id": "" }),
        json!({ "id": "x".repeat(65) }),
    ];
    is_refused(scene, "ana", "pedir-ticket", &payloads).await?;
    scene
        .step("ana sends an id of 64 characters: nobody else has taken a number")
        .await?;
    takes(scene, "ana", &"ñ".repeat(64), 1).await
}

async fn many_phones_at_once_get_numbers_without_gaps(scene: &mut Scene) -> Result {
    let names = ["ana", "beto", "carla"];
    arrive(scene, "ana, beto and carla connect", &names).await?;
    scene
        .step(&format!("each asks for {EACH} tickets at once"))
        .await?;
    for who in names {
        let ids: Vec<_> = (1..=EACH)
            .map(|number| json!({ "id": format!("{who}-{number}") }))
            .collect();
        scene.burst(who, "pedir-ticket", &ids, true)?;
    }
    let mut taken = Vec::new();
    for who in names {
        let answers = scene.is_answered_in_any_order(who, EACH).await?;
        taken.extend(numbers(&answers, None)?);
    }
    expect_each_once("the tickets", &taken, 1..=3 * EACH)?;
    scene.step("ana takes a ticket").await?;
    takes(scene, "ana", "the last one", 3 * EACH + 1).await
}

async fn desks_call_those_who_wait_in_their_order(scene: &mut Scene) -> Result {
    let names = ["ana", "beto", "carla"];
    arrive(scene, "ana, beto and carla connect", &names).await?;
    scene
        .step("beto's desk calls the next ticket, but nobody waits")
        .await?;
    finds_nobody(scene, "beto", "Caja 1", "1").await?;
    scene.step("ana takes three tickets").await?;
    takes_many(scene, "ana", 3).await?;
    for (who, desk, id, number) in [
        ("beto", "Caja 1", "2", 1),
        ("carla", "Caja 2", "3", 2),
        ("beto", "Caja 1", "4", 3),
    ] {
        scene
            .step(&format!("{who}'s desk calls the next ticket"))
            .await?;
        calls(scene, who, desk, id, number).await?;
    }
    scene.step("carla's desk finds nobody").await?;
    finds_nobody(scene, "carla", "Caja 2", "5").await?;
    scene.step("ana takes a ticket").await?;
    takes(scene, "ana", "ana-4", 4).await?;
    scene.step("carla's desk calls it").await?;
    calls(scene, "carla", "Caja 2", "6", 4).await
}

async fn a_desk_that_asks_again_gets_the_same_ticket(scene: &mut Scene) -> Result {
    arrive(scene, "ana and beto connect", &["ana", "beto"]).await?;
    scene.step("ana takes three tickets").await?;
    takes_many(scene, "ana", 3).await?;
    scene.step("beto's desk calls a ticket").await?;
    calls(scene, "beto", "Caja 1", "first", 1).await?;
    scene.step("the same call once more").await?;
    calls(scene, "beto", "Caja 1", "first", 1).await?;
    scene.step("the next call, twice at once").await?;
    for _ in 0..2 {
        scene.ask("beto", "atender", &call("Caja 1", "second"))?;
    }
    let answers = scene.is_answered_in_any_order("beto", 2).await?;
    for answer in answers {
        super::expect_same("the ticket", &ticket(2, Some("Caja 1")), &answer)?;
    }
    scene
        .step("beto's connection is cut, and he repeats the call on a new one")
        .await?;
    scene.vanish("beto")?;
    scene.connect(&["beto"]).await?;
    calls(scene, "beto", "Caja 1", "second", 2).await?;
    scene.step("a new call").await?;
    calls(scene, "beto", "Caja 1", "third", 3).await
}

async fn a_call_that_does_not_fit_is_refused(scene: &mut Scene) -> Result {
    arrive(scene, "ana and beto connect", &["ana", "beto"]).await?;
    scene.step("ana takes two tickets").await?;
    takes_many(scene, "ana", 2).await?;
    let payloads = [
        json!({ "id": "1" }),
        json!({ "escritorio": null, "id": "1" }),
        json!({ "escritorio": 1, "id": "1" }),
        json!({ "escritorio": "Caja 1" }),
        json!({ "escritorio": "Caja 1", "id": "" }),
        call("", "1"),
        call("   ", "1"),
        call("Caja\n1", "1"),
        call(&"x".repeat(21), "1"),
    ];
    is_refused(scene, "beto", "atender", &payloads).await?;
    scene
        .step("a desk's name with spaces around it is trimmed")
        .await?;
    scene.ask("beto", "atender", &call("  Caja 1 ", "1"))?;
    scene
        .is_answered("beto", &ticket(1, Some("Caja 1")))
        .await?;
    scene.step("a desk's name has 20 characters").await?;
    calls(scene, "beto", &"ñ".repeat(20), "2", 2).await
}

async fn two_desks_at_once_never_call_the_same_ticket(scene: &mut Scene) -> Result {
    let names = ["ana", "beto", "carla"];
    arrive(scene, "ana, beto and carla connect", &names).await?;
    scene
        .step(&format!("ana takes {} tickets", 2 * EACH))
        .await?;
    let ids: Vec<_> = (1..=2 * EACH)
        .map(|number| json!({ "id": format!("a-{number}") }))
        .collect();
    scene.burst("ana", "pedir-ticket", &ids, true)?;
    let answers = scene.is_answered_in_any_order("ana", 2 * EACH).await?;
    numbers(&answers, None)?;
    scene
        .step(&format!("two desks call {EACH} tickets each, at once"))
        .await?;
    let desks = [("beto", "Caja 1"), ("carla", "Caja 2")];
    for (who, desk) in desks {
        let calls: Vec<_> = (1..=EACH)
            .map(|number| call(desk, &format!("{who}-{number}")))
            .collect();
        scene.burst(who, "atender", &calls, true)?;
    }
    let mut called = Vec::new();
    for (who, desk) in desks {
        let answers = scene.is_answered_in_any_order(who, EACH).await?;
        called.extend(numbers(&answers, Some(desk))?);
    }
    expect_each_once("the called tickets", &called, 1..=2 * EACH)?;
    scene.step("nobody is left").await?;
    finds_nobody(scene, "beto", "Caja 1", "the last one").await
}

async fn everyone_sees_how_many_wait_and_who_was_called(scene: &mut Scene) -> Result {
    let names = ["ana", "beto", "carla"];
    arrive(scene, "ana, beto and carla connect", &names).await?;
    for who in names {
        scene.sees_queue(who, &queue(0, &[])).await?;
    }
    scene.step("ana takes two tickets").await?;
    takes_many(scene, "ana", 2).await?;
    for who in names {
        scene.sees_queue(who, &queue(2, &[])).await?;
    }
    scene.step("beto's desk calls the next ticket").await?;
    calls(scene, "beto", "Caja 1", "1", 1).await?;
    for who in names {
        scene.sees_queue(who, &queue(1, &[(1, "Caja 1")])).await?;
    }
    Ok(())
}

async fn a_screen_shows_the_last_four_calls(scene: &mut Scene) -> Result {
    let names = ["ana", "beto", "carla"];
    arrive(scene, "ana, beto and carla connect", &names).await?;
    scene.step("ana takes six tickets").await?;
    takes_many(scene, "ana", 6).await?;
    scene.step("beto's desk calls four").await?;
    for number in 1..=4 {
        calls(scene, "beto", "Caja 1", &number.to_string(), number).await?;
    }
    let mut last = vec![(4, "Caja 1"), (3, "Caja 1"), (2, "Caja 1"), (1, "Caja 1")];
    scene.sees_queue("carla", &queue(2, &last)).await?;
    scene.step("another desk calls the fifth").await?;
    calls(scene, "beto", "Caja 2", "5", 5).await?;
    last.insert(0, (5, "Caja 2"));
    scene.sees_queue("carla", &queue(1, &last[..4])).await
}

async fn a_late_screen_sees_the_queue_at_once(scene: &mut Scene) -> Result {
    arrive(scene, "ana and beto connect", &["ana", "beto"]).await?;
    scene.step("ana takes three tickets").await?;
    takes_many(scene, "ana", 3).await?;
    scene.step("beto's desk calls the first").await?;
    calls(scene, "beto", "Caja 1", "1", 1).await?;
    scene.step("carla, the screen, connects").await?;
    scene.connect(&["carla"]).await?;
    scene.sees_queue("carla", &queue(2, &[(1, "Caja 1")])).await
}

async fn a_phone_that_was_away_hears_that_it_was_called(scene: &mut Scene) -> Result {
    arrive(scene, "ana and beto connect", &["ana", "beto"]).await?;
    scene.step("ana takes a ticket").await?;
    takes(scene, "ana", "a-1", 1).await?;
    scene.step("ana's connection is cut").await?;
    scene.vanish("ana")?;
    scene.step("beto's desk calls her ticket").await?;
    calls(scene, "beto", "Caja 1", "1", 1).await?;
    scene.step("ana comes back, and asks for it again").await?;
    scene.connect(&["ana"]).await?;
    scene.ask("ana", "pedir-ticket", &json!({ "id": "a-1" }))?;
    scene.is_answered("ana", &ticket(1, Some("Caja 1"))).await?;
    scene.sees_queue("ana", &queue(0, &[(1, "Caja 1")])).await
}

async fn tickets_survive_a_restart(scene: &mut Scene) -> Result {
    arrive(scene, "ana and beto connect", &["ana", "beto"]).await?;
    scene
        .step("both take a ticket, and the server is killed right after it has answered")
        .await?;
    takes(scene, "ana", "a-1", 1).await?;
    takes(scene, "beto", "b-1", 2).await?;
    if !scene.restart().await? {
        return Ok(());
    }
    scene.step("both connect again").await?;
    scene.connect(&["ana", "beto"]).await?;
    for who in ["ana", "beto"] {
        scene.sees_queue(who, &queue(2, &[])).await?;
    }
    scene.step("both still have their tickets").await?;
    takes(scene, "beto", "b-1", 2).await?;
    takes(scene, "ana", "a-1", 1).await?;
    scene.step("ana takes another one").await?;
    takes(scene, "ana", "a-2", 3).await
}

async fn calls_survive_a_restart(scene: &mut Scene) -> Result {
    arrive(scene, "ana and beto connect", &["ana", "beto"]).await?;
    scene.step("ana takes three tickets").await?;
    takes_many(scene, "ana", 3).await?;
    scene
        .step("beto's desk calls two, and the server is killed right after it has answered")
        .await?;
    calls(scene, "beto", "Caja 1", "1", 1).await?;
    calls(scene, "beto", "Caja 1", "2", 2).await?;
    if !scene.restart().await? {
        return Ok(());
    }
    scene.step("both connect again").await?;
    scene.connect(&["ana", "beto"]).await?;
    let called = [(2, "Caja 1"), (1, "Caja 1")];
    for who in ["ana", "beto"] {
        scene.sees_queue(who, &queue(1, &called)).await?;
    }
    scene
        .step("beto repeats the last call: its answer might have been lost")
        .await?;
    calls(scene, "beto", "Caja 1", "2", 2).await?;
    scene.step("the next call").await?;
    calls(scene, "beto", "Caja 1", "3", 3).await?;
    scene.step("nobody is left").await?;
    finds_nobody(scene, "beto", "Caja 1", "4").await
}
