//! The lessons, as their folders say.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// A lesson: a folder in `lessons/` whose name begins with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// Its place in the course, from 1 on.
    pub number: u8,
    /// The name of its folder, its page's folder and its binary, `03-emit`.
    pub name: String,
}

impl Lesson {
    fn from_folder(name: &str) -> Option<Self> {
        let (number, _) = name.split_once('-')?;
        Some(Self {
            number: number.parse().ok()?,
            name: name.to_owned(),
        })
    }

    /// The name of its package, `emit`.
    #[must_use]
    pub fn package(&self) -> &str {
        self.name
            .split_once('-')
            .map_or(&self.name, |(_, package)| package)
    }

    /// The folder of its crate.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        root().join("lessons").join(&self.name)
    }
}

/// The top folder of the workbook.
#[must_use]
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// All lessons, in their order.
///
/// # Errors
/// The folder `lessons/` cannot be read.
pub fn all() -> io::Result<Vec<Lesson>> {
    let mut lessons = Vec::new();
    for entry in fs::read_dir(root().join("lessons"))? {
        lessons.extend(Lesson::from_folder(&entry?.file_name().to_string_lossy()));
    }
    lessons.sort_by_key(|lesson| lesson.number);
    Ok(lessons)
}

/// The lesson that somebody means by `3`, `03`, `03-emit` or `emit`.
///
/// # Errors
/// There is none; the message lists those that there are.
pub fn find(wanted: &str) -> Result<Lesson, String> {
    let lessons = all().map_err(|error| format!("the lessons cannot be read: {error}"))?;
    let meant = |lesson: &&Lesson| {
        wanted.parse() == Ok(lesson.number) || wanted == lesson.name || wanted == lesson.package()
    };
    lessons.iter().find(meant).cloned().ok_or_else(|| {
        let names: Vec<_> = lessons
            .iter()
            .map(|lesson| format!("  {}", lesson.name))
            .collect();
        format!(
            "there is no lesson {wanted}. The lessons are:\n{}",
            names.join("\n")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesson_is_found_by_number_folder_and_package() {
        for wanted in ["3", "03", "03-emit", "emit"] {
            assert_eq!(find(wanted).unwrap().name, "03-emit", "{wanted}");
        }
    }

    #[test]
    fn an_unknown_lesson_is_answered_with_the_list() {
        let message = find("99").unwrap_err();
        assert!(
            message.contains("no lesson 99") && message.contains("\n  07-deploy"),
            "{message}"
        );
    }
}
