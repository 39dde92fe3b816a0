//! Colours code while the book is built, so that pages need no script for it.
//!
//! Words, strings, comments, numbers: enough to find your way, in every language of the workbook.

use std::sync::LazyLock;

use regex::Regex;

use crate::html::escape;

/// A class, and a pattern whose one group gets it. The pattern may also match text around the group.
type Rule = (&'static str, &'static str);

const BLOCK_COMMENT: Rule = ("c", r"(//.*|(?s:/\*.*?(?:\*/|\z)))");
/// Inside a word, `#` doesn't begin a comment.
const HASH_COMMENT: Rule = ("c", r"(?:^|[ \t])(#.*)");
const STRING: Rule = ("s", r#"("(?:[^"\\]|\\(?s:.))*"?)"#);
const STRINGS: Rule = (
    "s",
    r#"("(?:[^"\\]|\\(?s:.))*"?|'(?:[^'\\]|\\(?s:.))*'?|`(?:[^`\\]|\\(?s:.))*`?)"#,
);
const NUMBER: Rule = ("n", r"([0-9][A-Za-z0-9._]*)");
const CALL: Rule = ("f", r"([A-Za-z0-9_]+)\(");
/// Any other word is matched as a whole, so that nothing else matches in the middle of it.
const WORD: Rule = ("", r"([A-Za-z0-9_]+)");

struct Language {
    classes: Vec<&'static str>,
    tokens: Regex,
}

impl Language {
    fn new(rules: &[Rule]) -> Self {
        let patterns: Vec<_> = rules.iter().map(|(_, pattern)| *pattern).collect();
        Self {
            classes: rules.iter().map(|(class, _)| *class).collect(),
            tokens: Regex::new(&format!("(?m){}", patterns.join("|")))
                .expect("the rules are valid"),
        }
    }
}

static RUST: LazyLock<Language> = LazyLock::new(|| {
    Language::new(&[
        BLOCK_COMMENT,
        ("m", r"(#!?\[[^\]\n]*\]?)"),
        (
            "s",
            r##"(r"[^"]*"?|r#"(?s:.*?)(?:"#|\z)|'(?:\\.[^'\n]*|[^\\])')"##,
        ),
        // A lifetime.
        ("t", r"('[A-Za-z0-9_]*)"),
        STRING,
        NUMBER,
        (
            "k",
            r"(as|async|await|break|const|continue|crate|dyn|else|enum|false|fn|for|if|impl|in|let|loop|match|mod|move|mut|pub|ref|return|self|Self|static|struct|super|trait|true|type|unsafe|use|where|while)(?-u:\b)",
        ),
        ("m", r"([A-Za-z0-9_]+)!(?:[^=]|$)"),
        CALL,
        ("t", r"([A-Z][A-Za-z0-9_]*)"),
        WORD,
    ])
});

static JAVASCRIPT: LazyLock<Language> = LazyLock::new(|| {
    Language::new(&[
        BLOCK_COMMENT,
        STRINGS,
        NUMBER,
        (
            "k",
            r"(async|await|break|case|catch|class|const|constructor|continue|default|delete|else|export|extends|false|finally|for|from|function|if|import|in|let|new|null|of|return|static|super|switch|this|throw|true|try|typeof|undefined|var|while)(?-u:\b)",
        ),
        CALL,
        WORD,
    ])
});

static SETTINGS: LazyLock<Language> = LazyLock::new(|| {
    Language::new(&[
        HASH_COMMENT,
        STRINGS,
        NUMBER,
        ("k", r"(true|false|null)(?-u:\b)"),
        WORD,
    ])
});

/// In a shell, words can be anything; only comments and strings get colours.
static COMMANDS: LazyLock<Language> =
    LazyLock::new(|| Language::new(&[HASH_COMMENT, STRINGS, WORD]));

static MARKUP: LazyLock<Language> = LazyLock::new(|| {
    Language::new(&[
        ("c", r"((?s:<!--.*?(?:-->|\z)))"),
        ("k", r"(</?[A-Za-z!][^\s>]*)"),
        ("s", r#"=("[^"]*")"#),
    ])
});

/// Code as lines of HTML. `language` is the ending of its files.
pub fn highlight(language: &str, code: &str) -> Vec<String> {
    let language: &Language = match language {
        "rs" => &RUST,
        "js" => &JAVASCRIPT,
        "sh" => &COMMANDS,
        "json" | "toml" => &SETTINGS,
        "html" => &MARKUP,
        _ => return code.lines().map(escape).collect(),
    };
    let mut html = String::new();
    let mut at = 0;
    while let Some(found) = language.tokens.captures_at(code, at) {
        let mut groups = found.iter().skip(1).zip(&language.classes);
        let token = groups.find_map(|(group, class)| Some((group?, class)));
        let Some((token, class)) = token else { break };
        html += &escape(&code[at..token.start()]);
        // A span of several lines is closed at the end of each.
        let lines = token
            .as_str()
            .split('\n')
            .map(|line| match (*class, escape(line)) {
                ("", line) => line,
                (_, line) if line.is_empty() => line,
                (class, line) => format!("<span class=\"{class}\">{line}</span>"),
            });
        html += &lines.collect::<Vec<_>>().join("&#10;");
        at = token.end();
    }
    html += &escape(&code[at..]);
    // The final line break doesn't begin another line.
    let html = html.strip_suffix("&#10;").unwrap_or(&html);
    html.split("&#10;").map(str::to_owned).collect()
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
    fn rust_has_words_strings_lifetimes_and_macros() {
        assert_eq!(
            shown(
                "rs",
                "#[derive(X)]\nfn a<'b>(c: &'b str) -> char { 'c' } // d"
            ),
            "‹m:#[derive(X)]›⏎‹k:fn› a&lt;‹t:'b›&gt;(c: &amp;‹t:'b› str) -&gt; char { ‹s:'c'› } ‹c:// d›"
        );
        assert_eq!(
            shown("rs", "info!(x, \"a \\\" b\"); a != 1_000; '\\''; as_is(b)"),
            "‹m:info›!(x, ‹s:&quot;a \\&quot; b&quot;›); a != ‹n:1_000›; ‹s:'\\''›; ‹f:as_is›(b)"
        );
        assert_eq!(
            shown("rs", "r#\"a\" b\"# c"),
            "‹s:r#&quot;a&quot; b&quot;#› c"
        );
    }

    #[test]
    fn a_span_of_several_lines_is_closed_at_the_end_of_each() {
        assert_eq!(shown("js", "`a\nb`;\n"), "‹s:`a›⏎‹s:b`›;");
        assert_eq!(shown("js", "/* a\n\nb */"), "‹c:/* a›⏎⏎‹c:b */›");
    }

    #[test]
    fn a_hash_sign_in_a_word_begins_no_comment() {
        assert_eq!(shown("sh", "a#b 05 # c"), "a#b 05 ‹c:# c›");
    }

    #[test]
    fn markup_has_tags_and_strings() {
        assert_eq!(
            shown("html", "<p id=\"a\">b</p><!-- c -->"),
            "‹k:&lt;p› id=‹s:&quot;a&quot;›&gt;b‹k:&lt;/p›&gt;‹c:&lt;!-- c --&gt;›"
        );
    }

    #[test]
    fn an_unknown_language_gets_no_colours() {
        assert_eq!(highlight("text", "a <b>\n\nc\n"), ["a &lt;b&gt;", "", "c"]);
    }
}
