//! Checks links: each leads to an existing page and id, and no page loads anything from another host.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use html5ever::{
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
        states::RawKind,
    },
};

use crate::{fault::Fault, site::Chapter};

/// A page's links, and the ids that it offers for links.
#[derive(Default)]
struct Page {
    ids: BTreeSet<String>,
    /// Ids that occur twice in the page.
    twice: Vec<String>,
    /// The names of elements, and what they link to or load.
    links: Vec<(String, String)>,
    has_box: bool,
}

impl Page {
    fn read(html: &str) -> Self {
        let reader = Tokenizer::new(Reader::default(), TokenizerOpts::default());
        let input = BufferQueue::default();
        input.push_back(StrTendril::from(html));
        // Scripts don't run, so the parser never stops at one.
        while let html5ever::TokenizerResult::Script(()) = reader.feed(&input) {}
        reader.end();
        reader.sink.0.into_inner()
    }
}

/// Collects a page from its tags.
#[derive(Default)]
struct Reader(RefCell<Page>);

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let Token::TagToken(tag) = token else {
            return TokenSinkResult::Continue;
        };
        if tag.kind == TagKind::EndTag {
            return TokenSinkResult::Continue;
        }
        let mut page = self.0.borrow_mut();
        for attribute in &tag.attrs {
            let value = attribute.value.to_string();
            match &*attribute.name.local {
                "href" | "src" => page.links.push((tag.name.to_string(), value)),
                "id" if page.ids.contains(&value) => page.twice.push(value),
                "id" => drop(page.ids.insert(value)),
                "type" => page.has_box |= value == "checkbox",
                _ => {}
            }
        }
        match &*tag.name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" => TokenSinkResult::RawData(RawKind::Rawtext),
            _ => TokenSinkResult::Continue,
        }
    }
}

/// The faults in the links of the chapters' pages in a folder.
pub fn check(folder: &Path, chapters: &[Chapter]) -> Result<Vec<Fault>> {
    let folder = folder.canonicalize()?;
    let mut pages = BTreeMap::new();
    for chapter in chapters {
        let file = folder.join(&chapter.path).with_extension("html");
        let html = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        pages.insert(file, (chapter, Page::read(&html)));
    }
    let mut faults = Vec::new();
    for (file, (chapter, page)) in &pages {
        let mut fault = |link: &str, words: &str| {
            faults.push(chapter.fault(line(chapter, link), words));
        };
        for id in &page.twice {
            fault(id, &format!("the id `{id}` occurs twice in this page"));
        }
        if page.has_box {
            fault("- [", "a box to tick belongs in a {{#question}}");
        }
        for (element, link) in &page.links {
            if let Err(error) = follow(file, element, link, &pages) {
                fault(link, &error.to_string());
            }
        }
    }
    Ok(faults)
}

/// Follows a link.
fn follow(
    from: &Path,
    element: &str,
    link: &str,
    pages: &BTreeMap<PathBuf, (&Chapter, Page)>,
) -> Result<()> {
    if link.contains("://") || link.starts_with("//") {
        ensure!(element == "a", "the page loads {link} from another host");
        return Ok(());
    }
    if link.starts_with("mailto:") || link.starts_with("data:") {
        return Ok(());
    }
    let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
    let target = match path {
        "" => from.to_owned(),
        path => from.with_file_name(path),
    };
    let target = target.canonicalize().ok().filter(|target| target.is_file());
    let Some(target) = target else {
        bail!("the link {link} leads nowhere: there's no such page");
    };
    ensure!(
        fragment.is_empty()
            || pages
                .get(&target)
                .is_none_or(|(_, page)| page.ids.contains(fragment)),
        "the link {link} leads nowhere: the page has no id `{fragment}`"
    );
    Ok(())
}

/// The line of a link in its chapter; 0 if the link is generated.
fn line(chapter: &Chapter, link: &str) -> usize {
    let written = link.replace(".html", ".md");
    let mut lines = (1..).zip(chapter.text.lines());
    let found = lines.find(|(_, line)| line.contains(&written));
    found.map_or(0, |(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(pages: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let mut chapters = Vec::new();
        for (path, html) in pages {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, html).unwrap();
            let path = path.replace(".html", ".md");
            chapters.push(Chapter::new(&path, "one\n[x](b.md#nada)\n"));
        }
        let faults = check(folder.path(), &chapters).unwrap();
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn links_to_existing_pages_and_ids_are_fine() {
        let pages = [
            (
                "a.html",
                "<!-- <a href=\"no\"> --><a href=\"lessons/b.html#x\"><a href=\"https://example.com/\"><script>'<p id=\"no\"><p id=\"no\">'</script>",
            ),
            (
                "lessons/b.html",
                "<p id=\"x\"><a href=\"../a.html\"><a href=\"#x\">",
            ),
        ];
        assert_eq!(faults(&pages), Vec::<String>::new());
    }

    #[test]
    fn a_link_that_leads_nowhere_is_a_fault_with_its_line() {
        let pages = [
            ("a.html", "<a href=\"b.html#nada\">"),
            ("b.html", "<a href=\"c.html\">"),
        ];
        assert_eq!(
            faults(&pages),
            [
                "book/text/a.md:2: the link b.html#nada leads nowhere: the page has no id `nada`",
                "book/text/b.md: the link c.html leads nowhere: there's no such page"
            ]
        );
    }

    #[test]
    fn another_host_a_repeated_id_and_a_box_to_tick_are_faults() {
        let page = "<img src=\"https://example.com/a.png\"><p id=\"a\"><p id=\"a\"><input type=\"checkbox\">";
        assert_eq!(
            faults(&[("a.html", page)]),
            [
                "book/text/a.md:2: the id `a` occurs twice in this page",
                "book/text/a.md: a box to tick belongs in a {{#question}}",
                "book/text/a.md: the page loads https://example.com/a.png from another host",
            ]
        );
    }
}
