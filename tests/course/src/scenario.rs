//! A scenario: which clients connect and what they do, and the lessons that it holds for.

use std::{fs, time::Duration};

use anyhow::{Context, Result, anyhow};
use futures_util::future::LocalBoxFuture;
use tokio::time::timeout;
use wire::{connection::Transport, server::Server, transcript::Transcript};

use crate::{
    differences::without_the_servers_choices,
    lessons::{self, CAPSTONE, Lesson},
    scene::{self, Scene, Unseen},
};

/// The last resort for a server that answers, but never stops.
const PLAY_LIMIT: Duration = Duration::from_mins(2);

/// Three hints, each saying more than the one before: the idea, the names of the API, the shape of the code.
pub type Hints = [&'static str; 3];

/// How a scenario's clients reach the server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Over a connection, with the same transcript on either transport.
    BothTransports,
    /// Over long-polling only: over WebSocket there's nothing to show.
    LongPolling,
    /// By plain HTTP requests, without a connection.
    PlainHttp,
}

/// The lessons that a scenario holds for: one, and those that build on it, until another lesson replaces what it shows.
#[derive(Clone, Copy)]
pub struct Span {
    from: &'static str,
    /// Lessons that replace what it shows, one for each way on from where it begins.
    until: [Option<&'static str>; 2],
}

/// From the lesson of this package on.
pub const fn from(package: &'static str) -> Span {
    Span {
        from: package,
        until: [None, None],
    }
}

impl Span {
    /// Up to the lesson of this package, without it and the lessons that build on it.
    #[must_use]
    pub const fn until(self, package: &'static str) -> Self {
        let [first, _] = self.until;
        let until = match first {
            None => [Some(package), None],
            Some(_) => [first, Some(package)],
        };
        Self { until, ..self }
    }
}

/// A short story about clients and a server, with the same transcript on every run.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// A sentence, its words joined by underscores. Also the name of its snapshot.
    pub name: &'static str,
    /// The lessons whose server plays it.
    pub lessons: Span,
    /// How its clients reach the server.
    pub over: Over,
    /// Help for somebody whose server fails it: the idea, the names of the API, the shape of the code.
    pub hints: Hints,
    /// The story itself.
    pub play: for<'a> fn(&'a mut Scene) -> LocalBoxFuture<'a, scene::Result>,
}

/// The outcome of playing a scenario.
pub struct Outcome {
    /// Everything that crossed the wire until the scenario ended or failed.
    pub transcript: Transcript,
    /// The reason, if it failed.
    pub failure: Option<String>,
    /// Something that it needed and this server doesn't offer.
    pub unseen: Option<Unseen>,
    /// The server, if we've started it ourselves.
    pub server: Option<Server>,
}

impl Scenario {
    /// Whether it holds for a lesson.
    pub fn holds_for(&self, lesson: &Lesson) -> bool {
        lesson.includes(self.lessons.from)
            && !self
                .lessons
                .until
                .iter()
                .flatten()
                .any(|until| lesson.includes(until))
    }

    /// Whether it begins with a lesson: the one that it teaches.
    pub fn begins_with(&self, lesson: &Lesson) -> bool {
        lesson.package() == self.lessons.from
    }

    /// The lesson that it begins with.
    pub fn lesson(&self) -> Result<Lesson> {
        lessons::find_to_build(self.lessons.from)
    }

    /// The lesson that replaces what it shows, if it's this one or one that this one builds on.
    pub fn replaced_on_the_way_to(&self, lesson: &Lesson) -> Result<Option<Lesson>> {
        let mut until = self.lessons.until.into_iter().flatten();
        let replacing = until.find(|until| lesson.includes(until));
        replacing.map(lessons::find).transpose()
    }

    /// Its name as a sentence.
    pub fn title(&self) -> String {
        self.name.replace('_', " ")
    }

    /// The transports to play it over.
    pub fn transports(&self) -> &'static [Transport] {
        match self.over {
            Over::BothTransports => &Transport::BOTH,
            Over::LongPolling | Over::PlainHttp => &[Transport::Polling],
        }
    }

    /// The name of its snapshot: the number of the lesson that it begins with, then its own name.
    pub fn snapshot_name(&self) -> Result<String> {
        Ok(format!("{}_{}", self.lesson()?.short(), self.name))
    }

    /// Plays it on the server at a URL.
    pub async fn play_at(&self, url: &str, transport: Transport) -> Outcome {
        let mut scene = Scene::new(url, transport, None);
        let outcome = self.play_in(&mut scene).await;
        scene.end().await;
        outcome
    }

    /// Plays it on a server that we've started ourselves. The outcome has that server.
    pub async fn play_on(&self, server: Server, transport: Transport) -> Outcome {
        let base = server.base.clone();
        let mut scene = Scene::new(&base, transport, Some(server));
        let outcome = self.play_in(&mut scene).await;
        Outcome {
            server: scene.into_server(),
            ..outcome
        }
    }

    async fn play_in(&self, scene: &mut Scene) -> Outcome {
        let playing = async {
            (self.play)(scene).await?;
            scene.settle().await
        };
        let played = timeout(PLAY_LIMIT, playing).await;
        let played = played.unwrap_or_else(|_| {
            let seconds = PLAY_LIMIT.as_secs();
            Err(anyhow!("the scenario should have ended within {seconds} s: does the server send without end?"))
        });
        // The port differs from run to run.
        let words = |error| format!("{error:#}").replace(scene.base(), "the server");
        let mut transcript = scene.transcript();
        if self.lessons.from == CAPSTONE {
            // There, ours is in Node, and people's servers are in Rust.
            transcript = without_the_servers_choices(&transcript);
        }
        Outcome {
            transcript,
            failure: played.err().map(words),
            unseen: scene.unseen,
            server: None,
        }
    }

    /// The transcript that a server must produce.
    pub fn expected(&self) -> Result<Transcript> {
        snapshot(&self.snapshot_name()?)?.parse()
    }
}

impl Outcome {
    /// Describes the first difference from the expected transcript.
    pub fn fault(&self, expected: &Transcript) -> Option<String> {
        let failure = self.failure.clone();
        failure.or_else(|| expected.difference(&self.transcript))
    }
}

/// The text of a snapshot, without the header that insta writes between two lines `---`.
pub fn snapshot(name: &str) -> Result<String> {
    let path = format!("tests/snapshots/{name}.snap");
    let text = fs::read_to_string(lessons::root().join(&path));
    let text = text
        .ok()
        .with_context(|| format!("there is no snapshot {path}"))?;
    Ok(text
        .splitn(3, "---\n")
        .nth(2)
        .unwrap_or_default()
        .to_owned())
}
