//! HTML that stands in the middle of Markdown.
//!
//! Markdown would take an empty line for the end of it, so each piece is one line: a line break in it is a
//! character reference.

use crate::highlight::highlight;

/// A string as HTML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\n', "&#10;")
}

/// Lines of code, already HTML, as a block with a caption.
///
/// `kind` is a class of the figure, `language` that of the code.
pub fn code_figure(kind: &str, caption: Option<&str>, language: &str, lines: &[String]) -> String {
    let caption = caption
        .map(|caption| format!("<figcaption>{caption}</figcaption>"))
        .unwrap_or_default();
    let code = lines.join("&#10;");
    format!(
        "<figure class=\"code {kind}\">{caption}<pre><code class=\"language-{language}\">{code}</code></pre></figure>"
    )
}

/// Code without a caption.
pub fn code(language: &str, code: &str) -> String {
    code_figure("", None, language, &highlight(language, code))
}

/// Something folded: Markdown that stands alone, between its two lines.
pub fn fold(class: &str, summary: &str, inside: &str) -> String {
    format!(
        "<details class=\"{class}\"><summary>{summary}</summary>\n\n{}\n\n</details>",
        inside.trim_matches('\n')
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_stays_one_line_and_shows_what_it_was_given() {
        assert_eq!(
            code("text", "a < \"b\"\n\n&"),
            "<figure class=\"code \"><pre><code class=\"language-text\">a &lt; &quot;b&quot;&#10;&#10;&amp;</code></pre></figure>"
        );
    }
}
