//! The experiments: small patches that break a lesson, each with what to expect of it.
//!
//! They lie in `experiments/`, in a folder for each lesson. A patch begins with words, which `git apply`
//! passes over: paragraphs that each begin with a name and a colon.

use std::{
    ffi::OsStr,
    fmt::Display,
    fs, io,
    path::{self, Path, PathBuf},
    process::Command,
};

use toml_edit::{DocumentMut, value};

use crate::{
    lessons::{self, Lesson, root},
    scenario::Scenario,
    scenarios,
    work::{self, Begin},
};

/// A patch for a lesson, and the words about it.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// The lesson that it breaks.
    pub lesson: Lesson,
    /// The name of its file without the ending: a sentence, its words joined by hyphens.
    pub name: String,
    /// What the patch changes.
    pub change: String,
    /// What to think about before it is tried.
    pub predict: String,
    /// What happens, and why.
    pub happens: String,
    /// The names of the scenarios to play, where not all of the lesson's say something on every run.
    plays: Option<Vec<String>>,
    /// Its changes, as `git diff` writes them.
    pub diff: String,
    file: PathBuf,
}

/// The folder of the experiments.
#[must_use]
pub fn folder() -> PathBuf {
    root().join("tests/experiments")
}

/// Every experiment, in the order of the lessons and of their names.
///
/// # Errors
/// A file cannot be read, or its words are not all there.
pub fn all() -> Result<Vec<Experiment>, String> {
    let unreadable = |error: io::Error| format!("the experiments cannot be read: {error}");
    let mut experiments = Vec::new();
    for lesson in lessons::all().map_err(unreadable)? {
        let folder = folder().join(&lesson.name);
        if !folder.is_dir() {
            continue;
        }
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            files.push(entry.map_err(unreadable)?.path());
        }
        files.sort();
        for file in files {
            experiments.push(Experiment::read(&lesson, &file)?);
        }
    }
    Ok(experiments)
}

impl Experiment {
    /// Reads the patch in a file.
    ///
    /// # Errors
    /// It cannot be read, is no patch, or its words are not all there.
    pub fn read(lesson: &Lesson, file: &Path) -> Result<Self, String> {
        let failure = |words: &str| format!("{}: {words}", file.display());
        let text = fs::read_to_string(file).map_err(|error| failure(&error.to_string()))?;
        let (words, diff) = text
            .find("\ndiff --git ")
            .map(|start| text.split_at(start + 1))
            .ok_or_else(|| failure("no patch is in it"))?;
        let paragraph = |name: &str| {
            words.split("\n\n").find_map(|paragraph| {
                let text = paragraph.trim().strip_prefix(name)?.strip_prefix(':')?;
                Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
            })
        };
        let required = |name: &str| {
            paragraph(name).ok_or_else(|| failure(&format!("no paragraph begins with `{name}:`")))
        };
        let name = file
            .file_stem()
            .filter(|_| file.extension() == Some(OsStr::new("patch")))
            .ok_or_else(|| failure("an experiment is a file `name.patch`"))?;
        Ok(Self {
            lesson: lesson.clone(),
            name: name.to_string_lossy().into_owned(),
            change: required("Change")?,
            predict: required("Predict")?,
            happens: required("Happens")?,
            plays: paragraph("Plays")
                .map(|names| names.split_whitespace().map(str::to_owned).collect()),
            diff: diff.to_owned(),
            file: file.to_owned(),
        })
    }

    /// Its name as a sentence.
    #[must_use]
    pub fn title(&self) -> String {
        self.name.replace('-', " ")
    }

    /// The name of the snapshot of its outcome.
    #[must_use]
    pub fn snapshot_name(&self) -> String {
        let name = self.name.replace('-', "_");
        format!("experiment_{:02}_{name}", self.lesson.number)
    }

    /// The scenarios that show its outcome: those of its lesson, unless the patch names some of them.
    ///
    /// # Errors
    /// It names one that the lesson does not have.
    pub fn scenarios(&self) -> Result<Vec<Scenario>, String> {
        let mut scenarios = scenarios::all();
        scenarios.retain(|scenario| scenario.lessons().contains(&self.lesson.number));
        let Some(plays) = &self.plays else {
            return Ok(scenarios);
        };
        let known = |name: &&String| scenarios.iter().any(|scenario| scenario.name == **name);
        if let Some(unknown) = plays.iter().find(|name| !known(name)) {
            return Err(format!(
                "{}: {} has no scenario {unknown}",
                self.name, self.lesson.name
            ));
        }
        scenarios.retain(|scenario| plays.iter().any(|name| name == scenario.name));
        Ok(scenarios)
    }

    /// Makes a copy of the lesson in a folder that does not exist yet, and applies the patch to it.
    ///
    /// # Errors
    /// The copy cannot be made, git cannot be run, or the patch no longer applies.
    pub fn apply(&self, folder: &Path) -> Result<(), String> {
        work::create(&self.lesson, Begin::AsTheLesson, folder)?;
        self.name_version(&folder.join("Cargo.toml"))?;
        let before = self.read_changed(folder);
        self.git_apply(folder)?;
        for ((path, before), (_, after)) in before.iter().zip(self.read_changed(folder)) {
            if *before == after {
                return Err(format!("{}: {path} stayed as it was", self.file.display()));
            }
        }
        Ok(())
    }

    /// Adds the experiment's name to the copy's version. Cargo tells crates of the same name apart by their
    /// versions, not by their folders: from a shared build folder it would give out another copy's program.
    fn name_version(&self, manifest: &Path) -> Result<(), String> {
        let failure = |error: &dyn Display| format!("{}: {error}", manifest.display());
        let text = fs::read_to_string(manifest).map_err(|error| failure(&error))?;
        let mut text: DocumentMut = text.parse().map_err(|error| failure(&error))?;
        let version = &mut text["package"]["version"];
        let named = format!("{}+{}", version.as_str().unwrap_or("0.0.0"), self.name);
        *version = value(named);
        fs::write(manifest, text.to_string()).map_err(|error| failure(&error))
    }

    fn git_apply(&self, folder: &Path) -> Result<(), String> {
        let folder = path::absolute(folder)
            .map_err(|error| format!("{} cannot be found: {error}", folder.display()))?;
        let output = Command::new("git")
            .args(["apply", "--whitespace=nowarn"])
            .arg(&self.file)
            .current_dir(&folder)
            // In a repository git would take the paths from its top, and pass over files that it ignores.
            .env(
                "GIT_CEILING_DIRECTORIES",
                folder.parent().unwrap_or(&folder),
            )
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .output()
            .map_err(|error| format!("git cannot be run: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!(
            "{} no longer applies to {}:\n{}",
            self.file.display(),
            self.lesson.name,
            String::from_utf8_lossy(&output.stderr)
        ))
    }

    /// The files that the patch changes, as they are: their paths and texts.
    fn read_changed(&self, folder: &Path) -> Vec<(&str, Option<String>)> {
        let paths = self
            .diff
            .lines()
            .filter_map(|line| line.strip_prefix("+++ b/"));
        paths
            .map(|path| (path, fs::read_to_string(folder.join(path)).ok()))
            .collect()
    }
}
