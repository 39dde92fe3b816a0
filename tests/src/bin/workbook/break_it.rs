//! `workbook break`: the experiments of a lesson, each in a copy of its own.

use std::path::Path;

use console::style;
use contract::{
    experiments::{self, Experiment},
    lessons,
};

use crate::check::shown;

/// Lists a lesson's experiments, or makes a copy of the lesson with one of them in it.
///
/// # Errors
/// There is no such lesson or experiment, the copy is there already, or the patch no longer applies.
pub fn break_it(
    lesson: &str,
    name: Option<&str>,
    with_answer: bool,
    work: &Path,
) -> Result<(), String> {
    let lesson = lessons::find(lesson)?;
    let mut experiments = experiments::all()?;
    experiments.retain(|experiment| experiment.lesson == lesson);
    let number = format!("{:02}", lesson.number);
    let Some(name) = name else {
        for experiment in &experiments {
            println!("{}", style(&experiment.name).bold());
            println!("  {}", experiment.change);
        }
        println!();
        println!("To try one: just break {number} NAME");
        return Ok(());
    };
    let experiment = experiments
        .iter()
        .find(|experiment| experiment.name == name);
    let experiment = experiment.ok_or_else(|| {
        let names: Vec<_> = experiments
            .iter()
            .map(|other| format!("  {}", other.name))
            .collect();
        format!(
            "{} has no experiment {name}. It has:\n{}",
            lesson.name,
            names.join("\n")
        )
    })?;
    if with_answer {
        println!("{}", experiment.happens);
        return Ok(());
    }
    let copy = work.with_file_name(format!("work-{name}"));
    if copy.exists() {
        return Err(format!(
            "{} is there already: remove it to begin anew.",
            shown(&copy)
        ));
    }
    experiment.apply(&copy)?;
    tell(experiment, &copy, &number);
    Ok(())
}

fn tell(experiment: &Experiment, copy: &Path, number: &str) {
    println!(
        "{} is lesson {number}, broken: {}",
        shown(copy),
        experiment.change
    );
    println!();
    println!("{} {}", style("Predict:").bold(), experiment.predict);
    println!();
    println!(
        "  just check {number} --work {}   what became of it",
        shown(copy)
    );
    println!(
        "  just break {number} {} --answer   what happens, and why",
        experiment.name
    );
}
