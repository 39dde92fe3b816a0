//! The crowd: some clients stay, and a few of these send messages. The others connect and leave all the time.

use std::{
    cell::{Cell, RefCell},
    future::pending,
    pin::pin,
    rc::Rc,
    time::Duration,
};

use anyhow::{Context as _, Error, Result, bail};
use course::production::{Production, join, message};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::watch,
    task::{JoinHandle, spawn_local},
    time::{Instant, interval_at, sleep, timeout},
};
use wire::connection::{Connection, Transport};

use crate::hearing::{Hearing, Speakers, text};

/// One client in this many comes and goes, one in this many polls.
const RESTLESS: usize = 5;
const POLLING: usize = 50;

/// The maximum number of speakers, and how often each of them sends.
const SPEAKERS: usize = 20;
const PAUSE: Duration = Duration::from_secs(5);
/// One turn in this many is a burst of this many messages.
const BURSTS: u64 = 40;
const BURST: u64 = 20;

/// How long a restless client stays, and stays away, on average.
const STAY: Duration = Duration::from_secs(10);
const AWAY: Duration = Duration::from_secs(1);

/// How many clients connect at a time.
const AT_ONCE: usize = 50;

/// How long the server may take for anything.
const PATIENCE: Duration = Duration::from_mins(1);

/// The totals of what happened.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Tally {
    pub joins: u64,
    pub leaves: u64,
    pub cuts: u64,
    pub messages: u64,
    pub deliveries: u64,
    pub lost: u64,
    pub failures: u64,
    /// A description of the first failure.
    #[serde(skip)]
    pub failure: Option<String>,
}

impl Tally {
    fn fail(&mut self, error: &Error) {
        self.failures += 1;
        self.failure.get_or_insert_with(|| format!("{error:#}"));
    }
}

/// State that all clients share.
struct Place {
    base: String,
    speakers: Speakers,
    tally: RefCell<Tally>,
    /// How many messages were sent.
    turns: Cell<u64>,
    /// Whether there are no more messages to send.
    is_silent: Cell<bool>,
    /// Becomes `true` when it's time to leave.
    over: watch::Sender<bool>,
}

/// The connected clients.
pub struct Crowd {
    place: Rc<Place>,
    /// The restless first.
    clients: Vec<JoinHandle<()>>,
}

impl Crowd {
    /// Connects the clients that stay, and starts those that come and go.
    pub async fn gather(production: &Production, clients: usize) -> Result<Self> {
        // The same random numbers in every run.
        fastrand::seed(0);
        let restless = clients / RESTLESS;
        let settled = clients - restless;
        let place = Rc::new(Place {
            base: production.server.base.clone(),
            speakers: Speakers::new(SPEAKERS.min(settled)),
            tally: RefCell::default(),
            turns: Cell::new(0),
            is_silent: Cell::new(false),
            over: watch::Sender::new(false),
        });
        let connections = stream::iter(0..settled).map(|number| place.join(number));
        let connections: Vec<_> = connections.buffered(AT_ONCE).try_collect().await?;
        let restless = (0..restless).map(|number| spawn_local(roam(Rc::clone(&place), number)));
        let mut clients: Vec<_> = restless.collect();
        for (number, connection) in connections.into_iter().enumerate() {
            let own = (number < place.speakers.0.len()).then_some(number);
            let client = Client::new(Rc::clone(&place), connection, own);
            clients.push(spawn_local(client.stay(pending(), false)));
        }
        Ok(Self { place, clients })
    }

    /// The tally so far.
    pub fn tally(&self) -> Tally {
        self.place.tally.borrow().clone()
    }

    /// Lets them send for this long.
    pub async fn play(&self, duration: Duration) {
        sleep(duration).await;
        self.place.is_silent.set(true);
    }

    /// Lets everyone leave, those that stayed last, and returns what happened.
    pub async fn leave(self) -> Result<Tally> {
        let speakers = &self.place.speakers;
        let answered = async {
            while speakers.unanswered() > 0 {
                sleep(Duration::from_millis(10)).await;
            }
        };
        if timeout(PATIENCE, answered).await.is_err() {
            bail!("{} messages were never answered", speakers.unanswered());
        }
        self.place.over.send_replace(true);
        for client in self.clients {
            let left = timeout(PATIENCE, client).await;
            left.context("a client can't leave")??;
        }
        let mut tally = self.place.tally.take();
        tally.messages = speakers.answered().iter().sum();
        Ok(tally)
    }
}

impl Place {
    async fn join(&self, number: usize) -> Result<Connection> {
        let connection = join(&self.base, transport(number)).await;
        let connection = connection.map_err(Error::msg)?;
        self.tally.borrow_mut().joins += 1;
        Ok(connection)
    }
}

