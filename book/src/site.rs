//! The lessons that the chapters are about, read once per build.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use course::{
    differences::Differences,
    exercises::{self, Exercise},
    experiments::{self, Experiment},
    lessons::{self, Lesson},
    scenario,
};

use crate::{
    directive::Directive,
    fault::Fault,
    minutes::{self, Time},
    versions::Versions,
};

/// The parts of the workbook that the book uses.
pub struct Site {
    /// The top folder of the workbook.
    pub root: PathBuf,
    /// The lessons.
    pub lessons: Vec<Lesson>,
    /// The exercises.
    pub exercises: Vec<Exercise>,
    /// The experiments.
    pub experiments: Vec<Experiment>,
    /// Where Node's server differs.
    pub differences: Differences,
    /// The versions that the workbook is built with.
    pub versions: Versions,
    /// The chapters, in the book's order.
    pub chapters: Vec<Chapter>,
}

/// A chapter of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// Its file in `text/`, for example `lessons/05-callbacks.md`.
    pub path: String,
    /// Its title, without the id.
    pub title: String,
    /// The sum of its parts' minutes in class.
    pub minutes: u32,
    /// How long each part takes, if the chapter says it.
    pub parts: Vec<Time>,
    /// Its text, as it was written.
    pub text: String,
}

impl Site {
    /// Reads the workbook, for these chapters in the order of the book.
    pub fn read(chapters: Vec<Chapter>) -> Result<Self> {
        let root = lessons::root().to_owned();
        Ok(Self {
            lessons: lessons::all()?,
            exercises: exercises::all(),
            experiments: experiments::all()?,
            differences: Differences::read()?,
            versions: Versions::read(&root)?,
            chapters,
            root,
        })
    }

    /// The lesson that a directive names by its two digits.
    pub fn lesson(&self, number: &str) -> Result<&Lesson> {
        let mut lessons = self.lessons.iter();
        let lesson = lessons.find(|lesson| number == format!("{:02}", lesson.number));
        lesson.with_context(|| {
            format!("there's no lesson `{number}`: use its two digits, such as 05")
        })
    }

    /// The lesson's base.
    pub fn before(&self, lesson: &Lesson) -> Option<&Lesson> {
        let base = lesson.base()?;
        self.lessons.iter().find(|other| other.name == base)
    }

    /// The content of a snapshot, without insta's header.
    pub fn snapshot(&self, name: &str) -> Result<String> {
        Ok(scenario::snapshot(name)?.trim_end().to_owned())
    }

    /// A file's text, by its path from the top of the workbook.
    pub fn text(&self, path: &str) -> Result<String> {
        let text = fs::read_to_string(self.root.join(path));
        text.with_context(|| format!("{path} can't be read"))
    }
}

impl Chapter {
    /// A chapter from its file's name and text.
    pub fn new(path: &str, text: &str) -> Self {
        let directives = text.lines().filter_map(Directive::alone);
        let minutes = directives.filter(|directive| directive.name == "minutes");
        Self {
            path: path.to_owned(),
            title: title(text).unwrap_or(path).to_owned(),
            minutes: minutes
                .filter_map(|directive| directive.arguments.parse::<u32>().ok())
                .sum(),
            parts: Vec::new(),
            text: text.to_owned(),
        }
    }

    /// Says how long its parts take.
    pub fn set_parts(&mut self, parts: Vec<Time>) {
        let in_class = parts.iter().filter(|part| part.id != minutes::ON_THEIR_OWN);
        self.minutes = in_class.map(Time::minutes).sum();
        self.parts = parts;
    }

    /// The way from this chapter to another file of the book: `../glossary.md`.
    pub fn way_to(&self, path: &str) -> String {
        let up = Path::new(&self.path).components().count().saturating_sub(1);
        format!("{}{path}", "../".repeat(up))
    }

    /// A fault in a line of this chapter.
    pub fn fault(&self, line: usize, words: impl std::fmt::Display) -> Fault {
        Fault::new(format!("book/text/{}", self.path), line, words)
    }
}

/// The file in `text/` with the chapter of a lesson, or of the capstone.
pub fn chapter_path(lesson: &Lesson) -> String {
    let folder = if lesson.is_capstone() { "" } else { "lessons/" };
    format!("{folder}{}.md", lesson.name)
}

/// The first heading of a text, without its id.
pub fn title(text: &str) -> Option<&str> {
    let heading = text.lines().find_map(|line| line.strip_prefix("# "))?;
    Some(heading_parts(heading).0)
}

/// A heading's words and its id: `The code {#code}`.
pub fn heading_parts(heading: &str) -> (&str, &str) {
    let parts = heading
        .rsplit_once("{#")
        .and_then(|(words, id)| Some((words.trim(), id.trim_end().strip_suffix('}')?)));
    parts.unwrap_or((heading.trim(), ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chapter_has_a_title_and_minutes() {
        let chapter = Chapter::new(
            "lessons/05-callbacks.md",
            "# Lesson 05: Callbacks {#lesson-05}\n\n## Code {#code}\n{{#minutes 10}}\n\n```sh\n# x\n```\n\n{{#minutes 5}}\n",
        );
        assert_eq!(chapter.title, "Lesson 05: Callbacks");
        assert_eq!(chapter.minutes, 15);
        assert_eq!(chapter.way_to("glossary.md"), "../glossary.md");
    }
}
