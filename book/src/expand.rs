//! A chapter as its author wrote it becomes the Markdown that mdBook renders.

use anyhow::{Context, Result, anyhow, bail};

use crate::{
    directive::Directive,
    fault::Fault,
    html,
    parts::{self, question},
    site::{Chapter, Site},
};

/// A line of a chapter: its number in the file, from 1 on, and its text.
pub type Line<'a> = (usize, &'a str);

/// Directives that go on up to their `{{#end}}`.
const BLOCKS: [&str; 3] = ["instructor", "question", "side"];

/// A chapter with its directives expanded, and what is wrong with them; what is wrong is left out.
pub fn expand(site: &Site, chapter: &Chapter) -> (String, Vec<Fault>) {
    let lines: Vec<_> = (1..).zip(chapter.text.lines()).collect();
    let mut writer = Writer {
        site,
        chapter,
        out: String::new(),
        faults: Vec::new(),
        questions: 0,
    };
    writer.lines(&lines);
    (writer.out, writer.faults)
}

struct Writer<'a> {
    site: &'a Site,
    chapter: &'a Chapter,
    out: String,
    faults: Vec<Fault>,
    /// How many questions there were so far.
    questions: u32,
}

impl Writer<'_> {
    /// What a part of the chapter becomes; nothing if it's wrong.
    fn checked(&mut self, line: usize, text: Result<String>) -> String {
        text.unwrap_or_else(|error| {
            self.faults.push(self.chapter.fault(line, error));
            String::new()
        })
    }

    fn lines(&mut self, lines: &[Line]) {
        let mut rest = lines;
        while let Some((&(number, line), after)) = rest.split_first() {
            rest = after;
            let indent = &line[..line.len() - line.trim_start().len()];
            let directive = Directive::alone(line);
            let (text, length) = if let Some(info) = line.trim_start().strip_prefix("```") {
                self.fence(indent, info, after)
            } else if let Some(directive) = directive.filter(|found| found.name != "version") {
                self.directive(directive, after)
            } else {
                let text = self.inline(number, line);
                self.out += &text;
                self.out.push('\n');
                continue;
            };
            rest = &after[length..];
            let text = self.checked(number, text);
            // It stands alone between empty lines, as far to the right as what asked for it.
            self.out.push('\n');
            for line in text.lines() {
                self.out += if line.is_empty() { "" } else { indent };
                self.out += line;
                self.out.push('\n');
            }
            self.out.push('\n');
        }
    }

    /// A block of code that its author typed, and how many of the lines after its beginning belong to it.
    fn fence(&mut self, indent: &str, info: &str, after: &[Line]) -> (Result<String>, usize) {
        let Some(end) = after.iter().position(|(_, line)| line.trim() == "```") else {
            return (Err(anyhow!("this code block has no end")), after.len());
        };
        let inside: Vec<_> = after[..end]
            .iter()
            .map(|(number, line)| {
                let line = self.inline(*number, line);
                line.strip_prefix(indent).unwrap_or(&line).to_owned()
            })
            .collect();
        let language = info.split(',').next().unwrap_or_default();
        (Ok(html::code(language, &inside.join("\n"))), end + 1)
    }

    /// What a directive stands for, and how many of the lines after it belong to it.
    fn directive(&mut self, directive: Directive, after: &[Line]) -> (Result<String>, usize) {
        let name = directive.name;
        if !BLOCKS.contains(&name) {
            return (parts::write(self.site, self.chapter, directive), 0);
        }
        let Some(end) = end_of(after) else {
            let error = anyhow!("`{{{{#{name}}}}}` needs an `{{{{#end}}}}`");
            return (Err(error), after.len());
        };
        let inside = &after[..end];
        let text = match name {
            "side" => self.side(inside),
            "question" => self.question(inside),
            _ => Ok(html::fold(
                "instructor",
                "For the instructor",
                &self.apart(inside),
            )),
        };
        (text, end + 1)
    }

    /// What some lines become, apart from what surrounds them.
    fn apart(&mut self, lines: &[Line]) -> String {
        let before = std::mem::take(&mut self.out);
        self.lines(lines);
        std::mem::replace(&mut self.out, before)
    }

    /// A line with the versions that it asks for.
    fn inline(&mut self, number: usize, line: &str) -> String {
        let text = versions(self.site, line);
        self.checked(number, text)
    }

    fn side(&mut self, inside: &[Line]) -> Result<String> {
        let is_versus = |(_, line): &Line| {
            Directive::alone(line).is_some_and(|directive| directive.name == "versus")
        };
        let versus = inside.iter().position(is_versus);
        let versus = versus.context("`{{#side}}` needs a `{{#versus}}` between Node and Rust")?;
        let mut column = |class: &str, name: &str, lines: &[Line]| {
            format!(
                "<div class=\"{class}\" role=\"group\" aria-label=\"{name}\"><p class=\"column\">{name}</p>\n\n{}\n\n</div>",
                self.apart(lines).trim_matches('\n')
            )
        };
        let node = column("node", "Node", &inside[..versus]);
        let rust = column("rust", "Rust", &inside[versus + 1..]);
        Ok(format!(
            "<div class=\"side\">\n\n{node}\n\n{rust}\n\n</div>"
        ))
    }

    fn question(&mut self, inside: &[Line]) -> Result<String> {
        self.questions += 1;
        let options = inside.iter().position(|(_, line)| line.starts_with("- ["));
        let options = options.context("a question needs options: `- [x] right — why`")?;
        let stem = self.apart(&inside[..options]);
        let mut listed: Vec<String> = Vec::new();
        for (number, line) in &inside[options..] {
            let text = self.inline(*number, line);
            match listed.last_mut() {
                Some(option) if !text.starts_with("- [") => *option += &format!(" {}", text.trim()),
                _ => listed.push(text),
            }
        }
        question::write(self.questions, &stem, &listed)
    }
}

/// Where the `{{#end}}` of what has just begun is.
fn end_of(lines: &[Line]) -> Option<usize> {
    let mut open = 1;
    lines.iter().position(|(_, line)| {
        match Directive::alone(line).map(|directive| directive.name) {
            Some("end") => open -= 1,
            Some(name) if BLOCKS.contains(&name) => open += 1,
            _ => {}
        }
        open == 0
    })
}

/// A line with the versions that its `{{#version NAME}}` stand for.
fn versions(site: &Site, line: &str) -> Result<String> {
    let mut replaced = String::new();
    let mut rest = line;
    while let Some((before, _)) = rest.split_once("{{#") {
        let directive = Directive::first(&rest[before.len()..]);
        let (directive, after) = directive.context("`{{#` begins a directive that never ends")?;
        let name = directive.name;
        if name != "version" {
            bail!("`{{{{#{name}}}}}` stands alone in its line, or is unknown");
        }
        let version = site.versions.newest(directive.arguments);
        replaced += before;
        replaced += version
            .with_context(|| format!("nothing has a version of `{}`", directive.arguments))?;
        rest = after;
    }
    Ok(replaced + rest)
}
