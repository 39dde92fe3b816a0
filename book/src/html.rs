//! HTML inside Markdown.
//!
//! In Markdown, an empty line would end it. So each piece is one line, in which a line break is a character
//! reference.

use std::sync::LazyLock;

use regex::Regex;

use crate::highlight::highlight;

static TAG: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("<[^>]*>").expect("the pattern is valid"));

/// A character reference: `&lt;`.
static REFERENCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("&[^;]+;").expect("the pattern is valid"));

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

/// The number of letters in the longest line of code in a piece.
pub fn longest_line(html: &str) -> usize {
    let blocks = html.split("<pre>").skip(1);
    let blocks = blocks.filter_map(|after| Some(after.split_once("</pre>")?.0));
    blocks
        .flat_map(|code| code.split("&#10;"))
        .map(|line| {
            REFERENCE
                .replace_all(&TAG.replace_all(line, ""), "x")
                .chars()
                .count()
        })
        .max()
        .unwrap_or_default()
}

/// Folded Markdown.
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
    fn a_piece_is_one_line_and_escapes_its_content() {
        assert_eq!(
            code("text", "a < \"b\"\n\n&"),
            "<figure class=\"code \"><pre><code class=\"language-text\">a &lt; &quot;b&quot;&#10;&#10;&amp;</code></pre></figure>"
        );
    }

    #[test]
    fn the_longest_line_is_measured_in_letters_that_are_shown() {
        let piece = code("rs", "let a = \"<&\";\na\n") + "<p>a longer line, but not of code</p>";
        assert_eq!(longest_line(&piece), 13);
        assert_eq!(longest_line("<p>no code</p>"), 0);
    }
}
