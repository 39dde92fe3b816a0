//! A client that behaves like the lesson's page: it comes back after each cut, says what it has heard last, and sends each
//! message again until it's answered.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use fastrand::Rng;
use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until, timeout},
};
use wire::connection::{Connection, Transport};

use crate::dialect::{Dialect, Frame, Heard};

/// The text of the message that ends a run.
pub const LAST: &str = "the last message";

/// How long a client waits for an answer before it sends its message again.
const ACK_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a connection lives, in milliseconds: between these.
const LIFE: std::ops::Range<u64> = 10..400;

/// How long a client waits before it tries again to connect.
const RETRY: Duration = Duration::from_millis(20);

/// How long a step of connecting may take.
const STEP: Duration = Duration::from_secs(5);

/// The state that all clients of a run share.
pub struct Story {
    pub dialect: Dialect,
    /// Where the servers listen. A client goes on to the next one after each cut.
    pub bases: Vec<String>,
    /// Whether connections are still cut.
    pub is_cutting: watch::Receiver<bool>,
    pub cuts: AtomicUsize,
    pub answered: AtomicUsize,
}

/// One client, and what it has heard.
pub struct Client {
    story: Arc<Story>,
    name: String,
    transport: Transport,
    rng: Rng,
    server: usize,
    last: Option<i64>,
    heard: Vec<Heard>,
    /// The messages that it has yet to send; the last one is next.
    drafts: Vec<String>,
    /// The id of its last question.
    question: u64,
}

impl Client {
    pub fn new(story: &Arc<Story>, place: usize, transport: Transport) -> Self {
        Self {
            story: story.clone(),
            name: format!("client {place}"),
            transport,
            rng: Rng::with_seed(place as u64),
            server: place,
            last: None,
            heard: Vec::new(),
            drafts: Vec::new(),
            question: 0,
        }
    }

    /// Listens until the last message, and returns what it has heard. Once connections aren't cut any more, that may take
    /// this long.
    pub async fn listen(mut self, patience: Duration) -> Vec<Heard> {
        let mut is_cutting = self.story.is_cutting.clone();
        let listening = async {
            while !self.has_heard_the_last() {
                self.live().await;
            }
        };
        let too_long = async {
            // An error means that the run is over.
            is_cutting.wait_for(|is_cutting| !is_cutting).await.ok();
            sleep(patience).await;
        };
        tokio::select! {
            () = listening => {}
            () = too_long => {}
        }
        self.heard
    }

    /// Sends these messages, in this order, until each is answered.
    pub async fn send(mut self, mut drafts: Vec<String>) {
        drafts.reverse();
        self.drafts = drafts;
        while !self.drafts.is_empty() {
            self.live().await;
        }
    }

    /// Lives through one connection.
    async fn live(&mut self) {
        let Some(mut connection) = self.connect().await else {
            return sleep(RETRY).await;
        };
        self.ask(&connection);
        let life = Duration::from_millis(self.rng.u64(LIFE));
        let is_cutting = self.story.is_cutting.clone();
        let end = async {
            sleep(life).await;
            if !*is_cutting.borrow() {
                pending::<()>().await;
            }
        };
        tokio::pin!(end);
        let mut ask_again = Instant::now() + ACK_TIMEOUT;
        loop {
            tokio::select! {
                packet = connection.receive() => {
                    let Some(packet) = packet else { return };
                    match self.story.dialect.read(&packet) {
                        Frame::Live(heard) => if !self.hear_live(heard) { return },
                        Frame::Missed(missed) => for heard in missed { self.hear(heard) },
                        Frame::Answer(question) => if question == self.question && self.drafts.pop().is_some() {
                            self.story.answered.fetch_add(1, Relaxed);
                            if self.drafts.is_empty() && self.is_sender() { return }
                            self.ask(&connection);
                            ask_again = Instant::now() + ACK_TIMEOUT;
                        },
                        Frame::End => return,
                        Frame::Other => {}
                    }
                    if self.has_heard_the_last() { return }
                }
                () = sleep_until(ask_again), if !self.drafts.is_empty() => {
                    self.ask(&connection);
                    ask_again = Instant::now() + ACK_TIMEOUT;
                }
                () = &mut end => {
                    self.story.cuts.fetch_add(1, Relaxed);
                    return;
                }
            }
        }
    }

    async fn connect(&mut self) -> Option<Connection> {
        self.server = (self.server + 1) % self.story.bases.len();
        let opening = Connection::open(&self.story.bases[self.server], self.transport);
        let mut connection = timeout(STEP, opening).await.ok()?.ok()?;
        timeout(STEP, connection.receive()).await.ok()??;
        connection.send(self.story.dialect.join(&self.name, self.last));
        let joined = timeout(STEP, connection.receive()).await.ok()??;
        if !joined.starts_with("40") {
            return None;
        }
        // From now on, the server sends what this client has missed.
        self.last.get_or_insert(0);
        Some(connection)
    }

    /// Sends its message, again or for the first time.
    fn ask(&mut self, connection: &Connection) {
        if let Some(text) = self.drafts.last() {
            self.question += 1;
            connection.send(self.story.dialect.message(self.question, text));
        }
    }

    fn is_sender(&self) -> bool {
        self.question > 0
    }

    fn has_heard_the_last(&self) -> bool {
        self.heard.last().is_some_and(|heard| heard.text == LAST)
    }

    /// Hears a message that somebody has just sent. Returns whether none is missing before it.
    fn hear_live(&mut self, heard: Heard) -> bool {
        let next = self.last.unwrap_or(0) + 1;
        // Only the lesson's page looks for gaps.
        if self.story.dialect == Dialect::Chat && heard.number != next {
            return false;
        }
        self.hear(heard);
        true
    }

    fn hear(&mut self, heard: Heard) {
        self.last = Some(heard.number);
        self.heard.push(heard);
    }
}
