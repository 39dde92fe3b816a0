//! `SUMMARY.md`, the list of the book's chapters. `{{#lessons 1}}` stands for the lessons of a part.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use course::lessons::Lesson;

use crate::{
    directive::Directive,
    fault::Fault,
    site::{Chapter, chapter_path, title},
};

/// The table of contents for mdBook, with a line for each lesson that has a chapter.
pub fn read(folder: &Path, lessons: &[Lesson]) -> Result<String> {
    let summary = fs::read_to_string(folder.join("SUMMARY.md")).context("book/text/SUMMARY.md")?;
    let mut lines = Vec::new();
    for line in summary.lines() {
        match Directive::alone(line) {
            Some(directive) if directive.name == "lessons" => lines.extend(
                lessons
                    .iter()
                    .filter(|lesson| directive.arguments == lesson.part.to_string())
                    .filter_map(|lesson| entry(folder, lesson)),
            ),
            _ => lines.push(line.to_owned()),
        }
    }
    Ok(lines.join("\n"))
}

fn entry(folder: &Path, lesson: &Lesson) -> Option<String> {
    let path = chapter_path(lesson);
    let chapter = fs::read_to_string(folder.join(&path)).ok()?;
    Some(format!("- [{}]({path})", title(&chapter)?))
}

/// Files that readers can't find, since they aren't chapters.
pub fn check(folder: &Path, chapters: &[Chapter]) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    for path in crate::pages::files(folder, "md")? {
        if path != "SUMMARY.md" && !chapters.iter().any(|chapter| chapter.path == path) {
            faults.push(Fault::new(
                format!("book/text/{path}"),
                0,
                "it's not in book/text/SUMMARY.md, and it's not the chapter of a lesson",
            ));
        }
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lessons_are_found_and_an_unused_file_is_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::create_dir(folder.join("lessons")).unwrap();
        for (path, text) in [
            (
                "SUMMARY.md",
                "# Book\n\n[A](a.md)\n\n{{#lessons 1}}\n\n{{#lessons 9}}\n",
            ),
            ("a.md", "# A"),
            ("c.md", "# C"),
            ("lessons/05-callbacks.md", "# Five: callbacks {#lesson-05}"),
            ("lessons/99-nada.md", "# No lesson"),
        ] {
            fs::write(folder.join(path), text).unwrap();
        }
        let summary = read(folder, &course::lessons::all().unwrap()).unwrap();
        assert_eq!(
            summary,
            "# Book\n\n[A](a.md)\n\n- [Five: callbacks](lessons/05-callbacks.md)\n"
        );
        let chapters = ["a.md", "lessons/05-callbacks.md"].map(|path| Chapter::new(path, ""));
        let faults = check(folder, &chapters).unwrap();
        let files: Vec<_> = faults.iter().map(|fault| &*fault.file).collect();
        assert_eq!(files, ["book/text/c.md", "book/text/lessons/99-nada.md"]);
    }
}
