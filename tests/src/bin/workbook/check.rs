//! `workbook check`: a lesson's scenarios, or an exercise's, on a student's server.

use std::{path::Path, sync::Arc};

use clap::Args;
use console::style;
use contract::{
    check::{Fault, Target, Verdict},
    exercises,
    lessons::{self, Lesson, root},
    scenario::Scenario,
    scenarios, work,
};
use serde_json::{Value, json};

use crate::report;

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
///
/// # Errors
/// There is nothing to check: no such lesson, no copy, or a server that does not start.
pub async fn check(options: &Options, work: &Path) -> Result<bool, String> {
    let lesson = lessons::find(&options.lesson)?;
    let scenarios = scenarios(&lesson, options)?;
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

/// The scenarios of a lesson, in the order in which a student meets them, or that of an exercise.
///
/// # Errors
/// The lesson has no such exercise; the message lists those that it has.
pub fn scenarios(lesson: &Lesson, options: &Options) -> Result<Vec<Scenario>, String> {
    let Some(name) = &options.exercise else {
        let all = scenarios::all().into_iter();
        return Ok(all
            .filter(|scenario| scenario.lessons().contains(&lesson.number))
            .collect());
    };
    let exercises = exercises::all().into_iter();
    let exercises: Vec<_> = exercises
        .filter(|exercise| exercise.scenario.lesson() == lesson.number)
        .collect();
    let exercise = exercises.iter().find(|exercise| exercise.name == name);
    exercise
        .map(|exercise| vec![exercise.scenario])
        .ok_or_else(|| {
            let names: Vec<_> = exercises
                .iter()
                .map(|exercise| format!("  {}", exercise.name))
                .collect();
            format!(
                "{} has no exercise {name}. It has:\n{}",
                lesson.name,
                names.join("\n")
            )
        })
}

/// Where the server is: at a URL, or built from the copy.
///
/// # Errors
/// There is no copy, or it does not compile; then with what the compiler says.
pub fn target(options: &Options, work: &Path) -> Result<Target, String> {
    if let Some(url) = &options.url {
        return Ok(Target::Url(url.trim_end_matches('/').to_owned()));
    }
    if !work.join("Cargo.toml").is_file() {
        return Err(format!(
            "there is no {}: `just start {}` makes it.",
            shown(work),
            options.lesson
        ));
    }
    let program = work::build(work).map_err(|words| {
        format!(
            "{} does not compile. The compiler says:\n\n{words}",
            shown(work)
        )
    })?;
    Ok(Target::Program {
        program: Arc::new(program),
        folder: work.to_owned(),
    })
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
                "expected": fault.expected,
                "came": fault.came,
            }),
        })
        .collect();
    json!({ "lesson": lesson.name, "scenarios": scenarios })
}
