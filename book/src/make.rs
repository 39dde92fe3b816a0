//! Building the book.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use course::lessons::root;
use mdbook_driver::{
    MDBook,
    book::{Book, BookItem},
    config::Config,
    errors::Error,
};
use mdbook_summary::parse_summary;
use tempfile::TempDir;
use wire::server::Log;

use crate::{
    checks::{
        self,
        prose::{self, Truth},
    },
    expand::expand,
    fault::Fault,
    finish,
    site::{Chapter, Site},
    summary, theme,
};

/// What is to be built.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The folder that the chapters are in; `book/text` if none is given.
    pub text: Option<PathBuf>,
    /// The folder that the pages are written to; `target/book` if none is given.
    pub destination: Option<PathBuf>,
    /// The path at which pages that are served wait for the next build.
    pub reload: Option<String>,
}

/// A book that is built.
#[derive(Debug)]
pub struct Built {
    /// The folder with its pages.
    pub folder: PathBuf,
    /// How many chapters it has.
    pub chapters: usize,
    /// How long it took.
    pub time: Duration,
    /// What is wrong with it, by file and line.
    pub faults: Vec<Fault>,
}

/// Builds the book in spite of what is wrong with it, which is left out.
///
/// # Errors
/// Something without which there is no book: its table of contents, its theme, a lesson.
pub fn build(options: &Options) -> Result<Built, String> {
    let begin = Instant::now();
    let pages = options.destination.clone();
    let pages = pages.unwrap_or_else(|| root().join("target/book"));
    // Beside the pages, and of this build alone: two at the same time do not disturb each other.
    let passing = passing(&pages).map_err(|error| format!("{}: {error}", pages.display()))?;
    let (theme, next) = (passing.path().join("theme"), passing.path().join("pages"));

    let (mut book, mut faults) = load(options, &theme, &next)?;
    let site = Site::read(chapters(&book.book))?;
    faults.extend(checks::skeleton::check(&site));
    faults.extend(checks::measured::check(&site)?);
    faults.extend(write_chapters(&site, &mut book.book)?);
    theme::write(&site, &theme)?;
    faults.extend(render(&book)?);
    finish::finish(&next, &finish::contents(&book.book), site.words)?;
    faults.extend(checks::links::check(&next, &site.chapters)?);

    // Who reads the old pages has them until the new ones are all there.
    replace(&next, &pages).map_err(|error| format!("{}: {error}", pages.display()))?;
    faults.sort();
    faults.dedup();
    Ok(Built {
        folder: pages,
        chapters: site.chapters.len(),
        time: begin.elapsed(),
        faults,
    })
}

/// A folder for what is there while the book is built.
fn passing(pages: &Path) -> io::Result<TempDir> {
    let folder = pages.parent().unwrap_or(pages);
    fs::create_dir_all(folder)?;
    TempDir::with_prefix_in("book-", folder)
}

/// Puts a folder into another one's place.
fn replace(new: &Path, old: &Path) -> io::Result<()> {
    if old.exists() {
        fs::remove_dir_all(old)?;
    }
    fs::rename(new, old)
}

/// The book as mdBook reads it, and what is wrong with its table of contents.
fn load(options: &Options, theme: &Path, pages: &Path) -> Result<(MDBook, Vec<Fault>), String> {
    let failed = |error: Error| format!("{error:#}");
    let folder = root().join("book");
    let mut config = Config::from_disk(folder.join("book.toml")).map_err(failed)?;
    if let Some(text) = &options.text {
        config.book.src.clone_from(text);
    }
    pages.clone_into(&mut config.build.build_dir);
    config.set("output.html.theme", theme).map_err(failed)?;
    if let Some(reload) = &options.reload {
        let set = config.set("output.html.live-reload-endpoint", reload);
        set.map_err(failed)?;
    }
    let (summary, faults) = summary::read(&folder.join(&config.book.src))?;
    let summary = parse_summary(&summary).map_err(failed)?;
    let book = MDBook::load_with_config_and_summary(folder, config, summary).map_err(failed)?;
    Ok((book, faults))
}

/// Puts what its directives stand for into each chapter, and gives what is wrong with them and with the prose.
fn write_chapters(site: &Site, book: &mut Book) -> Result<Vec<Fault>, String> {
    let truth = Truth::read(site)?;
    let mut faults = Vec::new();
    book.for_each_chapter_mut(|chapter| {
        let path = chapter.source_path.as_ref();
        let path = path.map(|path| path.to_string_lossy().into_owned());
        let mut chapters = site.chapters.iter();
        if let Some(ours) = chapters.find(|ours| Some(&ours.path) == path.as_ref()) {
            let (text, found) = expand(site, ours);
            chapter.content = text;
            faults.extend(found);
            faults.extend(prose::check(site, &truth, ours));
        }
    });
    Ok(faults)
}

