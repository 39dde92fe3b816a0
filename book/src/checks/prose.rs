//! Checks the prose outside of directives: commands, paths and versions must be right, and the text must be
//! translatable.

use std::{collections::BTreeSet, path::Path, sync::LazyLock};

use mdbook_markdown::{
    MarkdownOptions, new_cmark_parser,
    pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd},
};
use regex::Regex;

use crate::{
    directive::Directive,
    fault::Fault,
    site::{Chapter, Site},
};

/// The folders whose files the prose may name.
const FOLDERS: [&str; 5] = ["lessons/", "public/", "tests/", "book/", "pictures/"];

/// `just setup` installs it. The book can be built before that.
const INSTALLED: &str = "public/vendor/";

/// Things whose versions the workbook doesn't choose.
const TOOLS: [&str; 3] = ["just", "mdbook", "node"];

/// The line of the justfile that begins a recipe.
static RECIPE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^([\w-]+)[^:\n]*:(?:[^=]|$)").expect("the pattern is valid"));

/// All the faults in the prose of a chapter.
pub fn check(site: &Site, justfile: &str, chapter: &Chapter) -> Vec<Fault> {
    let mut checker = Checker {
        site,
        chapter,
        recipes: RECIPE
            .captures_iter(justfile)
            .map(|found| found.extract::<1>().1[0])
            .collect(),
        faults: Vec::new(),
    };
    checker.chapter();
    checker.faults
}

struct Checker<'a> {
    site: &'a Site,
    chapter: &'a Chapter,
    recipes: BTreeSet<&'a str>,
    faults: Vec<Fault>,
}

impl Checker<'_> {
    fn chapter(&mut self) {
        // The arguments of directives aren't prose. Lines keep their numbers.
        let text = self.chapter.text.lines();
        let text = text.map(|line| Directive::alone(line).map_or(line, |_| ""));
        let text = text.collect::<Vec<_>>().join("\n");
        let mut ids = BTreeSet::new();
        // The language of the current block of code.
        let mut block: Option<String> = None;
        for (event, range) in
            new_cmark_parser(&text, &MarkdownOptions::default()).into_offset_iter()
        {
            let line = text[..range.start].matches('\n').count() + 1;
            match event {
                Event::Start(Tag::Heading { id: None, .. }) => self.fault(
                    line,
                    "a heading needs an id, `{#id}`, so that links survive translation",
                ),
                Event::Start(Tag::Heading { id: Some(id), .. }) if !ids.insert(id.to_string()) => {
                    self.fault(line, format!("the id `{id}` occurs twice in this chapter"));
                }
                Event::Start(Tag::DefinitionList) => self.fault(
                    line,
                    "a definition list gets lost in translation: write a list or a table",
                ),
                Event::Html(html) | Event::InlineHtml(html) => {
                    self.fault(
                        line,
                        format!("HTML gets lost in translation: {}", html.trim()),
                    );
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    let CodeBlockKind::Fenced(info) = kind else {
                        self.fault(line, "put code between lines of ```");
                        continue;
                    };
                    let (language, mark) = info.split_once(',').unwrap_or((&info, ""));
                    if mark != "illustrative" {
                        self.fault(
                            line,
                            format!("include code with `{{{{#code PATH ITEM}}}}`, or mark it if it's in no file: ```{language},illustrative"),
                        );
                    }
                    block = Some(language.to_owned());
                }
                Event::End(TagEnd::CodeBlock) => block = None,
                Event::Text(text) => match block.as_deref() {
                    None => self.versions(line, &text),
                    Some("sh") => {
                        for (line, command) in (line..).zip(text.lines()) {
                            self.command(line, command);
                        }
                    }
                    Some(_) => {}
                },
                Event::Code(code) => {
                    self.command(line, &code);
                    self.path(line, &code);
                    self.versions(line, &code);
                }
                _ => {}
            }
        }
    }

    fn fault(&mut self, line: usize, words: impl std::fmt::Display) {
        self.faults.push(self.chapter.fault(line, words));
    }

    /// Checks a command of the workbook: its recipe, its lesson and what it names of the lesson exist.
    fn command(&mut self, line: usize, command: &str) {
        let words: Vec<_> = command.split_whitespace().collect();
        let ["just", recipe, arguments @ ..] = words.as_slice() else {
            return;
        };
        if recipe.starts_with('-') {
            return;
        }
        if !self.recipes.contains(recipe) {
            return self.fault(line, format!("there's no `just {recipe}`"));
        }
        let is_number = |word: &&&str| word.len() == 2 && word.parse::<u8>().is_ok();
        let Some(number) = arguments.iter().find(is_number) else {
            return;
        };
        let site = self.site;
        let lesson = match site.lesson(number) {
            Ok(lesson) => lesson,
            Err(error) => return self.fault(line, error),
        };
        // Capitals are a placeholder for any name.
        let after = |sign: &str| {
            let at = arguments.iter().position(|word| *word == sign)?;
            let name = arguments.get(at + 1)?;
            name.starts_with(|sign: char| sign.is_ascii_lowercase())
                .then_some(*name)
        };
        if let Some(name) = after("--exercise")
            && !site
                .exercises
                .iter()
                .any(|exercise| exercise.scenario.begins_with(lesson) && exercise.name == name)
        {
            self.fault(line, format!("lesson {number} has no exercise `{name}`"));
        }
        if *recipe == "break"
            && let Some(name) = after(number)
            && !site
                .experiments
                .iter()
                .any(|experiment| experiment.patch.lesson == *lesson && experiment.name == name)
        {
            self.fault(line, format!("lesson {number} has no experiment `{name}`"));
        }
    }

    /// Checks that a path of the workbook exists. A `*` stands for a lesson's name.
    fn path(&mut self, line: usize, code: &str) {
        let is_named = FOLDERS.iter().any(|folder| code.starts_with(folder));
        if is_named
            && !code.contains(' ')
            && !code.starts_with(INSTALLED)
            && !exists(&self.site.root, code.trim_end_matches('/'))
        {
            self.fault(line, format!("there's no {code}"));
        }
    }

    /// Finds versions in the text, which go stale.
    fn versions(&mut self, line: usize, text: &str) {
        let is_separator = |sign: char| sign.is_whitespace() || "()[],;:\"'=^~@".contains(sign);
        let mut before = String::new();
        for word in text.split(is_separator).filter(|word| !word.is_empty()) {
            let number = word.trim_start_matches('v').trim_end_matches('.');
            let mut parts = number.split('.');
            let is_number = parts.all(|part| part.parse::<u64>().is_ok());
            let is_version = match number.matches('.').count() {
                2 => true,
                1 => TOOLS.contains(&&*before) || !self.site.versions.of(&before).is_empty(),
                _ => false,
            };
            if is_number && is_version {
                self.fault(
                    line,
                    format!("a version in the text goes stale: write {{{{#version NAME}}}} instead of {word}"),
                );
            }
            before = word.to_lowercase();
        }
    }
}

