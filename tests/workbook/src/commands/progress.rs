//! `workbook progress`: every lesson, every exercise and the capstone against a student's copies.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::Result;
use console::{Term, style};
use course::{
    exercises::{self, Exercise},
    lessons::{self, Lesson},
    scenario::Scenario,
    scenarios,
};
use futures_util::{StreamExt, stream};
use workbook::{
    check::{Target, Verdict},
    work,
};

use super::{
    check,
    copies::{self, shown},
};

/// How many servers run at a time.
const AT_A_TIME: usize = 8;

/// The width of a lesson's bar, in characters.
const BAR: usize = 20;

/// Prints a table: each lesson with how many of its scenarios pass, and its exercises. A lesson that passed stays green.
pub async fn progress(work: &Path) -> Result<()> {
    let lessons = lessons::all()?;
    let Some(first) = lessons.first() else {
        return Ok(());
    };
    copies::expect(work, first)?;
    let current = work::lesson_of(work)?;
    let before = work::remembered(work);
    // Scenarios that have passed stay green, even while the copy doesn't compile.
    let verdicts = match check::copy(work, first).await {
        Ok(target) => {
            let mut scenarios = scenarios::all();
            scenarios.extend(exercises::all().iter().map(|exercise| exercise.scenario));
            play(&target, &scenarios).await?
        }
        Err(error) => {
            println!("{error:#}\n");
            BTreeMap::new()
        }
    };
    let passes = |scenario: &Scenario| verdicts.get(scenario.name) == Some(&true);
    if let Some(current) = &current {
        println!(
            "{} is your copy of lesson {:02}.\n",
            shown(work),
            current.number
        );
    }
    for lesson in &lessons {
        let own = scenarios::of(lesson);
        let done = own.iter().filter(|scenario| passes(scenario)).count();
        if done == own.len() {
            work::remember(work, &lesson.name)?;
        }
        let was_green = before.contains(&lesson.name);
        let here = if current.as_ref() == Some(lesson) {
            "▸"
        } else {
            " "
        };
        let bar = bar(done, own.len());
        let words = if done == own.len() {
            format!("{bar} {done:2} of {done}")
        } else if was_green
            && current
                .as_ref()
                .is_some_and(|other| other.number > lesson.number)
        {
            format!("passed before{}", replaced(lesson, current.as_ref(), &own))
        } else if was_green {
            format!("{bar} {done:2} of {}   passed before", own.len())
        } else {
            let replaced = replaced(lesson, current.as_ref(), &own);
            format!("{bar} {done:2} of {}{replaced}", own.len())
        };
        println!(
            "{here} {} {:20} {words}",
            mark(done == own.len() || was_green),
            lesson.name
        );
        for exercise in exercises::of(lesson) {
            let was_green = before.contains(&entry(lesson, &exercise));
            if passes(&exercise.scenario) {
                work::remember(work, &entry(lesson, &exercise))?;
            }
            println!(
                "    {} {}",
                mark(was_green || passes(&exercise.scenario)),
                exercise.name
            );
        }
    }
    capstone(work, &before).await?;
    println!();
    println!(
        "{} remembers what has passed.",
        shown(&work.join("progress.txt"))
    );
    Ok(())
}

/// Prints the line of the capstone, which has a copy of its own.
async fn capstone(work: &Path, before: &[String]) -> Result<()> {
    let capstone = lessons::capstone()?;
    let scenarios = scenarios::of(&capstone);
    let was_green = before.contains(&capstone.name);
    let copy = copies::of_lesson(&capstone, work);
    let (is_done, words) = if copy.is_dir() {
        let done = match check::copy(&copy, &capstone).await {
            Ok(target) => {
                let verdicts = play(&target, &scenarios).await?;
                verdicts.values().filter(|passes| **passes).count()
            }
            Err(error) => {
                println!("\n{error:#}\n");
                0
            }
        };
        let is_done = done == scenarios.len();
        if is_done {
            work::remember(work, &capstone.name)?;
        }
        let bar = bar(done, scenarios.len());
        (is_done, format!("{bar} {done:2} of {}", scenarios.len()))
    } else if was_green {
        (true, "passed before".to_owned())
    } else {
        (false, format!("`just start {}` begins it", capstone.name))
    };
    println!(
        "  {} {:20} {words}",
        mark(is_done || was_green),
        capstone.name
    );
    Ok(())
}

fn entry(lesson: &Lesson, exercise: &Exercise) -> String {
    format!("{} {}", lesson.name, exercise.name)
}

/// Plays scenarios, and returns their names with whether they pass.
async fn play(target: &Target, scenarios: &[Scenario]) -> Result<BTreeMap<&'static str, bool>> {
    let terminal = Term::stderr();
    let mut finished = 0;
    let verdicts: Vec<(&str, Result<Verdict>)> = stream::iter(scenarios)
        .map(|scenario| async { (scenario.name, target.check(scenario).await) })
        .buffer_unordered(AT_A_TIME)
        .inspect(|_| {
            finished += 1;
            if terminal.is_term() {
                // If the terminal is gone, nobody misses the progress.
                let line = format!("\r{finished} of {} scenarios", scenarios.len());
                terminal.write_str(&line).ok();
            }
        })
        .collect()
        .await;
    if terminal.is_term() {
        terminal.clear_line().ok();
    }
    let passed = verdicts
        .into_iter()
        .map(|(name, verdict)| Ok((name, matches!(verdict?, Verdict::Passed))));
    passed.collect()
}

/// Which later lessons, up to the copy's, replace some of what this one does.
fn replaced(lesson: &Lesson, current: Option<&Lesson>, own: &[Scenario]) -> String {
    let Some(current) = current.filter(|current| current.bases.contains(&lesson.name)) else {
        return String::new();
    };
    let own = own.iter();
    let by = own.filter_map(|scenario| scenario.replaced_on_the_way_to(current).ok()?);
    let by: BTreeSet<_> = by.map(|other| format!("{:02}", other.number)).collect();
    if by.is_empty() {
        return String::new();
    }
    format!(" (partly replaced by {})", Vec::from_iter(by).join(", "))
}

fn bar(done: usize, all: usize) -> String {
    let filled = BAR * done / all.max(1);
    format!("{}{}", "█".repeat(filled), "░".repeat(BAR - filled))
}

fn mark(done: bool) -> console::StyledObject<&'static str> {
    if done {
        style("✓").green()
    } else {
        style("·").dim()
    }
}
