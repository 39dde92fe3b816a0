//! The Node original of the course, held against the transcripts that the Rust lessons are locked to.
//!
//! `tests/reference/` holds a server for each lesson, and for some exercises. Each plays the scenarios of its
//! lesson or exercise; what may differ on the wire is [listed](Differences), with the reason.

mod compare;
mod differences;

use std::{fs, io, iter, path::PathBuf, time::Duration};

use futures_util::future::join_all;
use tokio::{process::Command, time::timeout};

pub use compare::{Comparison, Difference, compare};
pub use differences::{Differences, FrameRule, Known};

use crate::{
    connection::Transport,
    exercises,
    lessons::{self, Lesson, root},
    scenario::Scenario,
    scenarios,
    server::Server,
};

/// How long to wait for what a server should send or log.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the process of a server that failed may take to end, if that is why it failed.
const END_LIMIT: Duration = Duration::from_secs(1);

/// Stands for the failure where the server's process has ended: who notices it first is a matter of chance.
const ENDED: &str = "the server ends";

/// A server of the Node original.
pub struct Reference {
    /// The lesson that it belongs to.
    pub lesson: Lesson,
    /// The file that Node runs.
    script: PathBuf,
    /// What it plays.
    pub scenarios: Vec<Scenario>,
}

/// What came of playing a scenario on the Node original.
pub enum Verdict {
    /// The transcript of the Rust lesson, over every transport.
    Same,
    /// The difference that is listed, with its reason.
    Known(String),
    /// Something that is not listed, or not what is listed, in words.
    Wrong(String),
}

/// The folder of the Node original.
fn folder() -> PathBuf {
    root().join("tests/reference")
}

impl Reference {
    /// The servers of a lesson: its own, then those of its exercises, as far as the Node original has them.
    #[must_use]
    pub fn all_of(lesson: &Lesson) -> Vec<Self> {
        let scenarios = scenarios::all().into_iter();
        let own = Self {
            lesson: lesson.clone(),
            script: folder().join(&lesson.name).join("app.js"),
            scenarios: scenarios
                .filter(|scenario| scenario.lessons().contains(&lesson.number))
                .collect(),
        };
        let exercises = exercises::all().into_iter();
        let exercises = exercises
            .filter(|exercise| exercise.scenario.lesson() == lesson.number)
            .map(|exercise| Self {
                lesson: lesson.clone(),
                script: folder().join(format!("exercises/{}.js", exercise.name)),
                scenarios: vec![exercise.scenario],
            });
        let all = iter::once(own).chain(exercises);
        all.filter(|reference| reference.script.is_file()).collect()
    }

    /// Plays a scenario over each of its transports.
    pub async fn judge(&self, scenario: &Scenario, differences: &Differences) -> Verdict {
        let known = differences.of(scenario.name);
        let judging = scenario.transports().iter().map(async |transport| {
            let (comparison, server) = self.play(scenario, *transport, differences).await?;
            judge(&comparison, known)?;
            logs(&server, known).await
        });
        let judged = join_all(judging).await;
        for (transport, judged) in scenario.transports().iter().zip(judged) {
            if let Err(words) = judged {
                return Verdict::Wrong(format!("over {transport}, {words}"));
            }
        }
        known.map_or(Verdict::Same, |known| Verdict::Known(known.why.clone()))
    }

    async fn play(
        &self,
        scenario: &Scenario,
        transport: Transport,
        differences: &Differences,
    ) -> Result<(Comparison, Server), String> {
        let expected = scenario
            .expected()
            .map_err(|error| format!("the transcript cannot be read: {error}"))?;
        let mut node = Command::new("node");
        node.arg(&self.script);
        // The last lesson would listen on all interfaces.
        let mut server = Server::start_command(node, root(), &[("HOST", "127.0.0.1")]).await?;
        let log = Some(server.log.clone());
        let mut outcome = scenario.play(&server.base, transport, PATIENCE, log).await;
        if let Some(words) = outcome.failure {
            let ended = timeout(END_LIMIT, server.child.wait()).await.is_ok();
            // The port differs from run to run.
            let words = words.replace(&server.base, "the server");
            outcome.failure = Some(if ended { ENDED.to_owned() } else { words });
        }
        let rules = differences.rules(self.lesson.number);
        Ok((compare(&expected, &outcome, &rules), server))
    }
}

/// Whether this is the difference that is listed, or none where none is.
fn judge(comparison: &Comparison, known: Option<&Known>) -> Result<(), String> {
    if let Some(field) = comparison.equal.first() {
        return Err(format!(
            "`{field}` is listed as different in every such frame, but is the same"
        ));
    }
    match (&comparison.difference, known) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err("a difference is listed, but there is none".to_owned()),
        (Some(difference), None) => Err(format!("a difference that is not listed:\n{difference}")),
        (Some(difference), Some(known)) if *difference == known.difference => Ok(()),
        (Some(difference), Some(known)) => Err(format!(
            "the difference is\n{difference}\nbut this one is listed:\n{}",
            known.difference
        )),
    }
}

