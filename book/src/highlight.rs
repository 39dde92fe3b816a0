//! Colours for code, given while the book is built: no page needs a program for it.
//!
//! A word, a text, a comment, a number: enough to find one's way, in every language of the workbook.

use crate::html::escape;

/// What a language calls by which signs.
struct Language {
    line_comments: &'static [&'static str],
    block_comment: bool,
    quotes: &'static [char],
    keywords: &'static [&'static str],
    numbers: bool,
    /// Whether an apostrophe may begin a lifetime, `#[` an attribute, and `!` end a macro's name.
    rust: bool,
}

const RUST: Language = Language {
    line_comments: &["//"],
    block_comment: true,
    quotes: &['"'],
    keywords: &[
        "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum",
        "false", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut",
        "pub", "ref", "return", "self", "Self", "static", "struct", "super", "trait", "true",
        "type", "unsafe", "use", "where", "while",
    ],
    numbers: true,
    rust: true,
};

const JAVASCRIPT: Language = Language {
    line_comments: &["//"],
    block_comment: true,
    quotes: &['"', '\'', '`'],
    keywords: &[
        "async",
        "await",
        "break",
        "case",
        "catch",
        "class",
        "const",
        "constructor",
        "continue",
        "default",
        "delete",
        "else",
        "export",
        "extends",
        "false",
        "finally",
        "for",
        "from",
        "function",
        "if",
        "import",
        "in",
        "let",
        "new",
        "null",
        "of",
        "return",
        "static",
        "super",
        "switch",
        "this",
        "throw",
        "true",
        "try",
        "typeof",
        "undefined",
        "var",
        "while",
    ],
    numbers: true,
    rust: false,
};

const JSON: Language = Language {
    line_comments: &[],
    block_comment: false,
    quotes: &['"'],
    keywords: &["true", "false", "null"],
    numbers: true,
    rust: false,
};

const SETTINGS: Language = Language {
    line_comments: &["#"],
    block_comment: false,
    quotes: &['"', '\''],
    keywords: &["true", "false"],
    numbers: true,
    rust: false,
};

/// A shell's words are anything; only comments stand out.
const COMMANDS: Language = Language {
    line_comments: &["#"],
    block_comment: false,
    quotes: &['"', '\''],
    keywords: &[],
    numbers: false,
    rust: false,
};

const STYLES: Language = Language {
    line_comments: &[],
    block_comment: true,
    quotes: &['"', '\''],
    keywords: &[],
    numbers: true,
    rust: false,
};

fn language(name: &str) -> Option<&'static Language> {
    Some(match name {
        "rust" | "rs" => &RUST,
        "js" | "javascript" => &JAVASCRIPT,
        "json" => &JSON,
        "sh" | "just" => &COMMANDS,
        "toml" | "yaml" | "env" => &SETTINGS,
        "css" => &STYLES,
        _ => return None,
    })
}

/// Code in a language, by the ending of its files, as lines of HTML.
#[must_use]
pub fn highlight(name: &str, code: &str) -> Vec<String> {
    let pieces = match (name, language(name)) {
        ("html", _) => markup(code),
        (_, Some(language)) => program(language, code),
        _ => vec![("", code)],
    };
    let mut lines = vec![String::new()];
    for (class, piece) in pieces {
        for (number, part) in piece.split('\n').enumerate() {
            if number > 0 {
                lines.push(String::new());
            }
            if part.is_empty() {
                continue;
            }
            let line = lines.last_mut().map(|line| (line, escape(part)));
            if let Some((line, part)) = line {
                if class.is_empty() {
                    *line += &part;
                } else {
                    *line += &format!("<span class=\"{class}\">{part}</span>");
                }
            }
        }
    }
    // The line break at a text's end begins no line.
    if code.ends_with('\n') {
        lines.pop();
    }
    lines
}

type Piece<'a> = (&'static str, &'a str);

fn program<'a>(language: &Language, code: &'a str) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut rest = code;
    let mut before = '\n';
    while let Some(first) = rest.chars().next() {
        let (class, length) = token(language, rest, first, before);
        let (piece, after) = rest.split_at(length);
        pieces.push((class, piece));
        before = piece.chars().next_back().unwrap_or(before);
        rest = after;
    }
    pieces
}

/// The class and the length in bytes of what a text begins with.
fn token(language: &Language, rest: &str, first: char, before: char) -> Token {
    let line = rest.find('\n').unwrap_or(rest.len());
    if language.line_comments.iter().any(|sign| rest.starts_with(sign))
        // In a shell or a manifest, `#` within a word is no comment.
        && (first != '#' || before.is_whitespace())
    {
        return ("c", line);
    }
    if language.block_comment && rest.starts_with("/*") {
        return ("c", rest.find("*/").map_or(rest.len(), |end| end + 2));
    }
    if language.rust && (rest.starts_with("#[") || rest.starts_with("#![")) {
        return ("m", rest[..line].find(']').map_or(line, |end| end + 1));
    }
    if language.rust && (rest.starts_with("r\"") || rest.starts_with("r#\"")) {
        let hashes = rest[1..].chars().take_while(|sign| *sign == '#').count();
        let end = format!("\"{}", "#".repeat(hashes));
        let start = hashes + 2;
        let length = rest[start..].find(&end);
        return ("s", length.map_or(rest.len(), |at| start + at + end.len()));
    }
    if language.rust && first == '\'' {
        return apostrophe(rest);
    }
    if language.quotes.contains(&first) {
        return ("s", quoted(rest, first));
    }
    if language.numbers && first.is_ascii_digit() {
        let end = rest.find(|sign: char| !(sign.is_ascii_alphanumeric() || "._".contains(sign)));
        return ("n", end.unwrap_or(rest.len()));
    }
    if is_word(first) {
        let end = rest.find(|sign| !is_word(sign)).unwrap_or(rest.len());
        return (word(language, &rest[..end], &rest[end..]), end);
    }
    ("", first.len_utf8())
}

