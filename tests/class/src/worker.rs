//! Checks one submission. This runs in a process of its own, in the outer layer of the sandbox.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Error, Result};
use course::{
    exercises,
    lessons::{self, Lesson},
    scenario::Scenario,
    scenarios,
};
use serde::{Deserialize, Serialize};
use tokio::{process::Command, time::timeout};
use workbook::{
    check::{self, Target},
    diagnosis::{diagnose, first_difference},
    unfit::{self, Unfit, unfit},
    work::Building,
};

use crate::{
    confine::Confinement,
    foreign,
    place::Place,
    results::{Checked, Fault, Outcome, Points, Score, State, Verdict},
};

/// How much of what the compiler says is kept, in characters.
const DETAILS: usize = 4_000;

/// A server to check, and how to check it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Job {
    /// The lesson's name.
    pub lesson: String,
    /// The server.
    pub server: Server,
    /// The crates for the lesson's exercises, by the names of the exercises. For the others, the server itself is tried.
    pub exercises: BTreeMap<String, PathBuf>,
    /// Where it's built and run.
    pub place: Place,
    /// The restrictions.
    pub confinement: Confinement,
    /// The limits, and what is allowed.
    pub rules: Rules,
}

/// The server to check.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub enum Server {
    /// A crate in the job's place.
    Crate(PathBuf),
    /// A running server.
    Url(String),
}

/// The rules for all submissions of a class.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Rules {
    /// How long a build may take.
    pub build: Duration,
    /// How long all scenarios together may take.
    pub run: Duration,
    /// Whether submissions may bring crates that the lesson doesn't use, and code that runs during the build.
    pub allow_foreign: bool,
}

impl Job {
    /// Checks it. Every fault ends up in the outcome.
    pub async fn check(&self) -> Outcome {
        match self.try_check().await {
            Ok(outcome) => outcome,
            Err(error) => self.failed(&error),
        }
    }

    /// The folders of the crates that are built for it.
    pub fn crates(&self) -> impl Iterator<Item = &Path> {
        let server = match &self.server {
            Server::Crate(folder) => Some(folder),
            Server::Url(_) => None,
        };
        server
            .into_iter()
            .chain(self.exercises.values())
            .map(PathBuf::as_path)
    }

    async fn try_check(&self) -> Result<Outcome> {
        let lesson = lessons::find(&self.lesson)?;
        let (target, folder) = match &self.server {
            Server::Url(url) => {
                let target = Target::at(url, &lesson);
                (target.map_err(|error| Skipped(error.to_string()))?, None)
            }
            Server::Crate(folder) => (self.build(folder).await?, Some(folder.as_path())),
        };
        target.probe().await?;
        let mut played = Played {
            ends: Instant::now() + self.rules.run,
            stopped: None,
        };
        let mut checked = Vec::new();
        for scenario in scenarios::of(&lesson) {
            let one = played.play(&target, &scenario, folder).await?;
            if one.verdict == Verdict::Failed && matches!(target, Target::Url(_)) {
                // From here, a server that has crashed looks like a network that fails.
                target.probe().await.map_err(|error| {
                    let title = scenario.title();
                    unfit(
                        unfit::State::Unreachable,
                        format!("the server is gone since \"{title}\": {error:#}"),
                    )
                })?;
            }
            checked.push(one);
        }
        // An exercise that hangs says nothing about the lesson.
        let stopped = played.stopped.clone();
        let mut solved = Vec::new();
        for exercise in exercises::of(&lesson) {
            let own = self.exercises.get(exercise.name);
            let mut one = match own {
                // A copy that can't be tried fails its own exercise only.
                Some(folder) => match self.build(folder).await {
                    Ok(target) => {
                        played
                            .play(&target, &exercise.scenario, Some(folder))
                            .await?
                    }
                    Err(error) if error.is::<Unfit>() || error.is::<Skipped>() => {
                        not_tried(&exercise.scenario, &error)
                    }
                    Err(error) => return Err(error),
                },
                None => played.play(&target, &exercise.scenario, folder).await?,
            };
            exercise.name.clone_into(&mut one.name);
            solved.push(one);
        }
        let fails = |one: &Checked| matches!(one.verdict, Verdict::Failed | Verdict::NotPlayed);
        Ok(Outcome {
            state: match &stopped {
                Some(_) => State::RunTimedOut,
                None if checked.iter().any(fails) => State::Partly,
                None => State::Passed,
            },
            reason: stopped,
            details: None,
            points: Some(points(&lesson, &checked, &solved)),
            scenarios: checked,
            exercises: solved,
        })
    }