/// Renders the chapters, and gives what mdBook warns of.
fn render(book: &MDBook) -> Result<Vec<Fault>, String> {
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
    let built = tracing::subscriber::with_default(subscriber, || book.build());
    built.map_err(|error| format!("{error:#}"))?;
    let faults = log.text();
    let faults = faults.lines().map(|words| Fault {
        file: "mdBook".to_owned(),
        line: 0,
        words: words.to_owned(),
    });
    Ok(faults.collect())
}

/// The chapters that have a file, in the order of the book.
fn chapters(book: &Book) -> Vec<Chapter> {
    let chapters = book.iter().filter_map(|item| match item {
        BookItem::Chapter(chapter) => {
            let path = chapter.source_path.as_ref()?;
            Some(Chapter::new(&path.to_string_lossy(), &chapter.content))
        }
        _ => None,
    });
    chapters.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with a book of one chapter.
    fn faults(chapter: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("text");
        fs::create_dir(&text).unwrap();
        fs::write(text.join("SUMMARY.md"), "# Book\n\n[A](a.md)\n").unwrap();
        fs::write(text.join("a.md"), chapter).unwrap();
        let built = build(&Options {
            text: Some(text),
            destination: Some(folder.path().join("book")),
            ..Options::default()
        })
        .unwrap();
        assert!(built.folder.join("a.html").is_file());
        let faults = built.faults.iter().map(ToString::to_string);
        // This book has no lessons.
        faults
            .filter(|fault| !fault.contains("has no chapter lessons/"))
            .collect()
    }

    #[test]
    fn a_book_without_faults_has_none() {
        let chapter = "# A {#a}\n\n{{#code 05/src/lib.rs app}}\n\n[here](#a), {{#version axum}}\n";
        assert_eq!(faults(chapter), Vec::<String>::new());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_chapter_and_line() {
        for (chapter, fault) in [
            ("# A {#a}\n\n{{#nada}}\n", "3: there is no `{{#nada}}`"),
            (
                "# A {#a}\n\n{{#code}}\n",
                "3: `{{#code}}` is asked for so: {{#code 05/src/lib.rs app}}",
            ),
            (
                "# A {#a}\n\n{{#code 05/src/nada.rs}}\n",
                "3: there is no file lessons/05-callbacks/src/nada.rs",
            ),
            (
                "# A {#a}\n\na {{#version nada}}\n",
                "3: Cargo.lock has no version of `nada`",
            ),
            (
                "# A {#a}\n\na {{#path lessons/nada}}\n",
                "3: there is no lessons/nada",
            ),
            (
                "# A {#a}\n\n{{#snapshot nada}}\n",
                "3: there is no snapshot tests/snapshots/nada.snap",
            ),
            (
                "# A {#a}\n\n{{#side}}\n",
                "3: `{{#side}}` needs an `{{#end}}`",
            ),
            ("# A {#a}\n\n{{#end}}\n", "3: `{{#end}}` ends nothing"),
            (
                "# A {#a}\n\n{{#question}}\na\n- [x] b\n{{#end}}\n",
                "5: an option says why it is right or wrong: `- [x] option — why`",
            ),
            (
                "# A {#a}\n\n[x](b.md)\n",
                "3: the link b.html leads nowhere: there is no such page",
            ),
            (
                "# A {#a}\n\n[x](#b)\n",
                "3: the link #b leads nowhere: the page has no id `b`",
            ),
            ("# A {#a}\n\n`just nada`\n", "3: there is no `just nada`"),
        ] {
            assert_eq!(
                faults(chapter),
                [format!("book/text/a.md:{fault}")],
                "{chapter}"
            );
        }
        let fence = faults("# A {#a}\n\n```rust\nx\n```\n");
        assert!(
            fence[0].starts_with("book/text/a.md:3: code is included"),
            "{fence:?}"
        );
    }

    #[test]
    fn what_mdbook_warns_of_is_a_fault() {
        let faults = faults("# A {#a}\n\n<b>\n");
        assert!(
            faults
                .iter()
                .any(|fault| fault.contains("unclosed HTML tag `<b>`")),
            "{faults:?}"
        );
    }
}
