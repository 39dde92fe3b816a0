//! Counts what clients of two nodes miss when Redis or a node fails.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::{
    sync::{oneshot, watch},
    task::JoinSet,
    time::{interval, sleep, timeout},
};
use wire::{
    connection::{Connection, Transport},
    redis::Redis,
};

use crate::server::{Contender, Mortals};

/// How many messages ana sends to everyone, and how many to the room.
pub const MESSAGES: usize = 300;

/// How often she sends one of each.
const EVERY: Duration = Duration::from_millis(50);

/// How many of each she has sent when something fails.
const BEFORE: usize = 60;

/// How long Redis is away in [`Fault::RedisIsDown`].
const AWAY: Duration = Duration::from_secs(5);

/// How long the others may take to hear everything once ana has sent her last message.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long a client waits before it connects again.
const RETRY: Duration = Duration::from_millis(50);

/// The packet with which a client joins the room, and asks for an answer.
const ENTER_ROOM: &str = r#"420["unirse",{"sala":"rust"}]"#;

/// Something that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Redis is killed and started again at once.
    RedisRestarts,
    /// Redis is killed and started again after five seconds.
    RedisIsDown,
    /// carla's node is killed and started again at once.
    NodeIsKilled,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::RedisRestarts, Self::RedisIsDown, Self::NodeIsKilled];

    /// Its name in a table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RedisRestarts => "Redis restarts",
            Self::RedisIsDown => "Redis is down for 5 s",
            Self::NodeIsKilled => "carla's node is killed",
        }
    }
}

/// The messages of one kind that a listener has heard.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Heard {
    /// How many different ones.
    pub different: usize,
    /// How many of them again.
    pub twice: usize,
    /// The longest time between sending and hearing one, in milliseconds.
    pub slowest_ms: u128,
}

/// All messages that a listener has heard.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Account {
    /// Messages to everyone.
    pub everyone: Heard,
    /// Messages to the room.
    pub room: Heard,
}

/// The outcome of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// beto is at ana's node.
    pub beto: Account,
    /// carla is at the other one.
    pub carla: Account,
    /// How long a client that arrived right after the fault, at ana's node, waited until it was let in, in milliseconds.
    pub newcomer_ms: u128,
}

/// A listener's notes.
#[derive(Default)]
struct Notes {
    everyone: Tally,
    room: Tally,
    /// The number of the last message to everyone.
    last: i64,
}

#[derive(Default)]
struct Tally {
    ids: BTreeSet<String>,
    heard: Heard,
}

impl Tally {
    fn add(&mut self, message: &Value, begin: Instant) {
        let sent: u128 = message["mensaje"]
            .as_str()
            .and_then(|text| text.parse().ok())
            .unwrap_or_default();
        if self.ids.insert(message["id"].to_string()) {
            let waited = begin.elapsed().as_millis().saturating_sub(sent);
            self.heard.slowest_ms = self.heard.slowest_ms.max(waited);
            self.heard.different += 1;
        } else {
            self.heard.twice += 1;
        }
    }
}

