//! The crowd: some stay and a few of them speak, the others come and go all the time.

use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    rc::Rc,
    time::Duration,
};

use course::production::{Production, message};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::{
    sync::{
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
        watch,
    },
    task::{JoinHandle, spawn_local},
    time::{Instant, interval, sleep, timeout},
};
use wire::connection::Transport;

use crate::{
    dice::Dice,
    hearing::{Hearing, Speakers, text},
    peer::{Peer, next},
};

/// One in so many comes and goes, one in so many polls.
const RESTLESS: usize = 5;
const POLLING: usize = 50;

/// How many speak, at most.
const SPEAKERS: usize = 20;

/// One message is said in this time, by somebody.
const PAUSE: Duration = Duration::from_millis(250);
/// In this time, somebody says so many at once.
const BURST_PAUSE: Duration = Duration::from_secs(10);
const BURST: u64 = 20;

/// How long a restless client stays, and stays away, on the average.
const STAY: Duration = Duration::from_secs(10);
const AWAY: Duration = Duration::from_secs(1);

/// How many connect at a time.
const AT_ONCE: usize = 50;

/// How long the server may take for anything.
const PATIENCE: Duration = Duration::from_mins(1);

/// What happened, all together.
#[derive(Default)]
pub struct Tally {
    pub joins: Cell<u64>,
    pub leaves: Cell<u64>,
    pub cuts: Cell<u64>,
    pub messages: Cell<u64>,
    pub deliveries: Cell<u64>,
    pub lost: Cell<u64>,
    pub failures: Cell<u64>,
    /// The first failure, in words.
    pub failure: RefCell<Option<String>>,
}

impl Tally {
    fn fail(&self, words: String) {
        add(&self.failures, 1);
        self.failure.borrow_mut().get_or_insert(words);
    }

    fn close(&self, hearing: &Hearing) {
        add(&self.lost, hearing.lost);
    }
}

fn add(count: &Cell<u64>, more: u64) {
    count.set(count.get() + more);
}

/// What all clients know.
struct Place {
    address: SocketAddr,
    speakers: Speakers,
    tally: Rc<Tally>,
    /// Becomes `true` when it is time to go.
    over: watch::Sender<bool>,
}

/// The clients, connected.
pub struct Crowd {
    place: Rc<Place>,
    /// Tells a speaker how many messages to say.
    prompts: Vec<UnboundedSender<u64>>,
    settled: Vec<JoinHandle<()>>,
    restless: Vec<JoinHandle<()>>,
}

impl Crowd {
    /// Connects those who stay, and sends for those who come and go.
    ///
    /// # Errors
    /// One of those who stay cannot connect.
    pub async fn gather(production: &Production, clients: usize) -> Result<Self, String> {
        let address = production.address();
        let address = address.parse().map_err(|_| format!("{address} is none"))?;
        let restless = clients / RESTLESS;
        let settled = clients - restless;
        let place = Rc::new(Place {
            address,
            speakers: Speakers::new(SPEAKERS.min(settled)),
            tally: Rc::default(),
            over: watch::Sender::new(false),
        });
        let peers = stream::iter(0..settled).map(|number| Peer::join(address, transport(number)));
        let peers: Vec<_> = peers.buffered(AT_ONCE).try_collect().await?;
        add(&place.tally.joins, peers.len() as u64);
        let mut prompts = Vec::new();
        let mut tasks = Vec::new();
        for (number, peer) in peers.into_iter().enumerate() {
            let own = (number < place.speakers.0.len()).then_some(number);
            let prompted = own.map(|_| {
                let (prompt, prompted) = unbounded_channel();
                prompts.push(prompt);
                prompted
            });
            tasks.push(spawn_local(stay(Rc::clone(&place), peer, own, prompted)));
        }
        let restless = (0..restless).map(|number| spawn_local(roam(Rc::clone(&place), number)));
        Ok(Self {
            restless: restless.collect(),
            settled: tasks,
            prompts,
            place,
        })
    }

    /// What has happened so far.
    pub fn tally(&self) -> Rc<Tally> {
        Rc::clone(&self.place.tally)
    }

    /// Lets them speak for this long.
    pub async fn play(&self, duration: Duration) {
        let dice = Dice::new(0);
        let end = Instant::now() + duration;
        let mut pauses = interval(PAUSE);
        let mut burst = Instant::now() + BURST_PAUSE / 2;
        while Instant::now() < end {
            pauses.tick().await;
            // A server that is behind gets no more.
            if self.place.speakers.unanswered() > BURST {
                continue;
            }
            let mut count = 1;
            if Instant::now() > burst {
                burst += BURST_PAUSE;
                count = BURST;
            }
            let who = dice.roll(self.prompts.len() as u64);
            let prompt = usize::try_from(who)
                .ok()
                .and_then(|who| self.prompts.get(who));
            if let Some(prompt) = prompt {
                // Nobody speaks who was cut off; that is a failure already.
                prompt.send(count).ok();
            }
        }
    }

