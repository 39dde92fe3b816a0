//! Builds the book.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use course::lessons::{self, root};
use mdbook_driver::{MDBook, config::Config};
use mdbook_summary::parse_summary;
use tempfile::TempDir;
use wire::server::Log;

use crate::{
    checks::{constructs, links, measured, prose, skeleton},
    expand::expand,
    fault::Fault,
    minutes, pages,
    site::{Chapter, Site},
    summary,
};

/// The chapters to build, and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The folder with the chapters; by default `book/text`.
    pub text: Option<PathBuf>,
    /// The folder for the pages; by default `target/book`.
    pub destination: Option<PathBuf>,
    /// The path on which served pages wait for the next build.
    pub reload: Option<String>,
}

/// A built book.
#[derive(Debug)]
pub struct Built {
    /// The folder with its pages.
    pub folder: PathBuf,
    /// The number of chapters.
    pub chapters: usize,
    /// How long it took.
    pub time: Duration,
    /// Its faults, by file and line.
    pub faults: Vec<Fault>,
}

/// Builds the book, leaving out what's faulty. Only fails without the essentials: its table of contents, its theme, the
/// lessons.
pub fn build(options: &Options) -> Result<Built> {
    let begin = Instant::now();
    let pages = options.destination.clone();
    let pages = pages.unwrap_or_else(|| root().join("target/book"));
    // Beside the pages, and only for this build, so that two builds at the same time don't disturb each other.
    let beside = pages.parent().unwrap_or(&pages);
    fs::create_dir_all(beside).with_context(|| beside.display().to_string())?;
    let passing = TempDir::with_prefix_in("book-", beside)?;
    let next = passing.path().join("pages");

    let folder = root().join("book");
    let text = options.text.clone();
    let text = text.unwrap_or_else(|| folder.join("text"));
    let mut config = Config::from_disk(folder.join("book.toml"))?;
    config.book.src.clone_from(&text);
    config.build.build_dir.clone_from(&next);
    if let Some(reload) = &options.reload {
        config.set("output.html.live-reload-endpoint", reload)?;
    }
    let summary = parse_summary(&summary::read(&text, &lessons::all()?)?)?;
    let mut book = MDBook::load_with_config_and_summary(folder, config, summary)?;

    let chapters = book.book.chapters().filter_map(|chapter| {
        let path = chapter.source_path.as_ref()?.to_string_lossy();
        Some(Chapter::new(&path.replace('\\', "/"), &chapter.content))
    });
    let mut site = Site::read(chapters.collect())?;
    let parts = site.chapters.iter();
    let parts: Vec<_> = parts
        .map(|chapter| minutes::measure(&site, chapter))
        .collect();
    for (chapter, parts) in site.chapters.iter_mut().zip(parts) {
        if !parts.is_empty() {
            chapter.set_parts(parts);
        }
    }
    let mut faults = summary::check(&text, &site.chapters)?;
    faults.extend(skeleton::check(&site));
    faults.extend(measured::check(&site)?);
    faults.extend(constructs::check(&site)?);
    let justfile = site.text("justfile")?;
    let mut ours = site.chapters.iter();
    book.book.for_each_chapter_mut(|chapter| {
        let Some(ours) = ours.next() else { return };
        let (text, found) = expand(&site, ours);
        chapter.content = text;
        faults.extend(found);
        faults.extend(prose::check(&site, &justfile, ours));
    });
    faults.extend(render(&book)?);
    pages::finish(&site, &next, &book.book)?;
    faults.extend(links::check(&next, &site.chapters)?);

    // Readers see the old pages until all of the new ones are there.
    if pages.exists() {
        fs::remove_dir_all(&pages).with_context(|| pages.display().to_string())?;
    }
    fs::rename(&next, &pages).with_context(|| pages.display().to_string())?;
    faults.sort();
    faults.dedup();
    Ok(Built {
        folder: pages,
        chapters: site.chapters.len(),
        time: begin.elapsed(),
        faults,
    })
}

/// Renders the chapters, and returns mdBook's warnings.
fn render(book: &MDBook) -> Result<Vec<Fault>> {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_ansi(false)
        .without_time()
        .with_level(false)
        .with_target(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || book.build())?;
    let log = log.text();
    let faults = log.lines().map(|words| Fault::new("mdBook", 0, words));
    Ok(faults.collect())
}

