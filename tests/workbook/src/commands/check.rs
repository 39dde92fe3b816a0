//! `workbook check`: a lesson's scenarios, or an exercise's, on a student's server.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use console::style;
use course::{
    exercises::{self, Exercise},
    lessons::{self, Lesson},
    scenario::Scenario,
    scenarios,
};
use serde_json::{Value, json};
use workbook::{
    check::{Fault, Target, Verdict},
    diagnosis::diagnose,
    launch::Launch,
    unfit::{State, Unfit, unfit},
    work,
};

use super::{
    copies::{self, shown},
    pointers,
    report::Report,
};

/// The scenarios to check, and where.
#[derive(Args)]
pub struct Options {
    /// The lesson: 3, 03 and 03-emit all mean the same one; or capstone
    pub lesson: String,
    /// One of the lesson's exercises instead, in its own copy if there is one
    #[arg(long)]
    pub exercise: Option<String>,
    /// A running server instead of your copy; with https://, over TLS
    ///
    /// Its certificate must come from an authority that this machine trusts. To trust your own certificate, set
    /// the variable `SSL_CERT_FILE` to its file; its basic constraints must say CA:FALSE.
    #[arg(long)]
    pub url: Option<String>,
}

/// The lesson or exercise to check, found by the names that were typed.
pub struct Subject {
    pub lesson: Lesson,
    pub exercise: Option<Exercise>,
    pub url: Option<String>,
    /// The copy that is checked, unless it's a server at a URL.
    pub copy: PathBuf,
    /// The student's own copy, which remembers what has passed.
    pub work: PathBuf,
}

/// A scenario whose verdict is known.
pub struct Checked {
    pub scenario: Scenario,
    pub verdict: Verdict,
}

impl Checked {
    /// The fault, if there's one.
    pub fn fault(&self) -> Option<&Fault> {
        match &self.verdict {
            Verdict::Failed(fault) => Some(fault),
            Verdict::Passed | Verdict::Unseen(_) => None,
        }
    }
}

impl Subject {
    /// Finds the lesson, the exercise and the copy.
    pub fn find(options: &Options, work: &Path) -> Result<Self> {
        let lesson = lessons::find_to_build(&options.lesson)?;
        let exercise = options
            .exercise
            .as_ref()
            .map(|name| exercise(&lesson, name));
        let exercise = exercise.transpose()?;
        let url = options
            .url
            .as_ref()
            .map(|url| url.trim_end_matches('/').to_owned());
        Ok(Self {
            copy: match &exercise {
                Some(_) => copies::of(exercise.as_ref(), work),
                None => copies::of_lesson(&lesson, work),
            },
            lesson,
            exercise,
            url,
            work: work.to_owned(),
        })
    }

    /// The scenarios to play, in the order in which the lessons introduce them.
    pub fn scenarios(&self) -> Vec<Scenario> {
        match &self.exercise {
            Some(exercise) => vec![exercise.scenario],
            None => scenarios::of(&self.lesson),
        }
    }

    /// The server: the one at the URL, or the one that is built from the copy.
    pub async fn target(&self) -> Result<Target> {
        match &self.url {
            Some(url) => Target::at(url, &self.lesson),
            None => copy(&self.copy, &self.lesson).await,
        }
    }

    /// The server's name in messages.
    pub fn name(&self) -> String {
        self.url.clone().unwrap_or_else(|| shown(&self.copy))
    }

    /// The folder of the server's code, if it's available.
    pub fn sources(&self) -> Option<PathBuf> {
        self.url.is_none().then(|| self.copy.join("src"))
    }

    /// Describes what probably went wrong, or at least what was observed.
    pub fn words(&self, fault: &Fault) -> String {
        let diagnosis = diagnose(fault, self.sources().as_deref());
        diagnosis.unwrap_or_else(|| sentence(&fault.words))
    }

    /// Remembers that this has passed.
    fn remember(&self) -> Result<()> {
        if self.url.is_some() {
            return Ok(());
        }
        let entry = match &self.exercise {
            Some(exercise) => format!("{} {}", self.lesson.name, exercise.name),
            None => self.lesson.name.clone(),
        };
        let memory = if self.work.is_dir() {
            &self.work
        } else {
            &self.copy
        };
        work::remember(memory, &entry)
    }
}

/// Checks, and prints the results. Returns 0 if all passed, 1 if something failed, 2 if there was nothing to check.
pub async fn check(options: &Options, json: bool, work: &Path) -> ExitCode {
    let mut checked = Vec::new();
    let outcome = play(options, json, work, &mut checked).await;
    if json {
        println!("{:#}", as_json(options, &checked, outcome.as_ref().err()));
    }
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let state = error.downcast_ref::<Unfit>().map(|unfit| unfit.state);
            if !json {
                eprintln!("{error:#}");
            }
            if let (false, Some(State::DoesNotCompile), Ok(subject)) =
                (json, state, Subject::find(options, work))
            {
                println!();
                println!("Stuck?   {}", pointers::command("hint", &subject));
            }
            match state {
                None | Some(State::Unreachable) => ExitCode::from(2),
                Some(_) => ExitCode::FAILURE,
            }
        }
    }
}

