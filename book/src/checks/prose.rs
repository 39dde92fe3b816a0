//! What an author says outside of directives: commands, paths and versions must be true, and the text must be
//! fit to be translated.

use std::collections::BTreeSet;

use mdbook_markdown::{
    MarkdownOptions, new_cmark_parser,
    pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd},
};
use toml_edit::{DocumentMut, Item};

use crate::{
    fault::Fault,
    site::{Chapter, Site},
    source::recipe,
};

/// The folders whose files are named in prose.
const FOLDERS: [&str; 5] = ["lessons/", "public/", "tests/", "book/", "pictures/"];

/// What `just setup` installs. The book can be read before.
const INSTALLED: &str = "public/vendor/";

/// What prose is held against.
pub struct Truth {
    recipes: BTreeSet<String>,
    packages: BTreeSet<String>,
}

impl Truth {
    /// Reads the names of the recipes and of the packages.
    ///
    /// # Errors
    /// A file that every workbook has cannot be read.
    pub fn read(site: &Site) -> Result<Self, String> {
        let recipes = site.text("justfile")?;
        let recipes = recipes.lines().filter_map(recipe::name).map(str::to_owned);
        let lock: DocumentMut = site
            .text("Cargo.lock")?
            .parse()
            .map_err(|error| format!("Cargo.lock: {error}"))?;
        let packages = lock.get("package").and_then(Item::as_array_of_tables);
        let packages = packages.into_iter().flatten().filter_map(|package| {
            let name = package.get("name").and_then(Item::as_str)?;
            Some(name.to_owned())
        });
        let mut packages: BTreeSet<_> = packages.collect();
        packages.extend(["rust", "node", "just", "mdbook"].map(str::to_owned));
        for file in ["public/package.json", "tests/reference/package.json"] {
            let json: serde_json::Value = serde_json::from_str(&site.text(file)?)
                .map_err(|error| format!("{file}: {error}"))?;
            let names = json["dependencies"].as_object().into_iter().flatten();
            packages.extend(names.map(|(name, _)| name.clone()));
        }
        Ok(Self {
            recipes: recipes.collect(),
            packages,
        })
    }
}

/// Everything that is wrong with the prose of a chapter.
#[must_use]
pub fn check(site: &Site, truth: &Truth, chapter: &Chapter) -> Vec<Fault> {
    let mut checker = Checker {
        site,
        truth,
        faults: Vec::new(),
        ids: BTreeSet::new(),
    };
    checker.chapter(chapter);
    let faults = checker.faults.into_iter().map(|(line, words)| Fault {
        file: format!("book/text/{}", chapter.path),
        line,
        words,
    });
    faults.collect()
}

struct Checker<'a> {
    site: &'a Site,
    truth: &'a Truth,
    faults: Vec<(usize, String)>,
    ids: BTreeSet<String>,
}

impl Checker<'_> {
    fn chapter(&mut self, chapter: &Chapter) {
        let text = without_arguments(&chapter.text);
        let line = |at: usize| text[..at].matches('\n').count() + 1;
        let mut in_commands = false;
        let mut in_block = false;
        for (event, range) in
            new_cmark_parser(&text, &MarkdownOptions::default()).into_offset_iter()
        {
            let line = line(range.start);
            match event {
                Event::Start(Tag::Heading { id, .. }) => match id {
                    None => self.fault(
                        line,
                        "a heading has an id, for links that a translation keeps: `{#id}`",
                    ),
                    Some(id) => {
                        if !self.ids.insert(id.to_string()) {
                            self.fault(line, format!("the id `{id}` stands in this chapter twice"));
                        }
                    }
                },
                Event::Start(Tag::DefinitionList) => {
                    self.fault(
                        line,
                        "a list of definitions is lost in translation: write a list or a table",
                    );
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    self.fault(
                        line,
                        format!("HTML is lost in translation: {}", html.trim()),
                    );
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    in_block = true;
                    in_commands =
                        matches!(kind, CodeBlockKind::Fenced(info) if info.starts_with("sh"));
                }
                Event::End(TagEnd::CodeBlock) => (in_block, in_commands) = (false, false),
                Event::Text(text) if in_commands => {
                    for (below, command) in text.lines().enumerate() {
                        self.command(line + below, command);
                    }
                }
                Event::Text(text) if !in_block => self.versions(line, &text),
                Event::Code(code) => {
                    self.command(line, &code);
                    self.path(line, &code);
                    self.versions(line, &code);
                }
                _ => {}
            }
        }
    }

    fn fault(&mut self, line: usize, words: impl Into<String>) {
        self.faults.push((line, words.into()));
    }

    /// A command of the workbook: its recipe, its lesson and what it names of the lesson are there.
    fn command(&mut self, line: usize, command: &str) {
        let words: Vec<_> = command.split_whitespace().collect();
        let ["just", recipe, arguments @ ..] = words.as_slice() else {
            return;
        };
        if recipe.starts_with('-') {
            return;
        }
        if !self.truth.recipes.contains(*recipe) {
            return self.fault(line, format!("there is no `just {recipe}`"));
        }
        let number = arguments
            .iter()
            .find(|word| word.len() == 2 && word.parse::<u8>().is_ok());
        let Some(number) = number else { return };
        let lesson = match self.site.lesson(number) {
            Ok(lesson) => lesson.number,
            Err(words) => return self.fault(line, words),
        };
        let after = |sign: &str| {
            let at = arguments.iter().position(|word| *word == sign)?;
            arguments.get(at + 1)
        };
        if let Some(name) = after("--exercise")
            && name.starts_with(|sign: char| sign.is_ascii_lowercase())
            && !self
                .site
                .exercises
                .iter()
                .any(|exercise| exercise.scenario.lesson() == lesson && exercise.name == *name)
        {
            self.fault(line, format!("lesson {number} has no exercise `{name}`"));
        }
        if *recipe == "break"
            && let Some(name) = after(number)
            && name.starts_with(|sign: char| sign.is_ascii_lowercase())
            && !self
                .site
                .experiments
                .iter()
                .any(|experiment| experiment.lesson.number == lesson && experiment.name == *name)
        {
            self.fault(line, format!("lesson {number} has no experiment `{name}`"));
        }
    }

    /// A path of the workbook: it is there. A `*` stands for what differs from lesson to lesson.
    fn path(&mut self, line: usize, code: &str) {
        let named = FOLDERS.iter().any(|folder| code.starts_with(folder));
        if !named || code.contains(' ') || code.starts_with(INSTALLED) {
            return;
        }
        if !exists(&self.site.root, code.trim_end_matches('/')) {
            self.fault(line, format!("there is no {code}"));
        }
    }

    /// A version that was typed goes stale.
    fn versions(&mut self, line: usize, text: &str) {
        let is_separator = |sign: char| sign.is_whitespace() || "()[],;:\"'=^~@".contains(sign);
        let mut before = "";
        for word in text.split(is_separator).filter(|word| !word.is_empty()) {
            let number = word.trim_start_matches('v').trim_end_matches('.');
            let parts: Vec<_> = number.split('.').collect();
            let is_number = parts
                .iter()
                .all(|part| !part.is_empty() && part.bytes().all(|sign| sign.is_ascii_digit()));
            let names_package = self.truth.packages.contains(&*before.to_lowercase());
            if is_number && (parts.len() == 3 || (parts.len() == 2 && names_package)) {
                self.fault(
                    line,
                    format!("a version that is typed goes stale: {{{{#version NAME}}}} instead of {word}"),
                );
            }
            before = word;
        }
    }
}

