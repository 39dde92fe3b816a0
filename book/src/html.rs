//! HTML that stands in the middle of Markdown.
//!
//! Markdown would take an empty line for the end of it, so each piece is one line: a line break in it is a
//! character reference.

/// Text as HTML.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\n' => escaped += "&#10;",
            character => escaped.push(character),
        }
    }
    escaped
}

/// Lines of code, already HTML, as a block with a caption.
///
/// `kind` is a class of the figure, `language` that of the code.
#[must_use]
pub fn code_figure(kind: &str, caption: Option<&str>, language: &str, lines: &[String]) -> String {
    let caption = caption
        .map(|caption| format!("<figcaption>{caption}</figcaption>"))
        .unwrap_or_default();
    let code = lines.join("&#10;");
    format!(
        "<figure class=\"code {kind}\">{caption}<pre><code class=\"language-{language}\">{code}</code></pre></figure>"
    )
}

/// Something folded: Markdown that stands alone, between its two lines.
#[must_use]
pub fn fold(class: &str, summary: &str, inside: &str) -> String {
    format!(
        "<details class=\"{class}\"><summary>{}</summary>\n\n{}\n\n</details>",
        escape(summary),
        inside.trim_matches('\n')
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_stays_one_line_and_shows_what_it_was_given() {
        let figure = code_figure(
            "",
            None,
            "rust",
            &[escape("a < b"), String::new(), escape("&")],
        );
        assert!(!figure.contains('\n'));
        assert!(
            figure.contains("a &lt; b&#10;&#10;&amp;</code>"),
            "{figure}"
        );
    }
}