/// ana sends, beto and carla listen, and something fails.
pub async fn run(fault: Fault) -> Result<Outcome> {
    let mut servers = Mortals::start(Contender::Lesson("machines"), 2).await?;
    let bases = servers.bases();
    let begin = Instant::now();
    let (ending, is_over) = watch::channel(false);
    let mut listening = JoinSet::new();
    let mut ready = Vec::new();
    for (name, node) in [("beto", 0), ("carla", 1)] {
        let (tell, told) = oneshot::channel();
        let story = listen(name, bases.clone(), node, begin, is_over.clone(), tell);
        listening.spawn(async move { (name, story.await) });
        ready.push(told);
    }
    for told in ready {
        told.await.context("a listener didn't get in")?;
    }

    let ana = join(&bases[0], "ana", None).await?;
    ana.send(ENTER_ROOM.to_owned());
    let mut clock = interval(EVERY);
    let mut newcomer = JoinSet::new();
    let mut restart = None;
    for number in 0..MESSAGES {
        clock.tick().await;
        if number == BEFORE {
            match fault {
                Fault::RedisRestarts => {
                    redis(&mut servers)?.kill().await?;
                    redis(&mut servers)?.restart().await?;
                }
                Fault::RedisIsDown => {
                    redis(&mut servers)?.kill().await?;
                    restart = Some(Instant::now() + AWAY);
                }
                Fault::NodeIsKilled => servers.kill_and_restart(1).await?,
            }
            let base = bases[0].clone();
            newcomer.spawn(async move {
                let begin = Instant::now();
                join(&base, "newcomer", None)
                    .await
                    .map(|_connection| begin.elapsed().as_millis())
            });
        }
        if restart.is_some_and(|at| at <= Instant::now()) {
            restart = None;
            redis(&mut servers)?.restart().await?;
        }
        let text = begin.elapsed().as_millis().to_string();
        for (id, sala) in [("everyone", Value::Null), ("room", json!("rust"))] {
            let id = format!("{id} {number}");
            let message = json!({ "mensaje": text, "id": id, "fecha": 0, "sala": sala });
            ana.send(format!("42{}", json!(["enviar-mensaje", message])));
        }
    }
    let newcomer_ms = newcomer.join_next().await.context("no newcomer")???;
    ending.send_replace(true);
    let mut outcome = Outcome {
        beto: Account::default(),
        carla: Account::default(),
        newcomer_ms,
    };
    while let Some(listened) = listening.join_next().await {
        let (name, notes) = listened?;
        let account = Account {
            everyone: notes.everyone.heard,
            room: notes.room.heard,
        };
        match name {
            "beto" => outcome.beto = account,
            _ => outcome.carla = account,
        }
    }
    Ok(outcome)
}

fn redis(servers: &mut Mortals) -> Result<&mut Redis> {
    servers.redis.as_mut().context("there is no Redis")
}

/// Hears messages until the end, and comes back when the connection breaks: to the next node.
async fn listen(
    name: &'static str,
    bases: Vec<String>,
    mut node: usize,
    begin: Instant,
    mut is_over: watch::Receiver<bool>,
    ready: oneshot::Sender<()>,
) -> Notes {
    let mut notes = Notes::default();
    let mut ready = Some(ready);
    let listening = async {
        loop {
            let last = ready.is_none().then_some(notes.last);
            if let Ok(mut connection) = join(&bases[node % bases.len()], name, last).await {
                connection.send(ENTER_ROOM.to_owned());
                while let Some(packet) = connection.receive().await {
                    if packet.starts_with("430") {
                        ready.take().map(|ready| ready.send(()));
                    }
                    notes.read(&packet, begin);
                    if notes.everyone.ids.len() + notes.room.ids.len() == 2 * MESSAGES {
                        return;
                    }
                }
            }
            node += 1;
            sleep(RETRY).await;
        }
    };
    let too_long = async {
        is_over.wait_for(|is_over| *is_over).await.ok();
        sleep(PATIENCE).await;
    };
    tokio::select! {
        () = listening => {}
        () = too_long => {}
    }
    notes
}

impl Notes {
    fn read(&mut self, packet: &str, begin: Instant) {
        let Some(event) = packet.strip_prefix("42") else {
            return;
        };
        let event: Value = serde_json::from_str(event).unwrap_or_default();
        match event[0].as_str() {
            Some("enviar-mensaje") => self.hear(&event[1], begin),
            Some("historial") => {
                for message in event[1].as_array().into_iter().flatten() {
                    self.hear(message, begin);
                }
            }
            _ => {}
        }
    }

    fn hear(&mut self, message: &Value, begin: Instant) {
        match message["numero"].as_i64() {
            Some(number) => {
                self.last = number;
                self.everyone.add(message, begin);
            }
            None => self.room.add(message, begin),
        }
    }
}

/// Connects a client, and waits until it's let in.
async fn join(base: &str, name: &str, last: Option<i64>) -> Result<Connection> {
    let joining = async {
        let mut connection = Connection::open(base, Transport::WebSocket).await?;
        connection.receive().await.context("no handshake")?;
        let secret = format!("the secret of {name}");
        let auth = json!({ "nombre": name, "secreto": secret, "desde": last });
        connection.send(format!("40{auth}"));
        let joined = connection.receive().await.context("no answer")?;
        ensure!(joined.starts_with("40"), "{name} wasn't let in: {joined}");
        Ok(connection)
    };
    timeout(PATIENCE, joining).await?
}
