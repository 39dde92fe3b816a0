//! Lesson 22: all cores, and nothing out of order.

use super::{EVENT, group, message, messages};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// How many connections a client opens. The race for the first message on a connection is rarely lost.
const CONNECTIONS: usize = 200;

/// For the log.
const LOG: Hints = [
    "`#[tokio::main]` without `current_thread` starts as many threads as the machine has cores. The log should say how many: in a container it may be fewer than you think. Here, they are four.",
    "Tokio's feature `rt-multi-thread`; `tokio::runtime::Handle`, whose `metrics` know `num_workers`.",
    "let threads = Handle::current().metrics().num_workers(); info!(threads, \"serving\");",
];

/// For the first message.
const FIRST: Hints = [
    "A client's handlers have to be there before the client hears that it's connected. A connect handler only runs after that, on whichever thread is free.",
    "A middleware, which runs before: the trait `ConnectHandler` and its `with`. It returns a `Result`, and the error of one that never fails is `Infallible`.",
    "io.ns(\"/\", on_connect.with(async move |socket: SocketRef| { register(&socket, queue); Ok::<(), Infallible>(()) }));",
];

/// For the order.
const ORDER: Hints = [
    "The handler of each message is a task, and on several threads a task may overtake another. But the body of a plain closure runs before the task, where messages are read in their order. There, hand the message to one task that handles all of them.",
    "`tokio::sync::mpsc::channel`, `Sender::try_reserve`, `Receiver::recv`. The closure isn't `async`, and returns `async {}`.",
    "socket.on(\"enviar-mensaje\", move |socket: SocketRef, ack: AckSender, payload: TryData<Message>| { match queue.try_reserve() { Ok(place) => place.send((socket, ack, payload)), ... } async {} });",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("threads"),
        PlainHttp,
        LOG,
        [the_number_of_threads_is_logged,]
    ),
    group!(
        from("threads"),
        BothTransports,
        FIRST,
        [on_several_threads_no_first_message_is_lost,]
    ),
    group!(
        from("threads"),
        BothTransports,
        ORDER,
        [on_several_threads_two_bursts_stay_in_order,]
    ),
];

async fn the_number_of_threads_is_logged(scene: &mut Scene) -> Result {
    scene.step("the server starts").await?;
    logs_its_threads(scene).await
}

async fn on_several_threads_no_first_message_is_lost(scene: &mut Scene) -> Result {
    scene
        .step("ana connects again and again, and asks at once each time")
        .await?;
    scene
        .asks_first_on_each_of(CONNECTIONS, "ana", EVENT, &message("hola"))
        .await?;
    runs_on_several_threads(scene).await
}

async fn on_several_threads_two_bursts_stay_in_order(scene: &mut Scene) -> Result {
    let messages = messages();
    let (from_ana, from_beto) = messages.split_at(messages.len() / 2);
    scene.step("ana, beto and carla connect").await?;
    scene.connect(&["ana", "beto", "carla"]).await?;
    scene
        .step("ana and beto send many messages at once")
        .await?;
    scene.burst("ana", EVENT, from_ana, false)?;
    scene.burst("beto", EVENT, from_beto, false)?;
    scene.hears_burst("ana", EVENT, from_beto).await?;
    scene.hears_burst("beto", EVENT, from_ana).await?;
    scene
        .hears_bursts("carla", EVENT, &[from_ana, from_beto])
        .await?;
    runs_on_several_threads(scene).await
}

/// On one thread, everything is in order anyway. Every server that the tests start is told to use four.
async fn runs_on_several_threads(scene: &mut Scene) -> Result {
    scene.step("all of this on several threads").await?;
    logs_its_threads(scene).await
}

async fn logs_its_threads(scene: &mut Scene) -> Result {
    scene
        .is_logged_as("its four threads", &["threads=4", "4 threads"])
        .await
}
