//! `{{#diff}}`: what a lesson changes, computed from its files and its base's.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result, ensure};
use course::lessons::Lesson;
use similar::{ChangeTag, TextDiff};
use walkdir::WalkDir;

use crate::{
    highlight::highlight,
    html::{code_figure, escape, fold},
    site::Site,
    source::language,
};

/// How many unchanged lines are shown around a change.
const CONTEXT: usize = 3;

/// A file in two states; an empty string if it doesn't exist.
struct Changed {
    path: String,
    before: String,
    after: String,
}

/// A lesson's changes, folded: a student who wants to think first doesn't see it by chance.
pub fn folded(site: &Site, wanted: &Lesson) -> Result<String> {
    Ok(fold("diff", "Show the whole diff", &lesson(site, wanted)?))
}

/// How many lines of Rust a lesson has that the one before it has nowhere: a line that only moves isn't typed again.
pub fn added(site: &Site, lesson: &Lesson) -> usize {
    let mut before = BTreeSet::new();
    match site.before(lesson) {
        Some(base) => before.extend(rust(base)),
        // A student begins with the program.
        None => before.extend(lines(&lesson.folder().join("src/main.rs"))),
    }
    let is_new = |line: &String| !line.is_empty() && !before.contains(line);
    rust(lesson).into_iter().filter(is_new).count()
}

/// The lines of Rust of a lesson, without their indentation.
fn rust(lesson: &Lesson) -> Vec<String> {
    let folder = lesson.folder().join("src");
    let files = files(&folder).into_iter();
    files.flat_map(|path| lines(&folder.join(path))).collect()
}

fn lines(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| line.trim().to_owned()).collect()
}

/// A lesson's changes in its source code, its manifest and its page.
pub fn lesson(site: &Site, lesson: &Lesson) -> Result<String> {
    let before = site.before(lesson);
    let before = before.with_context(|| format!("{} has no base", lesson.name))?;
    let mut figures = Vec::new();
    for folder in ["lessons", "public"] {
        let folder = site.root.join(folder);
        let (old, new) = (folder.join(&before.name), folder.join(&lesson.name));
        for path in files(&old).union(&files(&new)) {
            let read = |folder: &Path| fs::read_to_string(folder.join(path)).unwrap_or_default();
            let changed = Changed {
                path: path.clone(),
                before: renamed(path, &read(&old), before, lesson),
                after: read(&new),
            };
            if changed.matters(before, lesson) {
                figures.push(changed.figure());
            }
        }
    }
    ensure!(!figures.is_empty(), "{} changes nothing", lesson.name);
    Ok(figures.join("\n\n"))
}

/// The files of a lesson: its source code, its manifest, its page, but not its README, solutions and experiments.
fn files(folder: &Path) -> BTreeSet<String> {
    let files = WalkDir::new(folder).into_iter();
    let files = files.filter_entry(|entry| {
        let name = entry.file_name();
        name != "solutions" && name != "experiments" && name != "README.md"
    });
    // A lesson may lack a page of its own.
    let files = files.flatten().filter(|entry| entry.file_type().is_file());
    files
        .filter_map(|entry| {
            let path = entry.path().strip_prefix(folder).ok()?;
            Some(path.to_string_lossy().replace('\\', "/"))
        })
        .collect()
}

/// A file with the next lesson's names, in a manifest, in a platform's files and where the program uses its library:
/// that these differ isn't worth showing.
fn renamed(path: &str, text: &str, before: &Lesson, lesson: &Lesson) -> String {
    if path == "Cargo.toml" {
        let name = |name: &str| format!("name = \"{name}\"");
        return text
            .replace(&name(before.package()), &name(lesson.package()))
            .replace(&name(&before.name), &name(&lesson.name));
    }
    if path == "src/main.rs" {
        let library = |lesson: &Lesson| format!("{}::", lesson.package().replace('-', "_"));
        return text.replace(&library(before), &library(lesson));
    }
    if language(path) == "rs" {
        return text.to_owned();
    }
    text.replace(&before.name, &lesson.name)
}

impl Changed {
    /// Whether anything changes besides the lesson's number in a title.
    fn matters(&self, before: &Lesson, lesson: &Lesson) -> bool {
        let is_page = language(&self.path) == "html";
        let diff = TextDiff::from_lines(&self.before, &self.after);
        diff.iter_all_changes().any(|change| {
            let number = match change.tag() {
                ChangeTag::Equal => return false,
                ChangeTag::Delete => before.number,
                ChangeTag::Insert => lesson.number,
            };
            let says = |title: &str| change.value().contains(title);
            !(is_page && (says(&format!("{number:02} ")) || says(&format!("Lesson {number:02}"))))
        })
    }

