//! `{{#diff}}`: what a lesson changes, computed from its files and those of the lesson before.

use std::{collections::BTreeSet, fs, path::Path};

use course::lessons::Lesson;
use similar::{ChangeTag, TextDiff};

use crate::{
    highlight::highlight,
    html::{code_figure, escape},
    site::Site,
    source::language,
    words::{Words, fill},
};

/// How many lines that stayed as they were are shown around a change.
const CONTEXT: usize = 3;

/// A file in two states; an empty text where it is not there.
struct Changed {
    path: String,
    before: String,
    after: String,
}

/// What a lesson changes in its sources, its manifest and its page, or in one of these files.
///
/// # Errors
/// There is no lesson before it, or no such file, or nothing changes in it.
pub fn lesson(site: &Site, lesson: &Lesson, only: Option<&str>) -> Result<String, String> {
    let before = site.before(lesson).ok_or_else(|| {
        format!(
            "{} is the first lesson: nothing comes before it",
            lesson.name
        )
    })?;
    let mut figures = Vec::new();
    for folder in ["lessons", "public"] {
        let folder = site.root.join(folder);
        let (old, new) = (folder.join(&before.name), folder.join(&lesson.name));
        for path in files(&old)?.union(&files(&new)?) {
            if only.is_some_and(|only| only != path) {
                continue;
            }
            let read = |folder: &Path| fs::read_to_string(folder.join(path)).unwrap_or_default();
            let changed = Changed {
                path: path.clone(),
                before: renamed(path, &read(&old), before, lesson),
                after: read(&new),
            };
            if changed.matters(before, lesson) || only.is_some() {
                figures.push(changed.figure(site.words));
            }
        }
    }
    if figures.is_empty() {
        return Err(match only {
            Some(file) => format!(
                "neither {} nor {} has a file {file}",
                before.name, lesson.name
            ),
            None => format!("{} changes nothing", lesson.name),
        });
    }
    Ok(figures.join("\n\n"))
}

/// The files that a lesson is made of: its sources, its manifest, its page. Neither its examples nor its README.
fn files(folder: &Path) -> Result<BTreeSet<String>, String> {
    fn walk(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) -> std::io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if entry.file_type()?.is_dir() {
                if name != "examples" {
                    walk(&entry.path(), &format!("{path}/"), found)?;
                }
            } else if name != "README.md" {
                found.insert(path);
            }
        }
        Ok(())
    }
    let mut found = BTreeSet::new();
    if folder.is_dir() {
        walk(folder, "", &mut found).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    Ok(found)
}

/// A file with the next lesson's names, in a manifest and where the program uses its library: that these differ
/// says nothing.
fn renamed(path: &str, text: &str, before: &Lesson, lesson: &Lesson) -> String {
    if path == "Cargo.toml" {
        let name = |name: &str| format!("name = \"{name}\"");
        return text
            .replace(&name(before.package()), &name(lesson.package()))
            .replace(&name(&before.name), &name(&lesson.name));
    }
    if language(path) == "rs" {
        let library = |lesson: &Lesson| format!("use {}::", lesson.package().replace('-', "_"));
        return text.replace(&library(before), &library(lesson));
    }
    text.to_owned()
}

impl Changed {
    /// Whether more changes than the lesson's number in a title.
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

    fn figure(&self, words: &Words) -> String {
        let language = language(&self.path);
        let (before, after) = (
            highlight(&language, &self.before),
            highlight(&language, &self.after),
        );
        let line = |lines: &[String], at: Option<usize>| -> String {
            at.and_then(|at| lines.get(at)).cloned().unwrap_or_default()
        };
        let diff = TextDiff::from_lines(&self.before, &self.after);
        let mut lines = Vec::new();
        let mut shown = 0;
        for group in diff.grouped_ops(CONTEXT) {
            let start = group
                .first()
                .map_or(0, |operation| operation.new_range().start);
            skipped(words, start - shown, &mut lines);
            for operation in &group {
                for change in diff.iter_changes(operation) {
                    lines.push(match change.tag() {
                        ChangeTag::Equal => row("", " ", &line(&after, change.new_index())),
                        ChangeTag::Delete => row("del", "-", &line(&before, change.old_index())),
                        ChangeTag::Insert => row("add", "+", &line(&after, change.new_index())),
                    });
                }
            }
            shown = group
                .last()
                .map_or(shown, |operation| operation.new_range().end);
        }
        skipped(words, after.len().saturating_sub(shown), &mut lines);
        let note = match (self.before.is_empty(), self.after.is_empty()) {
            (true, _) => Some(words.new_file),
            (_, true) => Some(words.removed_file),
            _ => None,
        };
        figure(words, &self.path, note, &language, &lines)
    }
}

