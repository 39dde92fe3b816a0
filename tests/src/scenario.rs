//! A scenario: which clients connect and what they do, and the lessons that it holds for.

use std::{
    fs, io,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    time::Duration,
};

use futures_util::future::LocalBoxFuture;

use crate::{
    connection::Transport,
    scene::{Result, Scene},
    server::Log,
};

/// Three hints, each saying more than the one before: the idea, the names of the API, the shape of the code.
pub type Hints = [&'static str; 3];

/// How a scenario's clients reach the server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// By a connection, which either transport can carry with the same transcript.
    BothTransports,
    /// By long-polling: over WebSocket there is nothing to show.
    LongPolling,
    /// By plain HTTP requests: there is no connection to carry.
    PlainHttp,
}

/// A short story about clients and a server, which gives the same transcript on every run.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// A sentence, its words joined by underscores. Also the name of its snapshot.
    pub name: &'static str,
    /// The numbers of the lessons whose server plays it.
    pub lessons: (u8, u8),
    /// How its clients reach the server.
    pub over: Over,
    /// Whether it looks into the server's log, which a server behind a URL does not show.
    pub reads_log: bool,
    /// What helps somebody whose server fails it: the idea, the names of the API, the shape of the code.
    pub hints: Hints,
    /// The story itself.
    pub play: for<'a> fn(&'a mut Scene) -> LocalBoxFuture<'a, Result>,
}

/// What came of playing a scenario.
pub struct Outcome {
    /// What crossed the wire, as far as the scenario went.
    pub transcript: String,
    /// What should have happened and did not.
    pub failure: Option<String>,
}

impl Scenario {
    /// The lessons that this scenario holds for.
    #[must_use]
    pub fn lessons(&self) -> RangeInclusive<u8> {
        self.lessons.0..=self.lessons.1
    }

    /// The first lesson that it holds for: the one that it teaches.
    #[must_use]
    pub fn lesson(&self) -> u8 {
        self.lessons.0
    }

    /// Its name as a sentence.
    #[must_use]
    pub fn title(&self) -> String {
        self.name.replace('_', " ")
    }

    /// The transports to play it over.
    #[must_use]
    pub fn transports(&self) -> &'static [Transport] {
        match self.over {
            Over::BothTransports => &Transport::BOTH,
            Over::LongPolling | Over::PlainHttp => &[Transport::Polling],
        }
    }

    /// The name of its snapshot: the lesson that it begins with, then its own name.
    #[must_use]
    pub fn snapshot_name(&self) -> String {
        format!("{:02}_{}", self.lesson(), self.name)
    }

    /// Plays it on the server at `base`, waiting `patience` at most for each thing that should come.
    pub async fn play(
        &self,
        base: &str,
        transport: Transport,
        patience: Duration,
        log: Option<Log>,
    ) -> Outcome {
        let mut scene = Scene::new(base, transport, patience, log);
        let mut played = (self.play)(&mut scene).await;
        if played.is_ok() {
            played = scene.settle().await;
        }
        Outcome {
            transcript: scene.transcript(),
            failure: played.err().map(|failure| failure.to_string()),
        }
    }

    /// The transcript that a server must give.
    ///
    /// # Errors
    /// There is no snapshot of it, or it cannot be read.
    pub fn expected(&self) -> io::Result<String> {
        let file = snapshots().join(format!("{}.snap", self.snapshot_name()));
        let text = fs::read_to_string(file)?;
        // Insta writes a header between two lines `---`, then the transcript.
        let transcript = text.splitn(3, "---\n").nth(2).unwrap_or_default();
        Ok(transcript.to_owned())
    }
}

/// The folder of the snapshots.
#[must_use]
pub fn snapshots() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots")
}