    /// Builds a crate, if nothing foreign runs in it.
    async fn build(&self, folder: &Path) -> Result<Target> {
        let launch = self.confinement.building(&self.place);
        // Without `--locked`, this completes a lock file that isn't complete. The build doesn't.
        let mut cargo = Command::from(launch.command("cargo"));
        cargo
            .args(["metadata", "--format-version", "1", "--offline"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let metadata = timeout(self.rules.build, cargo.output()).await;
        let metadata =
            metadata.map_err(|_| unfit(unfit::State::BuildTimedOut, "cargo didn't answer"))?;
        let metadata = metadata.context("cannot run cargo")?;
        if !metadata.status.success() {
            let words = String::from_utf8_lossy(&metadata.stderr).into_owned();
            if !words.contains("offline") {
                return Err(unfit(unfit::State::DoesNotCompile, words));
            }
            let names = foreign::unknown_dependencies(folder);
            return Err(Skipped(if names.is_empty() {
                "its Cargo.lock has versions of crates that the workbook doesn't have".to_owned()
            } else {
                format!(
                    "it brings crates that the workbook doesn't use: {}",
                    names.join(", ")
                )
            })
            .into());
        }
        let foreign = foreign::list(&metadata.stdout, folder)?;
        if !foreign.is_empty() && !self.rules.allow_foreign {
            return Err(Skipped(format!("it brings {}", foreign.join(", "))).into());
        }
        let building = Building {
            target: self.place.target(),
            limit: self.rules.build,
            launch,
            options: ["--locked", "--offline"].map(str::to_owned).to_vec(),
            is_shown: false,
        };
        let program = building.build(folder).await;
        // The next submission could otherwise read this one's program, or ours, and pass it off as its own.
        building.clean(folder).await?;
        let program = program?;
        Ok(Target::Program {
            launch: self.confinement.running(&self.place, folder, &program.path),
            program: Arc::new(program),
            folder: folder.to_owned(),
        })
    }

    /// The outcome for a server that can't be checked.
    fn failed(&self, error: &Error) -> Outcome {
        let words = format!("{error:#}");
        let fault = error.downcast_ref::<Unfit>().map(|unfit| unfit.state);
        let (state, reason) = match fault {
            Some(unfit::State::DoesNotCompile) => (State::DoesNotCompile, compile_fault(&words)),
            Some(unfit::State::BuildTimedOut) => {
                let seconds = self.rules.build.as_secs();
                let reason = format!("the build took more than {seconds} s");
                (State::BuildTimedOut, reason)
            }
            Some(unfit::State::DoesNotStart) => {
                // The server's own output says more than its exit status.
                let printed = words.split_once("printed:\n").map(|(_, printed)| printed);
                let words = line(printed.unwrap_or_default());
                let words = if words.is_empty() {
                    line(&format!("{error:#}"))
                } else {
                    words
                };
                (State::DoesNotStart, format!("does not start: {words}"))
            }
            Some(unfit::State::Unreachable) => (State::Unreachable, line(&words)),
            None if error.is::<Skipped>() => (State::Skipped, line(&words)),
            None => (State::Error, line(&words)),
        };
        Outcome {
            details: (words.trim() != reason).then(|| words.chars().take(DETAILS).collect()),
            ..Outcome::ended(state, reason, lessons::find(&self.lesson).ok().as_ref())
        }
    }
}

/// Why a submission isn't tried.
#[derive(Debug)]
struct Skipped(String);

impl std::fmt::Display for Skipped {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Skipped {}

/// Plays scenarios until the time is up, or the server no longer answers.
struct Played {
    ends: Instant,
    /// Why nothing more is played.
    stopped: Option<String>,
}

impl Played {
    async fn play(
        &mut self,
        target: &Target,
        scenario: &Scenario,
        folder: Option<&Path>,
    ) -> Result<Checked> {
        let checked = |verdict, fault| Checked {
            name: scenario.name.to_owned(),
            verdict,
            fault,
        };
        if self.stopped.is_some() {
            return Ok(checked(Verdict::NotPlayed, None));
        }
        let left = self.ends.saturating_duration_since(Instant::now());
        let Ok(verdict) = timeout(left, target.check(scenario)).await else {
            self.stopped = Some("the scenarios took too long".to_owned());
            return Ok(checked(Verdict::NotPlayed, None));
        };
        Ok(match verdict? {
            check::Verdict::Passed => checked(Verdict::Passed, None),
            check::Verdict::Unseen(_) => checked(Verdict::Unseen, None),
            check::Verdict::Failed(fault) => {
                if fault.timed_out {
                    self.stopped = Some("the server stopped answering".to_owned());
                }
                checked(Verdict::Failed, Some(described(scenario, &fault, folder)))
            }
        })
    }
}

fn described(scenario: &Scenario, fault: &check::Fault, folder: Option<&Path>) -> Fault {
    let at = first_difference(fault);
    let names = fault.expected.width().max(fault.actual.width());
    let rows = |transcript: &wire::transcript::Transcript| {
        let step = transcript.steps.get(at);
        step.map_or(Vec::new(), |step| step.rows(names))
    };
    let sources = folder.map(|folder| folder.join("src"));
    let words = diagnose(fault, sources.as_deref()).unwrap_or_else(|| fault.words.clone());
    Fault {
        transport: fault.transport.to_string(),
        words,
        panic: fault.panic(),
        expected: rows(&fault.expected),
        actual: rows(&fault.actual),
        hint: scenario.hints[0].to_owned(),
    }
}

/// An exercise whose copy can't be built or started.
fn not_tried(scenario: &Scenario, error: &Error) -> Checked {
    Checked {
        name: scenario.name.to_owned(),
        verdict: Verdict::Failed,
        fault: Some(Fault {
            transport: String::new(),
            words: format!(
                "its own copy can't be tried: {}",
                line(&format!("{error:#}"))
            ),
            panic: None,
            expected: Vec::new(),
            actual: Vec::new(),
            hint: scenario.hints[0].to_owned(),
        }),
    }
}

impl Outcome {
    /// The outcome for a submission whose server wasn't tried. If that says something about the work, it has no points.
    pub fn ended(state: State, reason: String, lesson: Option<&Lesson>) -> Self {
        let points = lesson.filter(|_| state.is_graded());
        Self {
            state,
            reason: Some(reason),
            details: None,
            points: points.map(no_points),
            scenarios: Vec::new(),
            exercises: Vec::new(),
        }
    }
}

fn no_points(lesson: &Lesson) -> Points {
    let score = |of| Score { passed: 0, of };
    let scenarios = scenarios::of(lesson);
    let new = scenarios
        .iter()
        .filter(|scenario| scenario.begins_with(lesson))
        .count();
    Points {
        new: score(new),
        before: score(scenarios.len() - new),
        exercises: score(exercises::of(lesson).len()),
    }
}

fn points(lesson: &Lesson, scenarios: &[Checked], exercises: &[Checked]) -> Points {
    let new: Vec<_> = scenarios::of(lesson)
        .into_iter()
        .filter(|scenario| scenario.begins_with(lesson))
        .map(|scenario| scenario.name)
        .collect();
    let (new, before): (Vec<_>, Vec<_>) = scenarios
        .iter()
        .partition(|checked| new.contains(&checked.name.as_str()));
    Points {
        new: score(new),
        before: score(before),
        exercises: score(exercises),
    }
}

fn score<'a>(checked: impl IntoIterator<Item = &'a Checked>) -> Score {
    let mut score = Score::default();
    for one in checked {
        score.passed += usize::from(one.verdict == Verdict::Passed);
        score.of += usize::from(one.verdict != Verdict::Unseen);
    }
    score
}

/// The first error of the compiler, with its place: `does not compile: src/lib.rs:44 E0308`.
fn compile_fault(words: &str) -> String {
    let mut lines = words.lines().map(str::trim);
    let Some(error) = lines.find(|line| line.starts_with("error")) else {
        return format!("does not compile: {}", line(words));
    };
    let code = error
        .strip_prefix("error[")
        .and_then(|rest| rest.split(']').next());
    let place = lines.find_map(|line| line.strip_prefix("--> "));
    let Some(place) = place else {
        let words = error.trim_start_matches("error:").trim();
        return format!("does not compile: {words}");
    };
    // The column helps nobody in a table.
    let place = place.rsplit_once(':').map_or(place, |(place, _)| place);
    let code = code.map(|code| format!(" {code}")).unwrap_or_default();
    format!("does not compile: {place}{code}")
}

/// The first line that says something.
fn line(words: &str) -> String {
    let line = words.lines().map(str::trim).find(|line| !line.is_empty());
    line.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compiler_error_is_named_with_its_place() {
        let words = "error[E0308]: mismatched types\n  --> src/controller.rs:44:9\n   |\n";
        assert_eq!(
            compile_fault(words),
            "does not compile: src/controller.rs:44 E0308"
        );
        let words = "error: expected one of `!`\n --> src/lib.rs:3:1\n";
        assert_eq!(compile_fault(words), "does not compile: src/lib.rs:3");
        let words = "error: failed to parse manifest at `/x/Cargo.toml`\n\nCaused by:\n";
        assert_eq!(
            compile_fault(words),
            "does not compile: failed to parse manifest at `/x/Cargo.toml`"
        );
    }
}
