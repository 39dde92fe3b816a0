//! `workbook check`: a lesson's scenarios, or an exercise's, on a student's server.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result, anyhow, ensure};
use clap::Args;
use console::style;
use course::{
    exercises,
    lessons::{self, Lesson, root},
    scenario::Scenario,
    scenarios,
};
use serde_json::{Value, json};
use workbook::{
    check::{Fault, Target, Verdict},
    work,
};

use super::report;

/// What is checked, and where.
#[derive(Args)]
pub struct Options {
    /// The lesson
    pub lesson: String,
    /// One of the lesson's exercises instead
    #[arg(long)]
    pub exercise: Option<String>,
    /// A server that runs already, instead of your copy; with https:// over TLS
    ///
    /// Its certificate must come from an authority that this machine trusts. To trust one of your own, set
    /// the variable `SSL_CERT_FILE` to its file; its basic constraints must say CA:FALSE.
    #[arg(long)]
    pub url: Option<String>,
    /// Print JSON for other programs to read
    #[arg(long)]
    pub json: bool,
}

/// A scenario whose verdict is known.
pub struct Checked {
    pub scenario: Scenario,
    pub verdict: Verdict,
}

impl Checked {
    /// What is wrong, if anything is.
    pub fn fault(&self) -> Option<&Fault> {
        match &self.verdict {
            Verdict::Failed(fault) => Some(fault),
            Verdict::Passed | Verdict::Unseen => None,
        }
    }
}

/// Checks, and says what came of it; `false` if anything failed.
pub async fn check(options: &Options, work: &Path) -> Result<bool> {
    let lesson = lessons::find(&options.lesson)?;
    let scenarios = scenarios(&lesson, options.exercise.as_deref())?;
    let target = target(options, work)?;
    if !options.json {
        println!("{} on {}", style(&lesson.name).bold(), name(options, work));
    }
    target.probe().await?;
    let mut checked = Vec::new();
    for scenario in scenarios {
        let verdict = target.check(&scenario).await?;
        if !options.json {
            println!("  {}", report::line(&scenario, &verdict));
        }
        checked.push(Checked { scenario, verdict });
    }
    let failed = checked
        .iter()
        .filter(|checked| checked.fault().is_some())
        .count();
    if options.json {
        println!("{:#}", as_json(&lesson, &checked));
    } else {
        report::summary(&lesson, options, work, &checked);
    }
    Ok(failed == 0)
}

/// The scenarios of a lesson, in the order in which a student meets them, or that of one of its exercises.
pub fn scenarios(lesson: &Lesson, exercise: Option<&str>) -> Result<Vec<Scenario>> {
    let Some(name) = exercise else {
        return Ok(scenarios::of(lesson));
    };
    let exercises = exercises::of(lesson);
    let exercise = exercises.iter().find(|exercise| exercise.name == name);
    let exercise = exercise.with_context(|| {
        let names: Vec<_> = exercises.iter().map(|exercise| exercise.name).collect();
        let names = names.join("\n  ");
        format!("{} has no exercise {name}. It has:\n  {names}", lesson.name)
    })?;
    Ok(vec![exercise.scenario])
}

/// The server to check: the one at a URL, or the one built from the copy.
pub fn target(options: &Options, work: &Path) -> Result<Target> {
    match &options.url {
        Some(url) => Ok(Target::Url(url.trim_end_matches('/').to_owned())),
        None => copy(work, &lessons::find(&options.lesson)?),
    }
}

/// The server that is built from the copy.
pub fn copy(work: &Path, lesson: &Lesson) -> Result<Target> {
    expect_copy(work, lesson)?;
    let program = work::build(work).map_err(|error| {
        anyhow!(
            "{} does not compile. The compiler says:

{error:#}",
            shown(work)
        )
    })?;
    Ok(Target::Program {
        program: Arc::new(program),
        folder: work.to_owned(),
    })
}

/// Makes sure that there is a copy; otherwise the error says how to make one.
pub fn expect_copy(work: &Path, lesson: &Lesson) -> Result<()> {
    ensure!(
        work.join("Cargo.toml").is_file(),
        "there is no {}: `just start {:02}` creates it.",
        shown(work),
        lesson.number
    );
    Ok(())
}

/// The server's name for a person.
fn name(options: &Options, work: &Path) -> String {
    options.url.clone().unwrap_or_else(|| shown(work))
}

/// A path as a person would write it at the top of the workbook.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}

fn as_json(lesson: &Lesson, checked: &[Checked]) -> Value {
    let scenarios: Vec<_> = checked
        .iter()
        .map(|Checked { scenario, verdict }| match verdict {
            Verdict::Passed => json!({ "scenario": scenario.name, "verdict": "passed" }),
            Verdict::Unseen => json!({ "scenario": scenario.name, "verdict": "unseen" }),
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
    json!({ "lesson": lesson.name, "scenarios": scenarios })
}
