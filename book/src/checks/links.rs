//! Links: each leads to a page and a place that are there, and no page loads anything from another host.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Component, Path, PathBuf},
};

use crate::{
    fault::Fault,
    finish::pages,
    page::{self, Tag},
    site::Chapter,
};

/// What is wrong with the links of the pages in a folder. Those of `index.html` and `print.html` are copies.
///
/// # Errors
/// A page cannot be read.
pub fn check(folder: &Path, chapters: &[Chapter]) -> Result<Vec<Fault>, String> {
    let mut files = BTreeMap::new();
    for file in pages(folder)? {
        let html =
            fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        files.insert(file, page::tags(&html));
    }
    let mut faults = Vec::new();
    for (file, tags) in &files {
        let name = file.strip_prefix(folder).unwrap_or(file);
        let path = name
            .with_extension("md")
            .to_string_lossy()
            .replace('\\', "/");
        let Some(chapter) = chapters.iter().find(|chapter| chapter.path == path) else {
            continue;
        };
        let mut fault = |link: &str, words: String| {
            faults.push(Fault {
                file: format!("book/text/{path}"),
                line: line(chapter, link),
                words,
            });
        };
        for id in page::ids(tags).1 {
            fault(id, format!("the id `{id}` stands in this page twice"));
        }
        for tag in tags {
            if tag.name == "input" && tag.attribute("type") == Some("checkbox") {
                fault(
                    "- [",
                    "a box to tick belongs into a {{#question}}".to_owned(),
                );
            }
            for link in ["href", "src"]
                .iter()
                .filter_map(|name| tag.attribute(name))
            {
                if let Err(words) = follow(file, tag, link, &files) {
                    fault(link, words);
                }
            }
        }
    }
    Ok(faults)
}

/// Goes where a link leads.
fn follow(
    from: &Path,
    tag: &Tag,
    link: &str,
    files: &BTreeMap<PathBuf, Vec<Tag>>,
) -> Result<(), String> {
    if link.contains("://") || link.starts_with("//") {
        return match &*tag.name {
            "a" => Ok(()),
            _ => Err(format!("the page loads {link} from another host")),
        };
    }
    if link.starts_with("mailto:") || link.starts_with("data:") {
        return Ok(());
    }
    let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() {
        from.to_owned()
    } else {
        plain(&from.parent().unwrap_or(from).join(path))
    };
    let ids: Option<BTreeSet<&str>> = files.get(&target).map(|tags| page::ids(tags).0);
    match ids {
        None if target.is_file() => Ok(()),
        None => Err(format!(
            "the link {link} leads nowhere: there is no such page"
        )),
        Some(ids) if fragment.is_empty() || ids.contains(fragment) => Ok(()),
        Some(_) => Err(format!(
            "the link {link} leads nowhere: the page has no id `{fragment}`"
        )),
    }
}

/// A path without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            component => plain.push(component),
        }
    }
    plain
}

/// The line of a chapter in which a link stands; 0 where it was generated.
fn line(chapter: &Chapter, link: &str) -> usize {
    let written = link.replace(".html", ".md");
    let position = chapter
        .text
        .lines()
        .position(|line| line.contains(&written));
    position.map_or(0, |position| position + 1)
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
            chapters.push(Chapter::new(
                &path.replace(".html", ".md"),
                "one\n[x](b.md#nada)\n",
            ));
        }
        let faults = check(folder.path(), &chapters).unwrap();
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_link_and_a_fragment_that_lead_somewhere_are_right() {
        let pages = [
            (
                "a.html",
                "<a href=\"lessons/b.html#x\"><a href=\"https://example.com/\">",
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
                "book/text/b.md: the link c.html leads nowhere: there is no such page"
            ]
        );
    }

    #[test]
    fn another_host_an_id_that_stands_twice_and_a_box_are_faults() {
        let page = "<img src=\"https://example.com/a.png\"><p id=\"a\"><p id=\"a\"><input type=\"checkbox\">";
        let faults = faults(&[("a.html", page)]);
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(faults[0].contains("twice"), "{faults:?}");
        assert!(faults[1].contains("from another host"), "{faults:?}");
    }
}
