//! `{{#experiments}}`: what happens when a line is wrong.

use course::{experiments::Experiment, lessons::Lesson};

use super::{code, diff, exercises::title, snapshot};
use crate::{html::fold, site::Site};

/// The experiments of a lesson.
///
/// # Errors
/// There are none, or the outcome of one is not recorded.
pub fn all(site: &Site, lesson: &Lesson) -> Result<String, String> {
    let texts: Result<Vec<_>, _> = of(site, lesson)
        .map(|experiment| write(site, experiment))
        .collect();
    let texts = texts?;
    if texts.is_empty() {
        return Err(format!("{} has no experiments", lesson.name));
    }
    Ok(texts.join("\n\n"))
}

/// One experiment of a lesson, by the name of its file.
///
/// # Errors
/// There is none of this name, or its outcome is not recorded.
pub fn one(site: &Site, lesson: &Lesson, name: &str) -> Result<String, String> {
    let found = of(site, lesson).find(|experiment| experiment.name == name);
    found.map_or_else(
        || {
            let names: Vec<_> = of(site, lesson).map(|other| other.name.clone()).collect();
            Err(format!(
                "{} has no experiment `{name}`; it has {}",
                lesson.name,
                names.join(", ")
            ))
        },
        |experiment| write(site, experiment),
    )
}

fn of<'a>(site: &'a Site, lesson: &Lesson) -> impl Iterator<Item = &'a Experiment> {
    let number = lesson.number;
    let experiments = site.experiments.iter();
    experiments.filter(move |experiment| experiment.lesson.number == number)
}

fn write(site: &Site, experiment: &Experiment) -> Result<String, String> {
    let words = site.words;
    let outcome = site.snapshot(&experiment.snapshot_name())?;
    let happens = format!("{}\n\n{}", experiment.happens, snapshot::output(&outcome));
    let command = format!(
        "just break {:02} {}",
        experiment.lesson.number, experiment.name
    );
    Ok(format!(
        "### {} {{#experiment-{}}}\n\n{}\n\n{}\n\n**{}** {}\n\n{}\n\n{}\n\n{}",
        title(&experiment.name),
        experiment.name,
        experiment.change,
        diff::patch(site, &experiment.diff),
        words.predict,
        experiment.predict,
        words.try_it,
        code::block("sh", &command),
        fold("happens", words.happens, &happens)
    ))
}
