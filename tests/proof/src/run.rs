//! A run: clients, senders, cuts and a killed process; and what each client has heard in the end.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use anyhow::Result;
use serde::{Deserialize, Serialize};
use tokio::{sync::watch, task::JoinSet, time::sleep};

use crate::{
    Transports,
    client::{Client, LAST, Story},
    dialect::Heard,
    server::{Contender, Mortals},
};

/// How many clients listen, and how many send.
pub const LISTENERS: usize = 20;
/// How many clients send.
pub const SENDERS: usize = 4;

/// How long clients may take to hear the last message once nothing is cut any more.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often the number of answers is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// How well the clients have heard everything in the end. The three faults are sums over all clients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The clients that have heard every acknowledged message exactly once, in order.
    pub perfect: usize,
    /// Messages that a client has heard again.
    pub twice: usize,
    /// Acknowledged messages that a client has never heard.
    pub missing: usize,
    /// Messages that came after one with a higher number.
    pub disorder: usize,
    /// The connections that were cut.
    pub cuts: usize,
}

/// Sends this many messages over connections that are cut at random, and kills the server in the middle.
///
/// If there are several processes, clients go on to the next one after each cut.
pub async fn run(
    contender: Contender,
    processes: usize,
    transports: Transports,
    messages: usize,
) -> Result<Verdict> {
    let mut servers = Mortals::start(contender, processes).await?;
    let (cutting, is_cutting) = watch::channel(true);
    let story = Arc::new(Story {
        dialect: contender.dialect(),
        bases: servers.bases(),
        is_cutting,
        cuts: AtomicUsize::new(0),
        answered: AtomicUsize::new(0),
    });
    let client = |place| Client::new(&story, place, transports.of(place));
    let mut listeners: JoinSet<_> = (0..LISTENERS)
        .map(|place| client(place).listen(PATIENCE))
        .collect();
    let drafts: Vec<Vec<String>> = (0..SENDERS)
        .map(|sender| {
            (sender..messages)
                .step_by(SENDERS)
                .map(|message| format!("message {message}"))
                .collect()
        })
        .collect();
    let mut senders: JoinSet<_> = (LISTENERS..)
        .zip(drafts.clone())
        .map(|(place, drafts)| client(place).send(drafts))
        .collect();
    while story.answered.load(Relaxed) < messages / 2 {
        sleep(LOOK).await;
    }
    servers.kill_and_restart(0).await?;
    if let Some(redis) = &mut servers.redis {
        redis.kill().await?;
        redis.restart().await?;
    }
    while senders.join_next().await.is_some() {}
    cutting.send_replace(false);
    client(LISTENERS + SENDERS)
        .send(vec![LAST.to_owned()])
        .await;
    let sent: HashSet<String> = drafts.concat().into_iter().collect();
    let mut verdict = Verdict {
        cuts: story.cuts.load(Relaxed),
        ..Verdict::default()
    };
    while let Some(heard) = listeners.join_next().await {
        verdict.add(&sent, &heard?);
    }
    Ok(verdict)
}

impl Verdict {
    fn add(&mut self, sent: &HashSet<String>, heard: &[Heard]) {
        let unique: HashSet<&str> = heard.iter().map(|heard| heard.text.as_str()).collect();
        let twice = heard.len() - unique.len();
        let missing = sent
            .iter()
            .filter(|text| !unique.contains(text.as_str()))
            .count();
        let disorder = heard
            .windows(2)
            .filter(|pair| pair[1].number < pair[0].number)
            .count();
        self.twice += twice;
        self.missing += missing;
        self.disorder += disorder;
        self.perfect += usize::from(twice + missing + disorder == 0);
    }
}