/// Plays the scenarios, and reports each unless JSON is wanted; `false` if anything failed.
async fn play(
    options: &Options,
    json: bool,
    work: &Path,
    checked: &mut Vec<Checked>,
) -> Result<bool> {
    let subject = Subject::find(options, work)?;
    let mut report = Report::new(&subject);
    if !json {
        println!(
            "{} on {}",
            style(&subject.lesson.name).bold(),
            subject.name()
        );
        if subject.url.is_none() && subject.copy.is_dir() {
            report.say_if_the_copy_is_elsewhere();
        }
    }
    let target = subject.target().await?;
    target.probe().await?;
    let mut left = subject.scenarios().into_iter();
    for scenario in left.by_ref() {
        let verdict = target.check(&scenario).await?;
        let one = Checked { scenario, verdict };
        if !json {
            report.line(&one);
        }
        let hangs = one.fault().is_some_and(|fault| fault.timed_out);
        checked.push(one);
        if hangs {
            break;
        }
    }
    let failed = checked.iter().any(|checked| checked.fault().is_some());
    if !failed {
        subject.remember()?;
    }
    if !json {
        report.summary(checked, left.count(), &target);
    }
    Ok(!failed)
}

/// Finds an exercise by its name, or by the name as messages print it: `en_linea`, `exercise en linea`.
pub fn exercise(lesson: &Lesson, wanted: &str) -> Result<Exercise> {
    let plain = wanted.trim().to_lowercase().replace([' ', '-'], "_");
    let plain = plain.strip_prefix("exercise_").unwrap_or(&plain);
    let exercises = exercises::of(lesson);
    ensure!(!exercises.is_empty(), "{} has no exercises.", lesson.name);
    let found = exercises.iter().find(|exercise| exercise.name == plain);
    found.copied().with_context(|| {
        let names: Vec<_> = exercises.iter().map(|exercise| exercise.name).collect();
        let names = names.join("\n  ");
        format!(
            "{} has no exercise {wanted}. It has:\n  {names}",
            lesson.name
        )
    })
}

/// The server that is built from a copy.
pub async fn copy(work: &Path, lesson: &Lesson) -> Result<Target> {
    copies::expect(work, lesson)?;
    let program = work::build(work)
        .await
        .map_err(|error| match error.downcast::<Unfit>() {
            Ok(fault) if fault.state == State::DoesNotCompile => {
                let fault = fault.to_string();
                let words = format!("{} doesn't compile:\n\n{}", shown(work), fault.trim_end());
                unfit(State::DoesNotCompile, words)
            }
            Ok(fault) => fault.into(),
            Err(error) => error,
        })?;
    Ok(Target::Program {
        program: Arc::new(program),
        folder: work.to_owned(),
        launch: Launch::default(),
    })
}

/// Adds a full stop, unless there is one.
fn sentence(words: &str) -> String {
    if words.ends_with('.') {
        words.to_owned()
    } else {
        format!("{words}.")
    }
}

/// One document in every case; `state` says which.
fn as_json(options: &Options, checked: &[Checked], error: Option<&anyhow::Error>) -> Value {
    let scenarios: Vec<_> = checked
        .iter()
        .map(|Checked { scenario, verdict }| match verdict {
            Verdict::Passed => json!({ "scenario": scenario.name, "verdict": "passed" }),
            Verdict::Unseen(_) => json!({ "scenario": scenario.name, "verdict": "unseen" }),
            Verdict::Failed(fault) => json!({
                "scenario": scenario.name,
                "verdict": "failed",
                "transport": fault.transport.to_string(),
                "words": fault.words,
                "panic": fault.panic(),
                "expected": fault.expected.to_string(),
                "actual": fault.actual.to_string(),
            }),
        })
        .collect();
    let timed_out = checked
        .iter()
        .filter_map(Checked::fault)
        .any(|fault| fault.timed_out);
    let state = match error {
        None if timed_out => "timed-out",
        None => "checked",
        Some(error) => error
            .downcast_ref::<Unfit>()
            .map_or("cannot-check", |unfit| unfit.state.name()),
    };
    let lesson = lessons::find_to_build(&options.lesson);
    json!({
        "lesson": lesson.map_or_else(|_| options.lesson.clone(), |lesson| lesson.name),
        "exercise": options.exercise,
        "state": state,
        "message": error.map(|error| format!("{error:#}")),
        "scenarios": scenarios,
    })
}
