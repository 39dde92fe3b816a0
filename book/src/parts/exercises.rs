//! `{{#exercises}}`: what to build on top of a lesson, with hints and solutions.

use anyhow::{Result, ensure};
use course::{exercises::Exercise, lessons::Lesson};

use super::diff;
use crate::{
    html::{code, fold},
    site::Site,
};

/// The exercises of a lesson.
pub fn write(site: &Site, lesson: &Lesson) -> Result<String> {
    let exercises = site.exercises.iter();
    let texts: Result<Vec<_>> = exercises
        .filter(|exercise| exercise.scenario.begins_with(lesson))
        .map(|exercise| one(lesson, exercise))
        .collect();
    let texts = texts?;
    ensure!(!texts.is_empty(), "{} has no exercises", lesson.name);
    Ok(texts.join("\n\n"))
}

fn one(lesson: &Lesson, exercise: &Exercise) -> Result<String> {
    let name = exercise.name;
    let mut text = format!(
        "### {} {{#exercise-{}}}\n\n{}\n\nCheck it: `just check {:02} --exercise {name}`\n\n",
        title(name),
        name.replace('_', "-"),
        exercise.task,
        lesson.number
    );
    for (level, hint) in (1..).zip(exercise.scenario.hints) {
        // The third hint is the shape of the code.
        let hint = if level == 3 {
            code("rs", hint)
        } else {
            hint.to_owned()
        };
        text += &fold("hint", &format!("Hint {level}"), &hint);
        text += "\n\n";
    }
    let solution = diff::patch(&exercise.solution()?.diff);
    Ok(text + &fold("solution", "Solution", &solution))
}

/// A name as a title: its words, the first one capitalized.
pub fn title(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let (first, rest) = words.split_at(1);
    first.to_uppercase() + rest
}