    fn figure(&self) -> String {
        let language = language(&self.path);
        let (before, after) = (
            highlight(language, &self.before),
            highlight(language, &self.after),
        );
        let line = |lines: &[String], at: Option<usize>| -> String {
            at.and_then(|at| lines.get(at)).cloned().unwrap_or_default()
        };
        let diff = TextDiff::from_lines(&self.before, &self.after);
        let mut lines = String::new();
        let mut shown = 0;
        for group in diff.grouped_ops(CONTEXT) {
            for operation in &group {
                lines += &skipped(operation.new_range().start.saturating_sub(shown));
                for change in diff.iter_changes(operation) {
                    lines += &match change.tag() {
                        ChangeTag::Equal => row("", " ", &line(&after, change.new_index())),
                        ChangeTag::Delete => row("del", "-", &line(&before, change.old_index())),
                        ChangeTag::Insert => row("add", "+", &line(&after, change.new_index())),
                    };
                }
                shown = operation.new_range().end;
            }
        }
        lines += &skipped(self.after.lines().count().saturating_sub(shown));
        let note = match (self.before.is_empty(), self.after.is_empty()) {
            (true, _) => " <em>new</em>",
            (_, true) => " <em>removed</em>",
            _ => "",
        };
        figure(&self.path, note, &lines)
    }
}

/// A line that replaces hidden lines.
fn skipped(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => apart("1 unchanged line"),
        _ => apart(&format!("{count} unchanged lines")),
    }
}

/// A separator between two groups of lines.
fn apart(words: &str) -> String {
    format!("<span class=\"skipped\">{words}&#10;</span>")
}

/// A line with its sign, which is in the margin and isn't copied.
fn row(class: &str, sign: &str, code: &str) -> String {
    format!("<span class=\"row {class}\"><span class=\"sign\">{sign}</span>{code}&#10;</span>")
}

fn figure(path: &str, note: &str, lines: &str) -> String {
    let caption = format!("What changes in <code>{}</code>{note}", escape(path));
    code_figure("diff", Some(&caption), language(path), &[lines.to_owned()])
}

/// A patch in git's format, as a figure for each file.
pub fn patch(diff: &str) -> String {
    let mut figures = Vec::new();
    for file in diff.split("diff --git ").filter(|file| !file.is_empty()) {
        let name = file.lines().find_map(|line| line.strip_prefix("+++ b/"));
        let name = name.unwrap_or_default();
        let mut lines = String::new();
        let hunks = file.lines().skip_while(|line| !line.starts_with("@@"));
        for text in hunks.skip(1) {
            let (sign, code) = text.split_at_checked(1).unwrap_or((" ", ""));
            let code = highlight(language(name), code).concat();
            lines += &match sign {
                "@" => apart("…"),
                "+" => row("add", sign, &code),
                "-" => row("del", sign, &code),
                _ => row("", sign, &code),
            };
        }
        figures.push(figure(name, "", &lines));
    }
    figures.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(path: &str, before: &str, after: &str) -> Changed {
        Changed {
            path: path.to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
        }
    }

    #[test]
    fn signs_are_text_and_unchanged_lines_are_hidden() {
        let lines: Vec<_> = (0..20).map(|number| format!("line {number}\n")).collect();
        let before = lines.concat();
        let after = before.replace("line 10\n", "new\n");
        let figure = changed("a.txt", &before, &after).figure();
        for part in [
            "<span class=\"row del\"><span class=\"sign\">-</span>line 10&#10;</span>",
            "<span class=\"row add\"><span class=\"sign\">+</span>new&#10;</span>",
            "7 unchanged lines",
            "6 unchanged lines",
            "line 7&",
        ] {
            assert!(figure.contains(part), "{figure}");
        }
        assert!(!figure.contains("line 6&"), "{figure}");
    }

    #[test]
    fn a_number_in_a_title_does_not_matter() {
        let find = |number| course::lessons::find(number).unwrap();
        let (before, after) = (find("04"), find("05"));
        let page = |number| format!("<title>{number} x</title>\n<p>Lesson {number}: x</p>\n");
        let title = changed("index.html", &page("04"), &page("05"));
        assert!(!title.matters(&before, &after));
        let more = changed("index.html", &page("04"), &(page("05") + "<p>more</p>\n"));
        assert!(more.matters(&before, &after));
    }

    #[test]
    fn the_next_lessons_names_are_used() {
        let find = |number| course::lessons::find(number).unwrap();
        let renamed = |path, text| renamed(path, text, &find("04"), &find("05"));
        assert_eq!(
            renamed(
                "Cargo.toml",
                "name = \"server-emit\"\nname = \"04-server-emit\"\n"
            ),
            "name = \"callbacks\"\nname = \"05-callbacks\"\n"
        );
        let library = renamed("src/main.rs", "use server_emit::app;\n");
        assert_eq!(library, "use callbacks::app;\n");
    }

    #[test]
    fn a_patch_has_a_figure_for_each_file() {
        let text = "diff --git a/a.rs b/a.rs\n--- a/a.rs\n+++ b/a.rs\n@@ -1,2 +1,2 @@\n x\n-old\n+new\n@@ -9 +9 @@\n-a\n+b\n";
        let figure = patch(text);
        assert_eq!(figure.matches("<figure").count(), 1);
        assert_eq!(figure.matches("row del").count(), 2);
        assert_eq!(figure.matches("skipped").count(), 1);
    }

    #[test]
    fn only_what_a_lesson_is_made_of_is_compared() {
        let files = files(&course::lessons::find("06").unwrap().folder());
        let files: Vec<_> = files.iter().map(String::as_str).collect();
        assert_eq!(
            files,
            [
                "Cargo.toml",
                "src/controller.rs",
                "src/lib.rs",
                "src/main.rs"
            ]
        );
    }
}