/// A class, and a length in bytes.
type Token = (&'static str, usize);

fn is_word(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

fn word(language: &Language, word: &str, after: &str) -> &'static str {
    if language.keywords.contains(&word) {
        return "k";
    }
    if language.rust && after.starts_with('!') && !after.starts_with("!=") {
        return "m";
    }
    if after.starts_with('(') {
        return "f";
    }
    if language.rust && word.starts_with(char::is_uppercase) {
        return "t";
    }
    ""
}

/// A character, or a lifetime.
fn apostrophe(rest: &str) -> Token {
    let mut signs = rest.char_indices().skip(1);
    if let Some((_, '\\')) = signs.next() {
        return ("s", quoted(rest, '\''));
    }
    if let Some((at, '\'')) = signs.next() {
        return ("s", at + 1);
    }
    let end = rest[1..].find(|sign| !is_word(sign));
    ("t", end.map_or(rest.len(), |end| end + 1))
}

/// The length of a text in quotes; one that never ends goes to the end.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, sign) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if sign == '\\' {
            escaped = true;
        } else if sign == quote {
            return at + sign.len_utf8();
        }
    }
    rest.len()
}

fn markup(code: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = code;
    while let Some(start) = rest.find('<') {
        let (text, tag) = rest.split_at(start);
        pieces.push(("", text));
        if tag.starts_with("<!--") {
            let end = tag.find("-->").map_or(tag.len(), |end| end + 3);
            pieces.push(("c", &tag[..end]));
            rest = &tag[end..];
            continue;
        }
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        in_tag(&tag[..end], &mut pieces);
        rest = &tag[end..];
    }
    pieces.push(("", rest));
    pieces
}

fn in_tag<'a>(tag: &'a str, pieces: &mut Vec<Piece<'a>>) {
    let name = tag
        .find(|sign: char| sign.is_whitespace() || sign == '>')
        .unwrap_or(tag.len());
    pieces.push(("k", &tag[..name]));
    let mut rest = &tag[name..];
    while let Some(start) = rest.find('"') {
        let (before, quote) = rest.split_at(start);
        pieces.push(("", before));
        let end = quoted(quote, '"');
        pieces.push(("s", &quote[..end]));
        rest = &quote[end..];
    }
    pieces.push(("", rest));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str, code: &str) -> String {
        highlight(name, code)
            .join("⏎")
            .replace("<span class=\"", "‹")
            .replace("</span>", "›")
            .replace("\">", ":")
    }

    #[test]
    fn rust_has_words_texts_lifetimes_and_macros() {
        assert_eq!(
            shown(
                "rs",
                "#[derive(X)]\nfn a<'b>(c: &'b str) -> char { 'c' } // d"
            ),
            "‹m:#[derive(X)]›⏎‹k:fn› a&lt;‹t:'b›&gt;(c: &amp;‹t:'b› str) -&gt; char { ‹s:'c'› } ‹c:// d›"
        );
        assert_eq!(
            shown("rs", "info!(x, \"a \\\" b\"); a != 1_000"),
            "‹m:info›!(x, ‹s:&quot;a \\&quot; b&quot;›); a != ‹n:1_000›"
        );
        assert_eq!(
            shown("rs", "r#\"a\" b\"# c"),
            "‹s:r#&quot;a&quot; b&quot;#› c"
        );
    }

    #[test]
    fn what_goes_over_several_lines_is_closed_at_each_end() {
        assert_eq!(shown("js", "`a\nb`;\n"), "‹s:`a›⏎‹s:b`›;");
        assert_eq!(shown("css", "/* a\n\nb */"), "‹c:/* a›⏎⏎‹c:b */›");
    }

    #[test]
    fn a_sign_in_a_word_begins_no_comment() {
        assert_eq!(shown("sh", "a#b 05 # c"), "a#b 05 ‹c:# c›");
    }

    #[test]
    fn markup_has_tags_and_texts() {
        assert_eq!(
            shown("html", "<p id=\"a\">b</p><!-- c -->"),
            "‹k:&lt;p› id=‹s:&quot;a&quot;›&gt;b‹k:&lt;/p›&gt;‹c:&lt;!-- c --&gt;›"
        );
    }

    #[test]
    fn an_unknown_language_stays_as_it_is() {
        assert_eq!(highlight("text", "a <b>\n\nc\n"), ["a &lt;b&gt;", "", "c"]);
    }
}
