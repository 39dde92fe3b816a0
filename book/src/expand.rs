//! Turns a chapter, as its author wrote it, into the Markdown that mdBook renders.

use anyhow::{Context, Result, anyhow, bail};

use crate::{
    directive::Directive,
    fault::Fault,
    html,
    minutes::ON_THEIR_OWN,
    parts::{self, question, task},
    site::{Chapter, Site, heading_parts},
};

/// A line of a chapter: its number in the file, from 1 on, and its text.
pub type Line<'a> = (usize, &'a str);

/// Directives that continue up to their `{{#end}}`.
const BLOCKS: [&str; 4] = ["instructor", "question", "side", "task"];

/// Expands a chapter's directives, and returns the faults in them. Faulty directives are left out.
pub fn expand(site: &Site, chapter: &Chapter) -> (String, Vec<Fault>) {
    let lines: Vec<_> = (1..).zip(chapter.text.lines()).collect();
    let mut writer = Writer {
        site,
        chapter,
        out: String::new(),
        faults: Vec::new(),
        questions: 0,
        tasks: 0,
    };
    writer.lines(&lines);
    (writer.out, writer.faults)
}

struct Writer<'a> {
    site: &'a Site,
    chapter: &'a Chapter,
    out: String,
    faults: Vec<Fault>,
    /// How many questions there have been so far.
    questions: u32,
    /// How many tasks there have been so far.
    tasks: u32,
}

impl Writer<'_> {
    /// The expansion of a part of the chapter; nothing if it's faulty.
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
                self.minutes(line);
                continue;
            };
            rest = &after[length..];
            let text = self.checked(number, text);
            // Between empty lines, with the directive's indentation.
            self.out.push('\n');
            for line in text.lines() {
                self.out += if line.is_empty() { "" } else { indent };
                self.out += line;
                self.out.push('\n');
            }
            self.out.push('\n');
        }
    }

    /// A block of code in the text itself, and how many of the lines after its beginning belong to it.
    fn fence(&mut self, indent: &str, info: &str, after: &[Line]) -> (Result<String>, usize) {
        let Some(end) = after.iter().position(|(_, line)| line.trim() == "```") else {
            return (Err(anyhow!("this code block never ends")), after.len());
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

    /// The expansion of a directive, and how many of the lines after it belong to it.
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
            "task" => {
                self.tasks += 1;
                task::write(self.chapter, self.tasks, directive.arguments, inside)
            }
            _ => Ok(html::fold(
                "instructor",
                "Questions to ask, errors to provoke, where classes get stuck",
                &self.apart(inside),
            )),
        };
        (text, end + 1)
    }

    /// The expansion of some lines by themselves.
    fn apart(&mut self, lines: &[Line]) -> String {
        let before = std::mem::take(&mut self.out);
        self.lines(lines);
        std::mem::replace(&mut self.out, before)
    }

    /// A line with its versions filled in.
    fn inline(&mut self, number: usize, line: &str) -> String {
        let text = versions(self.site, line);
        self.checked(number, text)
    }

    /// How long the part takes that begins with this line, if it's the heading of one.
    fn minutes(&mut self, line: &str) {
        let Some(heading) = line.strip_prefix("## ") else {
            return;
        };
        let mut parts = self.chapter.parts.iter();
        let part = parts.find(|part| part.id == heading_parts(heading).1);
        // The goal has the sum in its place.
        let Some(part) = part.filter(|part| part.id != "goal" && part.minutes() > 0) else {
            return;
        };
        let minutes = part.minutes();
        let own = if part.id == ON_THEIR_OWN {
            " on your own"
        } else {
            ""
        };
        let unit = if minutes == 1 { "minute" } else { "minutes" };
        self.out += &format!("\n<p class=\"minutes\">{minutes} {unit}{own}</p>\n");
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
        let rust =
            if Directive::alone(inside[versus].1).is_some_and(|found| found.arguments == "base") {
                "Rust, before this lesson"
            } else {
                "Rust"
            };
        let rust = column("rust", rust, &inside[versus + 1..]);
        // The style puts them side by side where so many letters fit.
        let letters = html::longest_line(&node) + html::longest_line(&rust);
        Ok(format!(
            "<div class=\"side\" style=\"--letters:{letters}\">\n\n{node}\n\n{rust}\n\n</div>"
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

/// The position of the `{{#end}}` for the directive that has just begun.
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

/// A line in which each `{{#version NAME}}` is replaced by the version.
fn versions(site: &Site, line: &str) -> Result<String> {
    let mut replaced = String::new();
    let mut rest = line;
    while let Some((before, _)) = rest.split_once("{{#") {
        let directive = Directive::first(&rest[before.len()..]);
        let (directive, after) = directive.context("`{{#` begins a directive that never ends")?;
        let name = directive.name;
        if name != "version" {
            bail!("`{{{{#{name}}}}}` is unknown, or has to be alone on its line");
        }
        let version = site.versions.newest(directive.arguments);
        replaced += before;
        replaced +=
            version.with_context(|| format!("there's no version of `{}`", directive.arguments))?;
        rest = after;
    }
    Ok(replaced + rest)
}
