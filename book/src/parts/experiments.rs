//! `{{#experiments}}`: what happens when a line is wrong.

use anyhow::{Context, Result, ensure};
use course::{experiments::Experiment, lessons::Lesson};

use super::{diff, exercises::title, snapshot};
use crate::{
    html::{code, fold},
    site::Site,
};

/// The experiments of a lesson.
pub fn all(site: &Site, lesson: &Lesson) -> Result<String> {
    let texts: Result<Vec<_>> = of(site, lesson)
        .map(|experiment| write(site, experiment))
        .collect();
    let texts = texts?;
    ensure!(!texts.is_empty(), "{} has no experiments", lesson.name);
    Ok(texts.join("\n\n"))
}

/// One experiment of a lesson, by the name of its file.
pub fn one(site: &Site, lesson: &Lesson, name: &str) -> Result<String> {
    let found = of(site, lesson).find(|experiment| experiment.name == name);
    write(
        site,
        found.with_context(|| format!("{} has no experiment `{name}`", lesson.name))?,
    )
}

fn of<'a>(site: &'a Site, lesson: &Lesson) -> impl Iterator<Item = &'a Experiment> {
    let number = lesson.number;
    let experiments = site.experiments.iter();
    experiments.filter(move |experiment| experiment.patch.lesson.number == number)
}

fn write(site: &Site, experiment: &Experiment) -> Result<String> {
    let outcome = snapshot::output(&site.snapshot(&experiment.snapshot_name())?);
    let Experiment {
        patch,
        name,
        change,
        predict,
        happens,
        ..
    } = experiment;
    Ok(format!(
        "### {} {{#experiment-{name}}}\n\n{change}\n\n{}\n\n**Predict:** {predict}\n\nTry it:\n\n{}\n\n{}",
        title(name),
        diff::patch(&patch.diff),
        code(
            "sh",
            &format!("just break {:02} {name}", patch.lesson.number)
        ),
        fold(
            "happens",
            "What happens",
            &format!("{happens}\n\n{outcome}")
        )
    ))
}
