//! `workbook hint`: one level more for the first scenario that fails.

use std::{fs, path::Path};

use anyhow::Result;
use console::style;
use course::lessons;
use workbook::check::Verdict;

use super::{
    check::{self, Options},
    report,
};

/// Remembers, in the copy, which scenario the last hint was for and how many were given.
const MEMORY: &str = ".hints";

/// Shows the next hint.
pub async fn hint(options: &Options, work: &Path) -> Result<()> {
    let lesson = lessons::find(&options.lesson)?;
    let target = check::target(options, work)?;
    for scenario in check::scenarios(&lesson, options.exercise.as_deref())? {
        if !matches!(target.check(&scenario).await?, Verdict::Failed(_)) {
            continue;
        }
        let memory = work.join(MEMORY);
        let given = fs::read_to_string(&memory).ok();
        let given = given.as_deref().and_then(|given| given.split_once(' '));
        let level = match given {
            Some((name, level)) if name == scenario.name => level.parse().unwrap_or(0),
            _ => 0,
        };
        let level = (level + 1).min(scenario.hints.len());
        println!("{}", style(scenario.title()).bold());
        for (number, hint) in scenario.hints.iter().enumerate().take(level) {
            println!("  {} of {}: {hint}", number + 1, scenario.hints.len());
        }
        println!();
        if level < scenario.hints.len() {
            println!("One more: {}", report::command("hint", &lesson, options));
        } else if options.exercise.is_none() {
            println!(
                "That was the last. The answer: just solution {:02}",
                lesson.number
            );
        } else {
            println!(
                "That was the last. The answer is in lessons/{}/examples.",
                lesson.name
            );
        }
        // Without a copy to remember it in, as with a URL, every hint is the first.
        fs::write(memory, format!("{} {level}", scenario.name)).ok();
        return Ok(());
    }
    println!("Nothing fails: no hint is needed.");
    Ok(())
}