/// A line for lines that are not shown.
fn skipped(words: &Words, count: usize, lines: &mut Vec<String>) {
    let words = match count {
        0 => return,
        1 => words.unchanged[1].to_owned(),
        _ => fill(words.unchanged[0], &[&count.to_string()]),
    };
    lines.push(apart(&words));
}

/// What stands between two groups of lines.
fn apart(words: &str) -> String {
    format!("<span class=\"skipped\">{}&#10;</span>", escape(words))
}

/// A line with its sign, which stands in the margin and is not copied.
fn row(class: &str, sign: &str, code: &str) -> String {
    format!("<span class=\"row {class}\"><span class=\"sign\">{sign}</span>{code}&#10;</span>")
}

fn figure(
    words: &Words,
    path: &str,
    note: Option<&str>,
    language: &str,
    lines: &[String],
) -> String {
    let note = note
        .map(|note| format!(" <em>{note}</em>"))
        .unwrap_or_default();
    let caption = format!(
        "{}{note}",
        fill(words.diff, &[&format!("<code>{}</code>", escape(path))])
    );
    code_figure("diff", Some(&caption), language, &[lines.concat()])
}

/// A patch as git writes it, a figure for each file.
#[must_use]
pub fn patch(site: &Site, patch: &str) -> String {
    let mut figures = Vec::new();
    for file in patch.split("diff --git ").filter(|file| !file.is_empty()) {
        let name = file.lines().find_map(|line| line.strip_prefix("+++ b/"));
        let name = name.unwrap_or_default();
        let language = language(name);
        let mut lines = Vec::new();
        let mut in_hunk = false;
        for text in file.lines() {
            if text.starts_with("@@") {
                if in_hunk {
                    lines.push(apart("…"));
                }
                in_hunk = true;
                continue;
            }
            if !in_hunk {
                continue;
            }
            let (sign, code) = text.split_at(usize::from(!text.is_empty()));
            let class = match sign {
                "+" => "add",
                "-" => "del",
                _ => "",
            };
            let code = highlight(&language, code).concat();
            lines.push(row(class, if sign.is_empty() { " " } else { sign }, &code));
        }
        figures.push(figure(site.words, name, None, &language, &lines));
    }
    figures.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::ENGLISH;

    fn lesson(number: u8, name: &str) -> Lesson {
        Lesson {
            number,
            name: name.to_owned(),
        }
    }

    fn changed(path: &str, before: &str, after: &str) -> Changed {
        Changed {
            path: path.to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
        }
    }

    #[test]
    fn signs_are_text_and_what_stayed_is_folded() {
        let lines: Vec<_> = (0..20).map(|number| format!("line {number}\n")).collect();
        let before = lines.concat();
        let after = before.replace("line 10\n", "new\n");
        let figure = changed("a.txt", &before, &after).figure(&ENGLISH);
        assert!(
            figure.contains(
                "<span class=\"row del\"><span class=\"sign\">-</span>line 10&#10;</span>"
            ),
            "{figure}"
        );
        assert!(
            figure.contains("<span class=\"row add\"><span class=\"sign\">+</span>new&#10;</span>"),
            "{figure}"
        );
        assert!(figure.contains("7 lines stay as they are"), "{figure}");
        assert!(figure.contains("6 lines stay as they are"), "{figure}");
        assert!(
            !figure.contains("line 6&") && figure.contains("line 7&"),
            "{figure}"
        );
    }

    #[test]
    fn a_number_in_a_title_is_no_change_that_matters() {
        let (before, after) = (lesson(4, "04-server-emit"), lesson(5, "05-callbacks"));
        let page = |number| format!("<title>{number} x</title>\n<p>Lesson {number}: x</p>\n");
        let title = changed("index.html", &page("04"), &page("05"));
        assert!(!title.matters(&before, &after));
        let more = changed("index.html", &page("04"), &(page("05") + "<p>more</p>\n"));
        assert!(more.matters(&before, &after));
        let names = renamed(
            "Cargo.toml",
            "name = \"server-emit\"\nname = \"04-server-emit\"\n",
            &before,
            &after,
        );
        let library = renamed("src/main.rs", "use server_emit::app;\n", &before, &after);
        assert_eq!(library, "use callbacks::app;\n");
        assert_eq!(names, "name = \"callbacks\"\nname = \"05-callbacks\"\n");
    }

    #[test]
    fn a_patch_has_a_figure_for_each_file() {
        let site = Site::read(Vec::new()).unwrap();
        let text = "diff --git a/a.rs b/a.rs\n--- a/a.rs\n+++ b/a.rs\n@@ -1,2 +1,2 @@\n x\n-old\n+new\n@@ -9 +9 @@\n-a\n+b\n";
        let figure = patch(&site, text);
        assert_eq!(figure.matches("<figure").count(), 1);
        assert_eq!(figure.matches("row del").count(), 2);
        assert_eq!(figure.matches("skipped").count(), 1);
    }
}
