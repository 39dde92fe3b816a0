//! Building the book.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use contract::lessons::root;
use mdbook_driver::{
    MDBook,
    book::{Book, BookItem},
    config::Config,
};

use mdbook_summary::parse_summary;

use crate::{
    checks,
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
    /// What is wrong with it, in the order of the chapters.
    pub faults: Vec<Fault>,
}

/// Builds the book in spite of what is wrong with it, which is left out.
///
/// # Errors
/// Something without which there is no book: its table of contents, its theme, a lesson.
pub fn build(options: &Options) -> Result<Built, String> {
    let begin = Instant::now();
    let folder = root().join("book");
    let (mut book, mut faults) = load(&folder, options)?;
    let site = Site::read(chapters(&book.book))?;
    faults.extend(checks::skeleton::check(&site));
    let truth = checks::prose::Truth::read(&site)?;
    book.book.for_each_chapter_mut(|chapter| {
        let path = chapter.source_path.as_ref();
        let path = path.map(|path| path.to_string_lossy().into_owned());
        let ours = site
            .chapters
            .iter()
            .find(|ours| Some(&ours.path) == path.as_ref());
        if let Some(ours) = ours {
            let (text, found) = expand(&site, ours);
            chapter.content = text;
            faults.extend(found);
            faults.extend(checks::prose::check(&site, &truth, ours));
        }
    });
    let theme = beside(options, "theme");
    theme::write(&site, &theme)?;
    book.build().map_err(|error| format!("{error:#}"))?;
    fs::remove_dir_all(&theme).map_err(|error| format!("{}: {error}", theme.display()))?;
    let next = book.build_dir_for("html");
    finish::finish(&next, &finish::contents(&book.book), site.words)?;
    faults.extend(checks::links::check(&next, &site.chapters)?);
    // Who reads the old pages has them until the new ones are all there.
    let pages = destination(options);
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

/// The folder for the pages.
fn destination(options: &Options) -> PathBuf {
    let destination = options.destination.clone();
    destination.unwrap_or_else(|| root().join("target/book"))
}

/// A folder for what is there while the book is built.
fn beside(options: &Options, name: &str) -> PathBuf {
    destination(options).with_added_extension(name)
}

/// Puts a folder into another one's place.
fn replace(new: &Path, old: &Path) -> io::Result<()> {
    if old.exists() {
        fs::remove_dir_all(old)?;
    }
    fs::rename(new, old)
}

/// The book as mdBook reads it, and what is wrong with its table of contents.
fn load(folder: &Path, options: &Options) -> Result<(MDBook, Vec<Fault>), String> {
    let mut config =
        Config::from_disk(folder.join("book.toml")).map_err(|error| format!("{error:#}"))?;
    if let Some(text) = &options.text {
        config.book.src.clone_from(text);
    }
    config.build.build_dir = beside(options, "next");
    let set = config.set("output.html.theme", beside(options, "theme"));
    set.map_err(|error| format!("{error:#}"))?;
    if let Some(reload) = &options.reload {
        let set = config.set("output.html.live-reload-endpoint", reload);
        set.map_err(|error| format!("{error:#}"))?;
    }
    let (summary, faults) = summary::read(&folder.join(&config.book.src))?;
    let summary = parse_summary(&summary).map_err(|error| format!("{error:#}"))?;
    let book = MDBook::load_with_config_and_summary(folder, config, summary)
        .map_err(|error| format!("{error:#}"))?;
    Ok((book, faults))
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
