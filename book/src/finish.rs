//! What is done to the pages when mdBook has written them: each gets the table of contents, and what no page
//! loads goes away.

use std::{
    fs,
    path::{Path, PathBuf},
};

use mdbook_driver::book::{Book, BookItem};

use crate::{html::escape, page, theme, words::Words};

/// An entry of the table of contents.
pub enum Entry {
    /// The title of what follows.
    Part(String),
    /// A chapter: its name and its page.
    Chapter(String, String),
}

/// The table of contents of a book.
#[must_use]
pub fn contents(book: &Book) -> Vec<Entry> {
    let entries = book.iter().filter_map(|item| match item {
        BookItem::PartTitle(title) => Some(Entry::Part(title.clone())),
        BookItem::Chapter(chapter) => {
            let page = chapter.path.as_ref()?.with_extension("html");
            Some(Entry::Chapter(
                chapter.name.clone(),
                page.to_string_lossy().replace('\\', "/"),
            ))
        }
        BookItem::Separator => None,
    });
    entries.collect()
}

/// Finishes the pages in a folder.
///
/// # Errors
/// A page cannot be read or written.
pub fn finish(folder: &Path, contents: &[Entry], words: &Words) -> Result<(), String> {
    for name in theme::UNUSED {
        // Another version of mdBook may not write it.
        fs::remove_file(folder.join(name)).ok();
    }
    fs::remove_dir(folder.join("fonts")).ok();
    for file in pages(folder)? {
        let failed = |error: std::io::Error| format!("{}: {error}", file.display());
        let html = fs::read_to_string(&file).map_err(failed)?;
        let name = file.strip_prefix(folder).unwrap_or(&file);
        let name = name.to_string_lossy().replace('\\', "/");
        let list = list(contents, &name, &page::headings(&html), words);
        fs::write(&file, html.replacen("<!--contents-->", &list, 1)).map_err(failed)?;
    }
    Ok(())
}

/// The pages in a folder and below it.
///
/// # Errors
/// It cannot be read.
pub fn pages(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            found.extend(pages(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "html") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The table of contents for one page, with the headings of that page.
fn list(contents: &[Entry], page: &str, headings: &[(String, String)], words: &Words) -> String {
    let root = "../".repeat(page.matches('/').count());
    let first = contents.iter().find_map(|entry| match entry {
        Entry::Chapter(_, chapter) => Some(&**chapter),
        Entry::Part(_) => None,
    });
    // `index.html` is the first chapter once more.
    let page = if page == "index.html" {
        first.unwrap_or(page)
    } else {
        page
    };
    let mut list = String::from("<ul>");
    for entry in contents {
        match entry {
            Entry::Part(title) => list += &format!("</ul><p>{}</p><ul>", escape(title)),
            Entry::Chapter(name, chapter) if chapter == page => {
                let name = escape(name);
                list += &format!(
                    "<li><a href=\"{root}{chapter}\" aria-current=\"page\">{name}</a><ul>"
                );
                for (id, words) in headings {
                    list += &format!("<li><a href=\"#{id}\">{words}</a></li>");
                }
                list += "</ul></li>";
            }
            Entry::Chapter(name, chapter) => {
                list += &format!("<li><a href=\"{root}{chapter}\">{}</a></li>", escape(name));
            }
        }
    }
    let whole = escape(words.on_page("whole").unwrap_or_default());
    list += &format!("</ul><p><a href=\"{root}print.html\">{whole}</a></p>");
    list.replace("<ul></ul>", "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::ENGLISH;

    #[test]
    fn the_contents_show_where_the_reader_is() {
        let contents = [
            Entry::Chapter("A".to_owned(), "a.html".to_owned()),
            Entry::Part("Lessons".to_owned()),
            Entry::Chapter("B & C".to_owned(), "lessons/b.html".to_owned()),
        ];
        let headings = [("x".to_owned(), "X".to_owned())];
        let list = list(&contents, "lessons/b.html", &headings, &ENGLISH);
        assert!(list.contains("<a href=\"../a.html\">A</a>"), "{list}");
        assert!(list.contains("<p>Lessons</p>"), "{list}");
        assert!(
            list.contains(
                "aria-current=\"page\">B &amp; C</a><ul><li><a href=\"#x\">X</a></li></ul>"
            ),
            "{list}"
        );
    }
}
