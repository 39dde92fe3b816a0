//! Finishes the pages that mdBook has written: adds the table of contents, and removes files that no page loads.

use std::{fs, path::Path, sync::LazyLock};

use anyhow::{Context, Result};
use mdbook_driver::book::{Book, BookItem};
use regex::Regex;
use walkdir::WalkDir;

use crate::{html::escape, site::Site};

/// Files that mdBook writes but our pages don't load. Other versions of mdBook may not write all of them.
const UNUSED: [&str; 10] = [
    ".nojekyll",
    "ayu-highlight.css",
    "clipboard.min.js",
    "favicon.png",
    "fonts/fonts.css",
    "highlight.css",
    "highlight.js",
    "toc.html",
    "toc.js",
    "tomorrow-night.css",
];

/// A second-level heading, as mdBook writes it: its id and its content, as HTML.
static HEADING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("<h2 id=\"([^\"]+)\"><a class=\"header\" href=\"[^\"]+\">(.*?)</a></h2>")
        .expect("the pattern is valid")
});

/// Finishes the pages in a folder.
pub fn finish(site: &Site, folder: &Path, book: &Book) -> Result<()> {
    for name in UNUSED {
        fs::remove_file(folder.join(name)).ok();
    }
    fs::remove_dir(folder.join("fonts")).ok();
    // The same look as the lessons' pages: their icon and colours, plus the book's own.
    let put = |name: &str, text: &str| fs::write(folder.join(name), text).context(name.to_owned());
    put("favicon.svg", &site.text("public/shared/icon.svg")?)?;
    let colors = site.text("public/shared/colors.css")?;
    let ours = site.text("book/theme/css/variables.css")?;
    put("css/variables.css", &(colors + &ours))?;
    for name in files(folder, "html")? {
        let html = fs::read_to_string(folder.join(&name)).context(name.clone())?;
        let contents = contents(book, &name, &html);
        put(&name, &html.replacen("<!--contents-->", &contents, 1))?;
    }
    Ok(())
}

/// The files of a kind in a folder and its subfolders, sorted: `lessons/05-callbacks.html`.
pub fn files(folder: &Path, ending: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if entry
            .path()
            .extension()
            .is_some_and(|other| other == ending)
        {
            let name = entry.path().strip_prefix(folder)?;
            found.push(name.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(found)
}

/// The table of contents for one page, with the headings of that page.
fn contents(book: &Book, page: &str, html: &str) -> String {
    let root = "../".repeat(page.matches('/').count());
    let mut list = String::from("<ul>");
    // `index.html` is a copy of the first chapter.
    let mut is_first = true;
    for item in book.iter() {
        match item {
            BookItem::PartTitle(title) => {
                list += &format!("</ul><p>{}</p><ul>", escape(title));
            }
            BookItem::Chapter(chapter) => {
                let Some(path) = &chapter.path else { continue };
                let name = escape(&chapter.name);
                let link = path.with_extension("html");
                let link = link.to_string_lossy().replace('\\', "/");
                if link == page || is_first && page == "index.html" {
                    list += &format!(
                        "<li><a href=\"{root}{link}\" aria-current=\"page\">{name}</a><ul>"
                    );
                    for (_, [id, words]) in HEADING.captures_iter(html).map(|found| found.extract())
                    {
                        list += &format!("<li><a href=\"#{id}\">{words}</a></li>");
                    }
                    list += "</ul></li>";
                } else {
                    list += &format!("<li><a href=\"{root}{link}\">{name}</a></li>");
                }
                is_first = false;
            }
            BookItem::Separator => {}
        }
    }
    list += &format!("</ul><p><a href=\"{root}print.html\">The whole book on one page</a></p>");
    list.replace("<ul></ul>", "")
}

#[cfg(test)]
mod tests {
    use mdbook_driver::book::Chapter;

    use super::*;

    #[test]
    fn the_contents_show_where_the_reader_is() {
        let chapter = |name, path| Chapter::new(name, String::new(), path, Vec::new());
        let mut book = Book::new();
        book.push_item(chapter("A", "a.md"))
            .push_item(BookItem::PartTitle("Lessons".to_owned()))
            .push_item(chapter("B & C", "lessons/b.md"));
        let html = "<h2 id=\"x\"><a class=\"header\" href=\"#x\">X <code>y</code></a></h2>";
        let list = contents(&book, "lessons/b.html", html);
        assert!(list.contains("<a href=\"../a.html\">A</a>"), "{list}");
        assert!(list.contains("<p>Lessons</p>"), "{list}");
        assert!(
            list.contains(
                "aria-current=\"page\">B &amp; C</a><ul><li><a href=\"#x\">X <code>y</code></a></li></ul>"
            ),
            "{list}"
        );
    }
}