/// The text with the directives that stand alone taken out: their arguments are no prose. Lines stay where they are.
fn without_arguments(text: &str) -> String {
    let mut kept = String::new();
    for line in text.lines() {
        if crate::directive::Directive::alone(line).is_none() {
            kept += line;
        }
        kept.push('\n');
    }
    kept
}

/// Whether there is such a file or folder; `*` stands for any name.
fn exists(root: &std::path::Path, path: &str) -> bool {
    let Some((before, after)) = path.split_once('*') else {
        return root.join(path).exists();
    };
    let (folder, start) = before.rsplit_once('/').unwrap_or(("", before));
    let (end, below) = after
        .split_once('/')
        .map_or((after, None), |(end, below)| (end, Some(below)));
    let Ok(entries) = std::fs::read_dir(root.join(folder)) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.starts_with(start)
            && name.ends_with(end)
            && below.is_none_or(|below| exists(&entry.path(), below))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let site = Site::read(Vec::new()).unwrap();
        let truth = Truth::read(&site).unwrap();
        let faults = check(&site, &truth, &Chapter::new("a.md", text));
        faults
            .iter()
            .map(|fault| format!("{}: {}", fault.line, fault.words))
            .collect()
    }

    #[test]
    fn what_is_true_is_no_fault() {
        let text = "# A {#a}\n\n`just run 05`, `just check 05 --exercise bare_number`, `just check 05 --exercise NAME`, \
            `just --version`, `lessons/05-callbacks/src/lib.rs`, `lessons/*/README.md`, `tests/snapshots/`, \
            `public/vendor/installed.js`, \
            127.0.0.1, Engine.IO 4, 3.2 ms, axum {{#version axum}}, [x](https://example.com/1.2.3/).\n\n\
            ```sh,illustrative\njust break 05 data-in-place-of-try-data\n```\n";
        assert_eq!(faults(text), Vec::<String>::new());
    }

    #[test]
    fn a_command_that_is_not_there_is_a_fault() {
        assert_eq!(faults("a\n\n`just fly 05`"), ["3: there is no `just fly`"]);
        assert_eq!(
            faults("```sh,illustrative\njust test\njust run 99\n```"),
            ["3: there is no lesson `99`: name it by its two digits, as 05"]
        );
        assert_eq!(
            faults("`just check 05 --exercise nada`"),
            ["1: lesson 05 has no exercise `nada`"]
        );
        assert_eq!(
            faults("`just break 05 nada`"),
            ["1: lesson 05 has no experiment `nada`"]
        );
    }

    #[test]
    fn a_path_that_is_not_there_is_a_fault() {
        assert_eq!(
            faults("`lessons/05-callbacks/src/nada.rs`"),
            ["1: there is no lessons/05-callbacks/src/nada.rs"]
        );
        assert_eq!(
            faults("`lessons/*/nada.rs`"),
            ["1: there is no lessons/*/nada.rs"]
        );
    }

    #[test]
    fn a_version_that_is_typed_is_a_fault() {
        for text in [
            "It is 4.8.4.",
            "with axum 0.8",
            "`socketioxide = \"0.18\"`",
            "Rust 1.95 or newer",
        ] {
            assert_eq!(faults(text).len(), 1, "{text}: {:?}", faults(text));
        }
    }

    #[test]
    fn what_cannot_be_translated_is_a_fault() {
        assert!(faults("# A")[0].contains("a heading has an id"));
        assert!(faults("# A {#a}\n\n## B {#a}")[0].starts_with("3: the id `a` stands"));
        assert!(faults("a <b>c</b>")[0].contains("HTML is lost"));
        assert!(faults("a\n\n: b\n")[0].contains("list of definitions"));
    }
}
