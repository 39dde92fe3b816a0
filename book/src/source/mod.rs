//! Code that a chapter shows: a file of the workbook, or an item of it by its name.

mod indented;
mod manifest;
pub mod recipe;
mod rust;

use std::{fs, path::Path};

/// A file of the workbook, or a part of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The file, from the top of the workbook.
    pub path: String,
    /// The language, by the ending of the file's name.
    pub language: String,
    /// The text of the items, or of the file.
    pub text: String,
}

impl Source {
    /// Reads what `{{#code PATH ITEM...}}` asks for.
    ///
    /// # Errors
    /// There is no such file or no such item.
    pub fn read(root: &Path, path: &str, items: &[&str]) -> Result<Self, String> {
        let path = resolve(root, path)?;
        let text = fs::read_to_string(root.join(&path))
            .map_err(|error| format!("{path} cannot be read: {error}"))?;
        let language = language(&path);
        let items = group(items);
        let text = if items.is_empty() {
            text
        } else {
            let found: Result<Vec<_>, _> = items
                .iter()
                .map(|item| {
                    find(&path, &language, &text, item).map_err(|words| format!("{path}: {words}"))
                })
                .collect();
            found?.join("\n\n")
        };
        Ok(Self {
            path,
            language,
            text: text.trim_end().to_owned(),
        })
    }
}

/// The path from the top of the workbook: a number of two digits stands for the lesson's folder.
///
/// # Errors
/// There is no such file.
pub fn resolve(root: &Path, path: &str) -> Result<String, String> {
    let lesson_at = |folder: &str, number: &str| -> Option<String> {
        let entries = fs::read_dir(root.join(folder)).ok()?;
        entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .find(|name| name.starts_with(&format!("{number}-")))
    };
    let is_number = |part: &str| part.len() == 2 && part.bytes().all(|sign| sign.is_ascii_digit());

    let mut resolved = String::new();
    for part in path.split('/') {
        if !resolved.is_empty() {
            resolved.push('/');
        }
        match part {
            "reference" if resolved.is_empty() => resolved += "tests/reference",
            number if is_number(number) => {
                if resolved.is_empty() {
                    resolved += "lessons/";
                }
                let lesson = lesson_at(&resolved, number).ok_or_else(|| {
                    format!("{resolved} has no folder that begins with {number}-")
                })?;
                resolved += &lesson;
            }
            part => resolved += part,
        }
    }
    if root.join(&resolved).is_file() {
        Ok(resolved)
    } else {
        Err(format!("there is no file {resolved}"))
    }
}

/// The language of a file, for its colours.
#[must_use]
pub fn language(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((_, "snap" | "txt")) => "text".to_owned(),
        Some((_, ending)) => ending.to_owned(),
        None if name == "justfile" => "just".to_owned(),
        None => "text".to_owned(),
    }
}

/// Words that belong together are one name: `impl Settings`, `impl Display for Settings`, `mod tests`.
fn group(words: &[&str]) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    let mut open = 0;
    for word in words {
        match items.last_mut() {
            Some(item) if open > 0 => {
                *item += &format!(" {word}");
                open -= 1;
            }
            Some(item) if *word == "for" => {
                *item += " for";
                open = 1;
            }
            _ => {
                items.push((*word).to_owned());
                open = usize::from(matches!(
                    *word,
                    "impl"
                        | "mod"
                        | "fn"
                        | "struct"
                        | "enum"
                        | "trait"
                        | "const"
                        | "static"
                        | "type"
                ));
            }
        }
    }
    items
}

fn find(path: &str, language: &str, text: &str, item: &str) -> Result<String, String> {
    match language {
        "rs" => rust::find(text, item),
        "toml" => manifest::find(text, item),
        "js" | "html" | "css" => indented::find(text, item),
        "just" => recipe::find(text, item),
        _ => Err(format!(
            "no item can be found in {path}: leave the name out"
        )),
    }
}

/// Some lines of a text, moved to the left as far as they go.
fn lines(text: &str, from: usize, to: usize) -> String {
    let lines: Vec<_> = text.lines().skip(from).take(to - from).collect();
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let left = lines.iter().filter(|line| !line.trim().is_empty());
    let left = left.map(indent).min().unwrap_or_default();
    let lines: Vec<_> = lines
        .iter()
        .map(|line| line.get(left..).unwrap_or_default())
        .collect();
    lines.join("\n")
}

/// The first of the comment lines that stand right above a line.
fn with_comments(text: &str, line: usize, sign: &str) -> usize {
    let lines: Vec<_> = text.lines().collect();
    let is_comment = |line: &usize| {
        lines
            .get(*line)
            .is_some_and(|line| line.trim_start().starts_with(sign))
    };
    (0..line)
        .rev()
        .take_while(is_comment)
        .last()
        .unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workbook() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in [
            (
                "lessons/05-callbacks/src/lib.rs",
                "fn a() {}\n\nfn b() {}\n",
            ),
            ("tests/reference/05-callbacks/server.js", "const a = 1;\n"),
            ("public/05-callbacks/index.html", "<p></p>\n"),
            ("justfile", "run:\n    a\n"),
        ] {
            let file = folder.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        folder
    }

    #[test]
    fn a_number_stands_for_the_lessons_folder() {
        let workbook = workbook();
        for (short, path) in [
            ("05/src/lib.rs", "lessons/05-callbacks/src/lib.rs"),
            (
                "reference/05/server.js",
                "tests/reference/05-callbacks/server.js",
            ),
            ("public/05/index.html", "public/05-callbacks/index.html"),
            ("justfile", "justfile"),
        ] {
            assert_eq!(resolve(workbook.path(), short).unwrap(), path);
        }
    }

    #[test]
    fn what_is_not_there_is_said() {
        let workbook = workbook();
        let words = |path, items: &[&str]| Source::read(workbook.path(), path, items).unwrap_err();
        assert_eq!(
            words("06/src/lib.rs", &[]),
            "lessons/ has no folder that begins with 06-"
        );
        assert_eq!(
            words("05/src/main.rs", &[]),
            "there is no file lessons/05-callbacks/src/main.rs"
        );
        assert!(
            words("05/src/lib.rs", &["c"])
                .starts_with("lessons/05-callbacks/src/lib.rs: there is no `c`")
        );
    }

    #[test]
    fn several_items_come_in_the_order_in_which_they_are_named() {
        let workbook = workbook();
        let source = Source::read(workbook.path(), "05/src/lib.rs", &["b", "a"]).unwrap();
        assert_eq!(source.text, "fn b() {}\n\nfn a() {}");
        assert_eq!(source.language, "rs");
    }

    #[test]
    fn words_that_belong_together_are_one_name() {
        assert_eq!(
            group(&[
                "app", "impl", "Settings", "impl", "Display", "for", "Settings", "mod", "tests"
            ]),
            [
                "app",
                "impl Settings",
                "impl Display for Settings",
                "mod tests"
            ]
        );
    }
}