    /// Lets everyone go, those who stayed last of all, and gives what happened.
    ///
    /// # Errors
    /// Somebody cannot leave.
    pub async fn leave(self) -> Result<Rc<Tally>, String> {
        let answered = async {
            while self.place.speakers.unanswered() > 0 {
                sleep(Duration::from_millis(10)).await;
            }
        };
        if timeout(PATIENCE, answered).await.is_err() {
            let missing = self.place.speakers.unanswered();
            return Err(format!("{missing} messages were never answered"));
        }
        self.place.over.send_replace(true);
        for task in self.restless.into_iter().chain(self.settled) {
            let left = timeout(PATIENCE, task).await;
            left.map_err(|_| "somebody cannot leave")?
                .map_err(|error| error.to_string())?;
        }
        let speakers = self.place.speakers.0.iter();
        let messages = speakers.map(|one| one.answered.get()).sum();
        self.place.tally.messages.set(messages);
        Ok(Rc::clone(&self.place.tally))
    }
}

fn transport(number: usize) -> Transport {
    if number % POLLING == POLLING - 1 {
        Transport::Polling
    } else {
        Transport::WebSocket
    }
}

/// Stays to the end, speaking when prompted.
async fn stay(
    place: Rc<Place>,
    mut peer: Peer,
    own: Option<usize>,
    mut prompted: Option<UnboundedReceiver<u64>>,
) {
    let mut hearing = Hearing::new(&place.speakers, own);
    let mut over = place.over.subscribe();
    loop {
        tokio::select! {
            packet = peer.receive() => {
                if let Err(words) = packet.and_then(|packet| note(&place, &mut hearing, own, &packet)) {
                    place.tally.close(&hearing);
                    return place.tally.fail(words);
                }
            }
            count = next(prompted.as_mut()) => {
                if let Some(own) = own && let Err(words) = say(&place, &mut peer, own, count).await {
                    return place.tally.fail(words);
                }
            }
            _ = over.wait_for(|over| *over) => break,
        }
    }
    part(&place, peer, hearing, own).await;
}

async fn say(place: &Place, peer: &mut Peer, own: usize, count: u64) -> Result<(), String> {
    let said = &place.speakers.0[own].said;
    for _ in 0..count {
        let number = said.get();
        said.set(number + 1);
        peer.send(message(&text(own, number), Some(number))).await?;
    }
    Ok(())
}

/// Notes a packet that a client has received.
fn note(
    place: &Place,
    hearing: &mut Hearing,
    own: Option<usize>,
    packet: &str,
) -> Result<(), String> {
    if hearing.hear(packet) {
        add(&place.tally.deliveries, 1);
        return Ok(());
    }
    let own = own.map(|own| &place.speakers.0[own].answered);
    if let Some(answered) = own
        && packet.starts_with(&format!("43{}[{{\"id\"", answered.get()))
    {
        add(answered, 1);
        return Ok(());
    }
    Err(format!("{packet} came unexpectedly"))
}

/// Hears what is still due, then leaves.
async fn part(place: &Place, mut peer: Peer, mut hearing: Hearing, own: Option<usize>) {
    let due = place.speakers.answered();
    let parting = async {
        // The refusal comes after all that was for this client before.
        peer.send("40/fence,".to_owned()).await?;
        loop {
            let packet = peer.receive().await?;
            if packet.starts_with("44/fence,") {
                return Ok(());
            }
            note(place, &mut hearing, own, &packet)?;
        }
    };
    match timeout(PATIENCE, parting).await {
        Ok(Ok(())) => {}
        Ok(Err(words)) => place.tally.fail(words),
        Err(_) => place.tally.fail("what is due does not come".to_owned()),
    }
    hearing.close(&due);
    place.tally.close(&hearing);
    if timeout(PATIENCE, peer.leave()).await.is_err() {
        place
            .tally
            .fail("the server closes no connection".to_owned());
    }
    add(&place.tally.leaves, 1);
}

/// Comes and goes until it is over.
async fn roam(place: Rc<Place>, number: usize) {
    let dice = Dice::new(1 + number as u64);
    let mut over = place.over.subscribe();
    loop {
        tokio::select! {
            () = sleep(dice.time(AWAY)) => {}
            _ = over.wait_for(|over| *over) => return,
        }
        match Peer::join(place.address, transport(number)).await {
            Ok(peer) => visit(&place, &dice, peer).await,
            Err(words) => return place.tally.fail(words),
        }
    }
}

/// Stays for a while, then leaves or is cut off.
async fn visit(place: &Place, dice: &Dice, mut peer: Peer) {
    add(&place.tally.joins, 1);
    let mut hearing = Hearing::new(&place.speakers, None);
    let mut over = place.over.subscribe();
    // A session of long-polling that is cut off is missed only after a heartbeat, long after a short run.
    let is_cut = matches!(peer, Peer::WebSocket(_)) && dice.roll(3) == 0;
    let end = Instant::now() + dice.time(STAY);
    loop {
        tokio::select! {
            packet = peer.receive() => {
                if let Err(words) = packet.and_then(|packet| note(place, &mut hearing, None, &packet)) {
                    place.tally.close(&hearing);
                    return place.tally.fail(words);
                }
            }
            () = tokio::time::sleep_until(end) => break,
            _ = over.wait_for(|over| *over) => break,
        }
    }
    if is_cut {
        place.tally.close(&hearing);
        add(&place.tally.cuts, 1);
    } else {
        part(place, peer, hearing, None).await;
    }
}