fn transport(number: usize) -> Transport {
    if number % POLLING == POLLING - 1 {
        Transport::Polling
    } else {
        Transport::WebSocket
    }
}

/// A client, and what it has received.
struct Client {
    place: Rc<Place>,
    connection: Connection,
    /// Which speaker it is, if it is one.
    own: Option<usize>,
    hearing: Hearing,
}

impl Client {
    fn new(place: Rc<Place>, connection: Connection, own: Option<usize>) -> Self {
        let hearing = Hearing::new(&place.speakers, own);
        Self {
            place,
            connection,
            own,
            hearing,
        }
    }

    /// Stays until the time is up or everyone leaves, then leaves or is cut off.
    async fn stay(mut self, time: impl Future<Output = ()>, is_cut: bool) {
        let mut result = self.attend(time).await;
        if result.is_ok() && !is_cut {
            result = self.part().await;
        }
        let mut tally = self.place.tally.borrow_mut();
        tally.lost += self.hearing.lost;
        match result {
            Ok(()) if is_cut => tally.cuts += 1,
            Ok(()) => tally.leaves += 1,
            Err(error) => tally.fail(&error),
        }
    }

    /// Listens, and sends if it's a speaker.
    async fn attend(&mut self, time: impl Future<Output = ()>) -> Result<()> {
        let mut time = pin!(time);
        let mut over = self.place.over.subscribe();
        let mut turns = interval_at(Instant::now() + around(PAUSE / 2), PAUSE);
        loop {
            tokio::select! {
                packet = self.connection.receive() => self.hear(packet)?,
                _ = turns.tick(), if self.own.is_some() => self.say(),
                () = time.as_mut() => return Ok(()),
                _ = over.wait_for(|over| *over) => return Ok(()),
            }
        }
    }

    fn say(&self) {
        let speakers = &self.place.speakers;
        // A server that has fallen behind gets no more.
        if self.place.is_silent.get() || speakers.unanswered() > BURST {
            return;
        }
        let Some(own) = self.own else { return };
        let turn = self.place.turns.get();
        self.place.turns.set(turn + 1);
        let is_burst = turn % BURSTS == BURSTS / 2;
        let count = if is_burst { BURST } else { 1 };
        for _ in 0..count {
            let number = speakers.0[own].said.get();
            speakers.0[own].said.set(number + 1);
            let message = message(&text(own, number), Some(number));
            self.connection.send(message);
        }
    }

    /// Records a packet: a message, or the answer to one of its own.
    fn hear(&mut self, packet: Option<String>) -> Result<()> {
        let packet = packet.context("the server has closed a connection")?;
        if self.hearing.hear(&packet) {
            self.place.tally.borrow_mut().deliveries += 1;
            return Ok(());
        }
        if let Some(own) = self.own {
            let answered = &self.place.speakers.0[own].answered;
            if packet.starts_with(&format!("43{}[{{\"id\"", answered.get())) {
                answered.set(answered.get() + 1);
                return Ok(());
            }
        }
        bail!("unexpected packet {packet}")
    }

    /// Receives what is still due, then leaves as the protocol says.
    async fn part(&mut self) -> Result<()> {
        let due = self.place.speakers.answered();
        let rest = timeout(PATIENCE, self.hear_the_rest()).await;
        self.hearing.close(&due);
        rest.context("something that is due doesn't arrive")??;
        self.connection.send("1".to_owned());
        let closed = async { while self.connection.receive().await.is_some() {} };
        let closed = timeout(PATIENCE, closed).await;
        closed.context("the server doesn't close a connection")
    }

    async fn hear_the_rest(&mut self) -> Result<()> {
        // The refusal arrives after everything that was sent to this client before.
        self.connection.send("40/fence,".to_owned());
        loop {
            match self.connection.receive().await {
                Some(packet) if packet.starts_with("44/fence,") => return Ok(()),
                packet => self.hear(packet)?,
            }
        }
    }
}

/// Comes and goes until everyone leaves.
async fn roam(place: Rc<Place>, number: usize) {
    let mut over = place.over.subscribe();
    loop {
        tokio::select! {
            () = sleep(around(AWAY)) => {}
            _ = over.wait_for(|over| *over) => return,
        }
        let connection = match place.join(number).await {
            Ok(connection) => connection,
            Err(error) => return place.tally.borrow_mut().fail(&error),
        };
        // The server notices that a polling session is cut off only after a heartbeat, long after a short run.
        let is_cut = transport(number) == Transport::WebSocket && fastrand::u8(..3) == 0;
        let client = Client::new(Rc::clone(&place), connection, None);
        client.stay(sleep(around(STAY)), is_cut).await;
    }
}

/// A time from zero to twice the mean.
fn around(mean: Duration) -> Duration {
    mean.mul_f64(2.0 * fastrand::f64())
}
