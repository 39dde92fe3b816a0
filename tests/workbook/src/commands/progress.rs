//! `workbook progress`: every lesson and every exercise against a student's copy.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{Context, Result};
use console::{Term, style};
use course::{exercises, lessons, scenario::Scenario, scenarios};
use futures_util::{StreamExt, stream};
use workbook::check::Verdict;

use super::check;

/// How many servers run at a time.
const AT_A_TIME: usize = 8;

/// The width of a lesson's bar, in characters.
const BAR: usize = 20;

/// Prints a table: each lesson with how many of its scenarios pass, and its exercises.
pub async fn progress(work: &Path) -> Result<()> {
    let lessons = lessons::all()?;
    let target = check::copy(work, lessons.first().context("there are no lessons")?)?;
    let mut scenarios = scenarios::all();
    scenarios.extend(exercises::all().iter().map(|exercise| exercise.scenario));

    let terminal = Term::stderr();
    let mut finished = 0;
    let verdicts: BTreeMap<&str, Result<Verdict>> = stream::iter(&scenarios)
        .map(|scenario| async { (scenario.name, target.check(scenario).await) })
        .buffer_unordered(AT_A_TIME)
        .inspect(|_| {
            finished += 1;
            if terminal.is_term() {
                // Without a terminal to write to, nobody misses it.
                let line = format!("\r{finished} of {} scenarios", scenarios.len());
                terminal.write_str(&line).ok();
            }
        })
        .collect()
        .await;
    if terminal.is_term() {
        terminal.clear_line().ok();
    }

    let mut passed = BTreeSet::new();
    for (name, verdict) in verdicts {
        if matches!(verdict?, Verdict::Passed) {
            passed.insert(name);
        }
    }
    let is_done = |scenario: &Scenario| passed.contains(scenario.name);
    for lesson in lessons {
        let own = scenarios::of(&lesson);
        let done = own.iter().filter(|scenario| is_done(scenario)).count();
        let filled = BAR * done / own.len().max(1);
        let bar = format!("{}{}", "█".repeat(filled), "░".repeat(BAR - filled));
        println!(
            "{} {:20} {bar} {done:2} of {}",
            mark(done == own.len()),
            lesson.name,
            own.len()
        );
        for exercise in exercises::of(&lesson) {
            println!("  {} {}", mark(is_done(&exercise.scenario)), exercise.name);
        }
    }
    Ok(())
}

fn mark(done: bool) -> console::StyledObject<&'static str> {
    if done {
        style("✓").green()
    } else {
        style("·").dim()
    }
}