impl Built {
    /// Prints where the book is, and its faults.
    pub fn report(&self) {
        for fault in &self.faults {
            eprintln!("{fault}");
        }
        let folder = self.folder.strip_prefix(root()).unwrap_or(&self.folder);
        println!(
            "{} chapters in {:.1} s: {}{}",
            self.chapters,
            self.time.as_secs_f64(),
            folder.join("index.html").display(),
            match self.faults.len() {
                0 => String::new(),
                1 => ", with the fault above".to_owned(),
                count => format!(", with the {count} faults above"),
            }
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The faults of a book with these chapters: `0.md`, `1.md` and so on.
    fn faults(chapters: &[&str]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("text");
        fs::create_dir(&text).unwrap();
        let mut summary = "# Book\n\n".to_owned();
        for (number, chapter) in chapters.iter().enumerate() {
            summary += &format!("- [A](a{number}.md)\n");
            fs::write(text.join(format!("a{number}.md")), chapter).unwrap();
        }
        fs::write(text.join("SUMMARY.md"), summary).unwrap();
        let built = build(&Options {
            text: Some(text),
            destination: Some(folder.path().join("book")),
            reload: None,
        })
        .unwrap();
        assert!(built.folder.join("a0.html").is_file());
        let faults = built.faults.iter().map(ToString::to_string);
        // This book has no lessons.
        faults
            .filter(|fault| !fault.contains("has no chapter book/text/lessons/"))
            .filter(|fault| !fault.starts_with("CONTRIBUTING.md"))
            .collect()
    }

    #[test]
    fn a_correct_book_has_no_faults() {
        let chapter = "# A {#a}\n\n{{#code 05/src/lib.rs app}}\n\n[here](#a), {{#version axum}}\n";
        assert_eq!(faults(&[chapter]), Vec::<String>::new());
    }

    #[test]
    fn faults_name_their_chapter_and_line() {
        let wrong = [
            ("{{#nada}}", "there's no `{{#nada}}`"),
            (
                "{{#code}}",
                "`{{#code}}` is written like this: {{#code 05/src/lib.rs app}}",
            ),
            (
                "{{#code 05/src/nada.rs}}",
                "there's no file lessons/05-callbacks/src/nada.rs",
            ),
            ("a {{#version nada}}", "there's no version of `nada`"),
            (
                "a {{#total}}",
                "`{{#total}}` is unknown, or has to be alone on its line",
            ),
            (
                "{{#minutes x}}",
                "`{{#minutes 5}}` needs a number: invalid digit found in string",
            ),
            (
                "{{#snapshot nada}}",
                "there is no snapshot tests/snapshots/nada.snap",
            ),
            ("{{#side}}", "`{{#side}}` needs an `{{#end}}`"),
            (
                "{{#side}}\n{{#end}}",
                "`{{#side}}` needs a `{{#versus}}` between Node and Rust",
            ),
            ("{{#end}}", "`{{#end}}` ends nothing"),
            (
                "{{#question}}\na\n- [x] b\n{{#end}}",
                "`- [x] b` doesn't say why it's right or wrong: `- [x] option — why`",
            ),
            (
                "{{#question}}\na\n{{#end}}",
                "a question needs options: `- [x] right — why`",
            ),
            (
                "[x](b.md)",
                "the link b.html leads nowhere: there's no such page",
            ),
            (
                "[x](#b)",
                "the link #b leads nowhere: the page has no id `b`",
            ),
            ("`just nada`", "there's no `just nada`"),
            ("```sh,illustrative\nx", "this code block never ends"),
        ];
        let chapters = wrong.map(|(text, _)| format!("# A {{#a}}\n\n{text}\n"));
        let mut expected: Vec<_> = (0..)
            .zip(wrong)
            .map(|(number, (_, fault))| format!("book/text/a{number}.md:3: {fault}"))
            .collect();
        expected.sort();
        let mut faults = faults(&chapters.each_ref().map(String::as_str));
        faults.sort();
        assert_eq!(faults, expected);
    }

    #[test]
    fn mdbooks_warnings_are_faults() {
        let faults = faults(&["# A {#a}\n\n<b>\n"]);
        let warned = |fault: &String| fault.contains("unclosed HTML tag `<b>`");
        assert!(faults.iter().any(warned), "{faults:?}");
    }
}
