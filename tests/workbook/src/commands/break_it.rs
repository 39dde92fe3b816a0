//! `workbook break`: the experiments of a lesson, each in a copy of its own.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use console::style;
use course::{
    experiments::{self, Experiment},
    lessons,
};

use workbook::work;

use super::check::shown;

/// Lists a lesson's experiments, or makes a copy of the lesson with one of them in it.
pub fn break_it(lesson: &str, name: Option<&str>, with_answer: bool, beside: &Path) -> Result<()> {
    let lesson = lessons::find(lesson)?;
    let experiments = experiments::of(&lesson)?;
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
    let experiment = experiment.with_context(|| {
        let names: Vec<_> = experiments
            .iter()
            .map(|other| other.name.as_str())
            .collect();
        let names = names.join("\n  ");
        format!(
            "{} has no experiment {name}. It has:\n  {names}",
            lesson.name
        )
    })?;
    if with_answer {
        println!("{}", experiment.happens);
        return Ok(());
    }
    let copy = beside.with_file_name(format!("work-{name}"));
    ensure!(
        !copy.exists(),
        "{} already exists: remove it to start over.",
        shown(&copy)
    );
    work::apply(experiment, &copy)?;
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
        "  just check {number} --work {}   what it does now",
        shown(copy)
    );
    println!(
        "  just break {number} {} --answer   what happens, and why",
        experiment.name
    );
}