/// Whether the server has logged what the difference comes with.
async fn logs(server: &Server, known: Option<&Known>) -> Result<(), String> {
    let Some(text) = known.and_then(|known| known.log.as_deref()) else {
        return Ok(());
    };
    server.log.wait_for(text, PATIENCE).await
}

/// What the Node original has or the list names, and no lesson, exercise or scenario asks for.
///
/// # Errors
/// A folder cannot be read.
pub fn strays(differences: &Differences) -> Result<Vec<String>, String> {
    let lessons = lessons::all().map_err(|error| format!("the lessons cannot be read: {error}"))?;
    let exercises = exercises::all();
    let mut strays = Vec::new();
    for name in entries("")? {
        let is_numbered = name.starts_with(|first: char| first.is_ascii_digit());
        if is_numbered && !lessons.iter().any(|lesson| lesson.name == name) {
            strays.push(format!("there is no lesson {name}"));
        }
    }
    for file in entries("exercises")? {
        let name = file.strip_suffix(".js").unwrap_or(&file);
        if !exercises.iter().any(|exercise| exercise.name == name) {
            strays.push(format!("there is no exercise {name}"));
        }
    }
    let played: Vec<_> = lessons
        .iter()
        .flat_map(Reference::all_of)
        .flat_map(|reference| reference.scenarios)
        .collect();
    for known in differences.scenarios() {
        if !played
            .iter()
            .any(|scenario| scenario.name == known.scenario)
        {
            strays.push(format!("the scenario {} is not played", known.scenario));
        }
    }
    for rule in differences.frames() {
        let applies = |lesson: &Lesson| rule.lessons.contains(&lesson.number);
        if !lessons.iter().any(applies) {
            strays.push(format!("no lesson has the rule for `{}`", rule.field));
        }
    }
    Ok(strays)
}

fn entries(subfolder: &str) -> Result<Vec<String>, String> {
    let folder = folder().join(subfolder);
    let entries = fs::read_dir(&folder)
        .and_then(Iterator::collect::<io::Result<Vec<_>>>)
        .map_err(|error| format!("{} cannot be read: {error}", folder.display()))?;
    let names = entries.iter().map(fs::DirEntry::file_name);
    Ok(names
        .map(|name| name.to_string_lossy().into_owned())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(words: &str) -> Difference {
        Difference {
            rust: Vec::new(),
            node: vec![words.to_owned()],
        }
    }

    fn comparison(words: Option<&str>) -> Comparison {
        Comparison {
            difference: words.map(difference),
            equal: Vec::new(),
        }
    }

    fn known(words: &str) -> Known {
        Known {
            scenario: "a_scenario".to_owned(),
            difference: difference(words),
            log: None,
            why: "a reason".to_owned(),
        }
    }

    #[test]
    fn what_is_listed_and_nothing_else_passes() {
        let listed = known("silence");
        assert_eq!(judge(&comparison(None), None), Ok(()));
        assert_eq!(judge(&comparison(Some("silence")), Some(&listed)), Ok(()));
        for (came, listed, words) in [
            (
                Some("noise"),
                None,
                "a difference that is not listed:\n  Node: noise",
            ),
            (
                None,
                Some(&listed),
                "a difference is listed, but there is none",
            ),
            (
                Some("noise"),
                Some(&listed),
                "the difference is\n  Node: noise\nbut this one is listed:\n  Node: silence",
            ),
        ] {
            assert_eq!(judge(&comparison(came), listed), Err(words.to_owned()));
        }
    }

    #[test]
    fn a_rule_for_frames_that_no_longer_holds_fails() {
        let comparison = Comparison {
            difference: None,
            equal: vec!["sid".to_owned()],
        };
        assert!(
            judge(&comparison, None)
                .unwrap_err()
                .starts_with("`sid` is listed")
        );
    }

    #[test]
    fn the_list_and_the_node_original_name_nothing_unknown() {
        let differences = Differences::read().unwrap();
        assert_eq!(strays(&differences).unwrap(), [""; 0]);
    }

    #[test]
    fn a_difference_in_a_scenario_that_nobody_plays_is_a_stray() {
        let differences = Differences::parse(
            "[[difference]]\nwhy = \"a reason\"\n[[difference.in]]\nscenario = \"nada\"\nnode = [\"x\"]",
        );
        let strays = strays(&differences.unwrap()).unwrap();
        assert_eq!(strays, ["the scenario nada is not played"]);
    }
}
