//! A chapter as its author wrote it becomes the Markdown that mdBook renders.

use crate::{
    checks::fence,
    directive::Directive,
    fault::Fault,
    html,
    parts::{self, code, inline},
    site::{Chapter, Site},
    words::fill,
};

/// A line of a chapter, and its number in the file.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    /// From 1 on.
    pub number: usize,
    /// Without its end.
    pub text: &'a str,
}

/// A chapter with its directives expanded, and what is wrong with them; what is wrong is left out.
#[must_use]
pub fn expand(site: &Site, chapter: &Chapter) -> (String, Vec<Fault>) {
    let lines: Vec<_> = (1..)
        .zip(chapter.text.lines())
        .map(|(number, text)| Line { number, text })
        .collect();
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
    fn fault(&mut self, line: usize, words: impl Into<String>) {
        self.faults.push(Fault {
            file: format!("book/text/{}", self.chapter.path),
            line,
            words: words.into(),
        });
    }

    fn lines(&mut self, lines: &[Line]) {
        let mut rest = lines;
        while let Some((line, after)) = rest.split_first() {
            rest = after;
            if let Some(fence) = fence::opens(line.text) {
                rest = self.fence(*line, &fence, after);
            } else if let Some(directive) = Directive::alone(line.text)
                && !inline::NAMES.contains(&directive.name)
            {
                rest = self.directive(*line, directive, after);
            } else {
                let text = self.inline(*line);
                self.out += &text;
                self.out.push('\n');
            }
        }
    }

    /// A block of code that its author typed. Gives the lines after it.
    fn fence<'a>(
        &mut self,
        line: Line,
        fence: &fence::Fence,
        after: &'a [Line<'a>],
    ) -> &'a [Line<'a>] {
        let Some(end) = after.iter().position(|line| fence.closes(line.text)) else {
            self.fault(line.number, "this code block has no end");
            return &[];
        };
        if let Err(words) = fence.check() {
            self.fault(line.number, words);
        }
        let inside: Vec<_> = after[..end].iter().map(|line| self.inline(*line)).collect();
        let inside: Vec<_> = inside.iter().map(|text| fence.inside(text)).collect();
        let figure = code::block(fence.language(), &inside.join("\n"));
        self.block(fence.indent(), &figure);
        &after[end + 1..]
    }

    /// Something that stands alone between empty lines, as far to the right as what asked for it.
    fn block(&mut self, indent: &str, text: &str) {
        self.out.push('\n');
        for line in text.lines() {
            if !line.is_empty() {
                self.out += indent;
            }
            self.out += line;
            self.out.push('\n');
        }
        self.out.push('\n');
    }

    fn inline(&mut self, line: Line) -> String {
        match inline::replace(self.site, self.chapter, line.text) {
            Ok(text) => text,
            Err(words) => {
                self.fault(line.number, words);
                String::new()
            }
        }
    }

    /// A directive that stands alone. Gives the lines after it, and after what it contains.
    fn directive<'a>(
        &mut self,
        line: Line,
        directive: Directive,
        after: &'a [Line<'a>],
    ) -> &'a [Line<'a>] {
        let indent = &line.text[..line.text.len() - line.text.trim_start().len()];
        if !matches!(directive.name, "side" | "question" | "instructor") {
            match parts::write(self.site, self.chapter, directive) {
                Ok(text) => self.block(indent, &text),
                Err(words) => self.fault(line.number, words),
            }
            return after;
        }
        let Some(end) = end_of(after) else {
            self.fault(
                line.number,
                format!("`{{{{#{}}}}}` needs an `{{{{#end}}}}`", directive.name),
            );
            return &[];
        };
        let inside = &after[..end];
        match directive.name {
            "side" => self.side(line, inside),
            "question" => self.question(line, inside),
            _ => {
                let inside = self.apart(inside);
                let fold = html::fold("instructor", self.site.words.instructor, &inside);
                self.block("", &fold);
            }
        }
        &after[end + 1..]
    }

    /// What some lines become, apart from what surrounds them.
    fn apart(&mut self, lines: &[Line]) -> String {
        let before = std::mem::take(&mut self.out);
        self.lines(lines);
        std::mem::replace(&mut self.out, before)
    }

    fn side(&mut self, line: Line, inside: &[Line]) {
        let is_versus = |line: &Line| {
            Directive::alone(line.text).is_some_and(|directive| directive.name == "versus")
        };
        let Some(versus) = inside.iter().position(is_versus) else {
            self.fault(
                line.number,
                "`{{#side}}` needs a `{{#versus}}` between Node and Rust",
            );
            return;
        };
        let (node, rust) = (
            self.apart(&inside[..versus]),
            self.apart(&inside[versus + 1..]),
        );
        let words = self.site.words;
        let column = |class: &str, name: &str, inside: &str| {
            format!(
                "<div class=\"{class}\" role=\"group\" aria-label=\"{name}\"><p class=\"column\">{name}</p>\n\n{}\n\n</div>",
                inside.trim_matches('\n')
            )
        };
        let text = format!(
            "<div class=\"side\">\n\n{}\n\n{}\n\n</div>",
            column("node", words.node, &node),
            column("rust", words.rust, &rust)
        );
        self.block("", &text);
    }

    fn question(&mut self, line: Line, inside: &[Line]) {
        self.questions += 1;
        let options = inside.iter().position(|line| line.text.starts_with("- ["));
        let Some(options) = options else {
            self.fault(line.number, "a question needs options: `- [x] right — why`");
            return;
        };
        let stem = self.apart(&inside[..options]);
        let mut listed = Vec::new();
        for line in &inside[options..] {
            let text = self.inline(*line);
            if text.starts_with("- [") {
                listed.push((line.number, text));
            } else if let Some((_, option)) = listed.last_mut()
                && !text.trim().is_empty()
            {
                *option += &format!(" {}", text.trim());
            }
        }
        let title = fill(self.site.words.question, &[&self.questions.to_string()]);
        match parts::question::write(self.site.words, &title, &stem, &listed) {
            Ok(text) => self.block("", &text),
            Err((number, words)) => self.fault(number, words),
        }
    }
}

/// Where the `{{#end}}` of what has just begun is.
fn end_of(lines: &[Line]) -> Option<usize> {
    let mut open = 1;
    for (at, line) in lines.iter().enumerate() {
        match Directive::alone(line.text).map(|directive| directive.name) {
            Some("side" | "question" | "instructor") => open += 1,
            Some("end") => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
    }
    None
}
