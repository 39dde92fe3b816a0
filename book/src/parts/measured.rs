//! `{{#figure}}` and `{{#measured}}`: what a recipe measured, with the machine and the date.

use crate::{html::escape, site::Site};

/// A figure that a recipe has drawn. Its `<title>` is its name to a screen reader.
///
/// # Errors
/// It is not there, or has no title.
pub fn figure(site: &Site, name: &str) -> Result<String, String> {
    let path = format!("book/measured/{name}.svg");
    let svg = site.text(&path)?;
    inline(&svg).map_err(|words| format!("{path}: {words}"))
}

/// A table that a recipe has written.
///
/// # Errors
/// It is not there.
pub fn table(site: &Site, name: &str) -> Result<String, String> {
    site.text(&format!("book/measured/{name}.md"))
}

fn inline(svg: &str) -> Result<String, String> {
    let title = svg
        .split_once("<title>")
        .and_then(|(_, rest)| Some(rest.split_once("</title>")?.0))
        .ok_or("a figure needs a <title>")?;
    let start = svg.find("<svg").ok_or("this is no SVG")?;
    // A figure that stands alone may say its role itself.
    let drawing = svg[start..].replacen(" role=\"img\"", "", 1).replacen(
        "<svg",
        &format!("<svg role=\"img\" aria-label=\"{}\"", escape(title)),
        1,
    );
    // One line: Markdown would take an empty one for the end.
    let drawing = drawing.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    Ok(format!(
        "<figure class=\"measured\"><figcaption>{}</figcaption>{drawing}</figure>",
        escape(title)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_has_a_name() {
        let svg = "<?xml?>\n<svg viewBox=\"0 0 1 1\">\n<title>How long</title>\n\n<path d=\"M0 0\"/>\n</svg>\n";
        let figure = inline(svg).unwrap();
        assert!(
            figure.contains("<svg role=\"img\" aria-label=\"How long\" viewBox"),
            "{figure}"
        );
        assert!(!figure.contains('\n'));
        assert_eq!(
            inline("<svg></svg>").unwrap_err(),
            "a figure needs a <title>"
        );
    }
}
