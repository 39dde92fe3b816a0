//! What the chapters are about, read once for each build.

use std::{
    fs,
    path::{Path, PathBuf},
};

use course::{
    exercises::{self, Exercise},
    experiments::{self, Experiment},
    lessons::{self, Lesson},
    scenario::snapshots,
};
use workbook::parity::Differences;

use crate::{
    directive::Directive,
    words::{ENGLISH, Words},
};

/// The workbook, as the book sees it.
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
    /// The chapters, in the order of the book.
    pub chapters: Vec<Chapter>,
    /// What the book adds to its authors' words.
    pub words: &'static Words,
}

/// A chapter of the book.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chapter {
    /// Its file in `text/`, `lessons/05-callbacks.md`.
    pub path: String,
    /// Its title, without the id.
    pub title: String,
    /// Its parts that take time in class.
    pub parts: Vec<Part>,
    /// Its text, as it was written.
    pub text: String,
}

/// A part of a chapter, with the time that it takes in class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The heading.
    pub title: String,
    /// The heading's id.
    pub id: String,
    /// Minutes in class.
    pub minutes: u32,
}

impl Site {
    /// Reads the workbook; the chapters are files and texts, in the order of the book.
    ///
    /// # Errors
    /// Something that every workbook has cannot be read.
    pub fn read(chapters: Vec<Chapter>) -> Result<Self, String> {
        Ok(Self {
            root: lessons::root().to_owned(),
            lessons: lessons::all().map_err(|error| format!("lessons/: {error}"))?,
            exercises: exercises::all(),
            experiments: experiments::all()?,
            differences: Differences::read()?,
            chapters,
            words: &ENGLISH,
        })
    }

    /// The lesson that a directive names by its number.
    ///
    /// # Errors
    /// There is none.
    pub fn lesson(&self, number: &str) -> Result<&Lesson, String> {
        let lesson = self
            .lessons
            .iter()
            .find(|lesson| number == format!("{:02}", lesson.number));
        lesson.ok_or_else(|| {
            format!("there is no lesson `{number}`: name it by its two digits, as 05")
        })
    }

    /// The lesson before this one.
    #[must_use]
    pub fn before(&self, lesson: &Lesson) -> Option<&Lesson> {
        let mut lessons = self.lessons.iter().rev();
        lessons.find(|other| other.number < lesson.number)
    }

    /// The content of a snapshot, without insta's header.
    ///
    /// # Errors
    /// There is no such snapshot.
    pub fn snapshot(&self, name: &str) -> Result<String, String> {
        let file = snapshots().join(format!("{name}.snap"));
        let text = fs::read_to_string(file)
            .map_err(|_| format!("there is no snapshot tests/snapshots/{name}.snap"))?;
        let text = text.splitn(3, "---\n").nth(2).unwrap_or_default();
        Ok(text.trim_end().to_owned())
    }

    /// A file's text.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn text(&self, path: &str) -> Result<String, String> {
        fs::read_to_string(self.root.join(path)).map_err(|error| format!("{path}: {error}"))
    }

    /// The chapter of a lesson.
    #[must_use]
    pub fn chapter_of(&self, lesson: &Lesson) -> Option<&Chapter> {
        let path = format!("lessons/{}.md", lesson.name);
        self.chapters.iter().find(|chapter| chapter.path == path)
    }
}

impl Chapter {
    /// A chapter from its file's name and text.
    #[must_use]
    pub fn new(path: &str, text: &str) -> Self {
        let mut title = path.to_owned();
        let mut parts = Vec::new();
        let mut heading = (String::new(), String::new());
        for line in text.lines() {
            if let Some(words) = line.strip_prefix("# ") {
                title = heading_parts(words).0;
            } else if let Some(words) = line.strip_prefix("## ") {
                heading = heading_parts(words);
            } else if let Some(minutes) = minutes(line) {
                let (title, id) = heading.clone();
                parts.push(Part { title, id, minutes });
            }
        }
        Self {
            path: path.to_owned(),
            title,
            parts,
            text: text.to_owned(),
        }
    }

    /// The minutes of all its parts.
    #[must_use]
    pub fn minutes(&self) -> u32 {
        self.parts.iter().map(|part| part.minutes).sum()
    }

    /// The way from this chapter to another file of the book: `../glossary.md`.
    #[must_use]
    pub fn way_to(&self, path: &str) -> String {
        let up = Path::new(&self.path).components().count().saturating_sub(1);
        format!("{}{path}", "../".repeat(up))
    }
}

/// A heading's words and its id: `The code {#code}`.
#[must_use]
pub fn heading_parts(heading: &str) -> (String, String) {
    let heading = heading.trim();
    let parts = heading
        .rsplit_once("{#")
        .and_then(|(words, id)| Some((words.trim(), id.strip_suffix('}')?)));
    let (words, id) = parts.unwrap_or((heading, ""));
    (words.to_owned(), id.to_owned())
}

/// The minutes that a line says, if it says any.
fn minutes(line: &str) -> Option<u32> {
    let directive = Directive::alone(line)?;
    (directive.name == "minutes")
        .then(|| directive.arguments.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chapter_has_a_title_and_parts_with_minutes() {
        let chapter = Chapter::new(
            "lessons/05-callbacks.md",
            "# Lesson 05: Callbacks {#lesson-05}\n\n## Goal {#goal}\n\n## Code {#code}\n{{#minutes 10}}\n\n## Run {#run}\n\n{{#minutes 5}}\n",
        );
        assert_eq!(chapter.title, "Lesson 05: Callbacks");
        let parts: Vec<_> = chapter
            .parts
            .iter()
            .map(|part| (&*part.id, part.minutes))
            .collect();
        assert_eq!(parts, [("code", 10), ("run", 5)]);
        assert_eq!(chapter.minutes(), 15);
        assert_eq!(chapter.way_to("glossary.md"), "../glossary.md");
    }
}
