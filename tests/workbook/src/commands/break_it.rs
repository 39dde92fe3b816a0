//! `workbook break`: the experiments of a lesson, each in a copy of its own.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use console::style;
use course::{
    experiments::{self, Experiment},
    lessons,
};

use workbook::work;

use super::{
    copies::{self, shown},
    pointers::{print_rows, quoted},
};

/// Lists a lesson's experiments, or makes a copy of the lesson with one of them in it.
pub fn break_it(
    lesson: &str,
    name: Option<&str>,
    with_answer: bool,
    fresh: bool,
    work: &Path,
) -> Result<()> {
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
    let copy = copies::beside(work, name);
    if copy.exists() {
        ensure!(
            fresh,
            "{0} already exists, so nothing was changed. `just break {number} {name} --fresh` moves it aside first.",
            shown(&copy)
        );
        copies::move_aside(&copy)?;
    }
    work::apply(&experiment.patch, &copy)?;
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
    let folder = quoted(&shown(copy));
    print_rows(&[
        (
            format!("just check {number} --work {folder}"),
            "what it does now".to_owned(),
        ),
        (
            format!("just watch work {number} --work {folder}"),
            "see it in a browser".to_owned(),
        ),
        (
            format!("just break {number} {} --answer", experiment.name),
            "what happens, and why".to_owned(),
        ),
    ]);
}
