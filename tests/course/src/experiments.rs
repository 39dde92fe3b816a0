//! The experiments: small patches that break a lesson, each with an explanation.
//!
//! They are the files `experiments/*.patch` of a lesson. A patch begins with paragraphs that each begin with a name and a
//! colon.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{
    lessons::{self, Lesson},
    patch::Patch,
    scenario::Scenario,
    scenarios,
};

/// A patch for a lesson, and its explanation.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// The patch that breaks the lesson.
    pub patch: Patch,
    /// The name of its file without the ending: a sentence, its words joined by hyphens.
    pub name: String,
    /// The change, in words.
    pub change: String,
    /// The question to answer before trying it.
    pub predict: String,
    /// The outcome, and the reason.
    pub happens: String,
    /// The names of the scenarios to play, if not all of the lesson's have the same outcome on every run.
    plays: Option<Vec<String>>,
}

/// Every experiment, in the order of the lessons and of their names.
pub fn all() -> Result<Vec<Experiment>> {
    let mut experiments = Vec::new();
    for lesson in lessons::all()? {
        experiments.extend(of(&lesson)?);
    }
    Ok(experiments)
}

/// The experiments of a lesson, in the order of their names.
pub fn of(lesson: &Lesson) -> Result<Vec<Experiment>> {
    let folder = lesson.folder().join("experiments");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut files = files.collect::<Result<Vec<_>>>()?;
    files.sort();
    let read = |file: &PathBuf| Experiment::read(lesson, file);
    files.iter().map(read).collect()
}

impl Experiment {
    /// Reads the patch in a file.
    pub fn read(lesson: &Lesson, file: &Path) -> Result<Self> {
        let patch = Patch::read(lesson, file)?;
        Self::parse(patch).with_context(|| file.display().to_string())
    }

    fn parse(patch: Patch) -> Result<Self> {
        let name = patch.file.file_name().unwrap_or_default();
        let name = name.to_string_lossy();
        let name = name
            .strip_suffix(".patch")
            .context("an experiment is a file `name.patch`")?;
        let paragraph = |name: &str| {
            patch.words.split("\n\n").find_map(|paragraph| {
                let text = paragraph.trim().strip_prefix(name)?.strip_prefix(':')?;
                Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
            })
        };
        let required = |name: &str| {
            paragraph(name).with_context(|| format!("no paragraph begins with `{name}:`"))
        };
        Ok(Self {
            name: name.to_owned(),
            change: required("Change")?,
            predict: required("Predict")?,
            happens: required("Happens")?,
            plays: paragraph("Plays")
                .map(|names| names.split_whitespace().map(str::to_owned).collect()),
            patch,
        })
    }

    /// Its name as a sentence.
    pub fn title(&self) -> String {
        self.name.replace('-', " ")
    }

    /// The name of the snapshot of its outcome.
    pub fn snapshot_name(&self) -> String {
        let name = self.name.replace('-', "_");
        format!("experiment_{:02}_{name}", self.patch.lesson.number)
    }

    /// The scenarios that show its outcome: all of its lesson's, unless the patch names some of them.
    pub fn scenarios(&self) -> Result<Vec<Scenario>> {
        let all = scenarios::of(&self.patch.lesson);
        let Some(names) = &self.plays else {
            return Ok(all);
        };
        let find = |name: &String| {
            let found = all.iter().find(|scenario| scenario.name == name).copied();
            found.with_context(|| {
                let lesson = &self.patch.lesson.name;
                format!("{}: {lesson} has no scenario {name}", self.name)
            })
        };
        names.iter().map(find).collect()
    }
}
