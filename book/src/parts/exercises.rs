//! `{{#exercises}}`: what to build on top of a lesson, with hints and solutions.

use course::{exercises::Exercise, lessons::Lesson};

use super::code;
use crate::{html::fold, site::Site, words::fill};

/// The exercises of a lesson.
///
/// # Errors
/// There are none, or the solution of one is missing.
pub fn write(site: &Site, lesson: &Lesson) -> Result<String, String> {
    let exercises = site.exercises.iter();
    let texts: Result<Vec<_>, _> = exercises
        .filter(|exercise| exercise.scenario.lesson() == lesson.number)
        .map(|exercise| one(site, lesson, exercise))
        .collect();
    let texts = texts?;
    if texts.is_empty() {
        return Err(format!("{} has no exercises", lesson.name));
    }
    Ok(texts.join("\n\n"))
}

fn one(site: &Site, lesson: &Lesson, exercise: &Exercise) -> Result<String, String> {
    let words = site.words;
    let title = title(exercise.name);
    let id = exercise.name.replace('_', "-");
    let number = lesson.number;
    let mut text = format!(
        "### {title} {{#exercise-{id}}}\n\n{}\n\n{} `just check {number:02} --exercise {}`\n\n",
        exercise.task, words.check_it, exercise.name
    );
    for (level, hint) in (1..).zip(exercise.scenario.hints) {
        let hint = if level == 3 {
            // The third hint is the shape of the code.
            code::block("rs", hint)
        } else {
            hint.to_owned()
        };
        text += &fold("hint", &fill(words.hint, &[&level.to_string()]), &hint);
        text += "\n\n";
    }
    let solution = format!(
        "{}/examples/{}.rs",
        format_args!("lessons/{}", lesson.name),
        exercise.name
    );
    text += &fold(
        "solution",
        words.solution,
        &code::write(&site.root, &solution, &[])?,
    );
    Ok(text)
}

/// A name as a title: its words, the first with a capital.
#[must_use]
pub fn title(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}
