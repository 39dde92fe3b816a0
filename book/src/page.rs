//! What stands in a page that mdBook has written.

use std::collections::BTreeSet;

/// A tag that begins an element.
#[derive(Debug, PartialEq, Eq)]
pub struct Tag {
    /// The element's name.
    pub name: String,
    /// Its attributes, in their order.
    pub attributes: Vec<(String, String)>,
    /// Where what comes after the tag begins.
    pub end: usize,
}

impl Tag {
    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        attributes
            .find(|(other, _)| other == name)
            .map(|(_, value)| &**value)
    }
}

/// The tags of a page. Enough for what mdBook and our template write: attributes stand in double quotes.
#[must_use]
pub fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(start) = html[at..].find('<').map(|start| at + start) {
        let rest = &html[start..];
        if rest.starts_with("<!--") {
            at = rest.find("-->").map_or(html.len(), |end| start + end + 3);
            continue;
        }
        if !rest[1..].starts_with(|sign: char| sign.is_ascii_alphabetic()) {
            at = start + 1;
            continue;
        }
        let tag = tag(html, start);
        at = tag.end;
        // What a script or a style says is no HTML.
        if matches!(&*tag.name, "script" | "style") {
            let end = format!("</{}", tag.name);
            at = html[at..].find(&end).map_or(html.len(), |end| at + end);
        }
        tags.push(tag);
    }
    tags
}

fn tag(html: &str, start: usize) -> Tag {
    let rest = &html[start + 1..];
    let length = rest
        .find(|sign: char| sign.is_whitespace() || "/>".contains(sign))
        .unwrap_or(rest.len());
    let name = rest[..length].to_owned();
    let mut attributes = Vec::new();
    let mut at = start + 1 + length;
    loop {
        let rest = html[at..].trim_start_matches(|sign: char| sign.is_whitespace() || sign == '/');
        at = html.len() - rest.len();
        if rest.is_empty() || rest.starts_with('>') {
            let end = (at + 1).min(html.len());
            return Tag {
                name,
                attributes,
                end,
            };
        }
        let length = rest
            .find(|sign: char| sign.is_whitespace() || "=/>".contains(sign))
            .unwrap_or(rest.len());
        let attribute = rest[..length].to_owned();
        at += length;
        let mut value = String::new();
        if let Some(quoted) = html[at..].strip_prefix("=\"") {
            let length = quoted.find('"').unwrap_or(quoted.len());
            value = unescape(&quoted[..length]);
            at += length + 3;
        }
        attributes.push((attribute, value));
        at = at.min(html.len());
    }
}

fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#10;", "\n")
        .replace("&amp;", "&")
}

/// The ids of a page's elements, and those that stand there twice.
#[must_use]
pub fn ids(tags: &[Tag]) -> (BTreeSet<&str>, Vec<&str>) {
    let mut ids = BTreeSet::new();
    let mut twice = Vec::new();
    for id in tags.iter().filter_map(|tag| tag.attribute("id")) {
        if !ids.insert(id) {
            twice.push(id);
        }
    }
    (ids, twice)
}

/// The headings of the second level: their ids and what they say, as HTML.
#[must_use]
pub fn headings(html: &str) -> Vec<(String, String)> {
    let tags = tags(html);
    let headings = tags.iter().filter(|tag| tag.name == "h2");
    headings
        .filter_map(|tag| {
            let inside = &html[tag.end..];
            let inside = &inside[..inside.find("</h2>")?];
            let words = inside.split_once('>')?.1.trim_end_matches("</a>");
            Some((tag.attribute("id")?.to_owned(), words.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!-- <a href=\"no\"> --><h2 id=\"a\"><a class=\"header\" href=\"#a\">One <code>x</code></a></h2>\
        <script>if (a < b) '<p id=\"no\">';</script><img src=\"x.png\" alt=\"1 > 0\"/><p id=\"a\" hidden>3 < 4</p>";

    #[test]
    fn tags_have_names_and_attributes() {
        let tags = tags(PAGE);
        let names: Vec<_> = tags.iter().map(|tag| &*tag.name).collect();
        assert_eq!(names, ["h2", "a", "code", "script", "img", "p"]);
        assert_eq!(tags[4].attribute("alt"), Some("1 > 0"));
        assert_eq!(tags[5].attribute("hidden"), Some(""));
    }

    #[test]
    fn ids_that_stand_twice_are_found() {
        let tags = tags(PAGE);
        let (ids, twice) = ids(&tags);
        assert_eq!((ids.len(), twice), (1, vec!["a"]));
    }

    #[test]
    fn headings_keep_what_is_in_them() {
        assert_eq!(
            headings(PAGE),
            [("a".to_owned(), "One <code>x</code>".to_owned())]
        );
    }
}