/// Whether there is such a file or folder; `*` stands for a lesson's name.
fn exists(root: &Path, path: &str) -> bool {
    let Some((folder, below)) = path.split_once("/*/") else {
        return root.join(path).exists();
    };
    let folders = std::fs::read_dir(root.join(folder));
    let mut folders = folders.into_iter().flatten().flatten();
    folders.any(|folder| folder.path().join(below).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let site = Site::read(Vec::new()).unwrap();
        let justfile = site.text("justfile").unwrap();
        let faults = check(&site, &justfile, &Chapter::new("a.md", text));
        let words = faults
            .iter()
            .map(|fault| format!("{}: {}", fault.line, fault.words));
        words.collect()
    }

    #[test]
    fn true_statements_are_accepted() {
        let text = "# A {#a}\n\n`just run 05`, `just check 05 --exercise bare_number`, `just check 05 --exercise NAME`, \
            `just --version`, `lessons/05-callbacks/src/lib.rs`, `lessons/*/README.md`, `tests/snapshots/`, \
            `public/vendor/installed.js`, \
            127.0.0.1, Engine.IO 4, 3.2 ms, axum {{#version axum}}, [x](https://example.com/1.2.3/).\n\n\
            ```sh,illustrative\njust break 05 data-in-place-of-try-data\n```\n";
        assert_eq!(faults(text), Vec::<String>::new());
    }

    #[test]
    fn missing_things_are_faults() {
        for (text, fault) in [
            ("a\n\n`just fly 05`", "3: there's no `just fly`"),
            (
                "```sh,illustrative\njust test\njust run 99\n```",
                "3: there's no lesson `99`: use its two digits, such as 05",
            ),
            (
                "`just check 05 --exercise nada`",
                "1: lesson 05 has no exercise `nada`",
            ),
            (
                "`just break 05 nada`",
                "1: lesson 05 has no experiment `nada`",
            ),
            (
                "`lessons/05-callbacks/src/nada.rs`",
                "1: there's no lessons/05-callbacks/src/nada.rs",
            ),
            ("`lessons/*/nada.rs`", "1: there's no lessons/*/nada.rs"),
        ] {
            assert_eq!(faults(text), [fault]);
        }
    }

    #[test]
    fn a_version_in_the_text_is_a_fault() {
        for text in [
            "It is 4.8.4.",
            "with axum 0.8",
            "`socketioxide = \"0.18\"`",
            "Rust 1.95 or newer",
            "Node 20.1",
        ] {
            assert_eq!(faults(text).len(), 1, "{text}: {:?}", faults(text));
        }
    }

    #[test]
    fn code_that_could_be_included_is_a_fault() {
        for text in ["```rust\nx\n```", "```\nx\n```", "~~~js\nx\n~~~"] {
            assert!(faults(text)[0].contains("include code with"), "{text}");
        }
        assert_eq!(faults("a\n\n    b"), ["3: put code between lines of ```"]);
    }

    #[test]
    fn text_that_cannot_be_translated_is_a_fault() {
        assert!(faults("# A")[0].contains("a heading needs an id"));
        assert!(faults("# A {#a}\n\n## B {#a}")[0].starts_with("3: the id `a` occurs"));
        assert!(faults("a <b>c</b>")[0].contains("HTML gets lost"));
        assert!(faults("a\n\n: b\n")[0].contains("definition list"));
    }
}
