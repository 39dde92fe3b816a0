//! Text that a student's program may have produced, in Markdown.

use super::words::{plain, plain_lines};

/// The text as one line. Pairs of backticks still mark code, and everything else means itself.
pub fn inline(text: &str) -> String {
    let text = plain(text);
    let parts: Vec<_> = text.split('`').collect();
    // Backticks that don't come in pairs, or that stand side by side, could mark anything.
    if text.contains("``") || parts.len() % 2 == 0 {
        return escape_line(&text);
    }
    let parts = parts.iter().enumerate().map(|(at, part)| {
        if at % 2 == 0 {
            escape_line(part)
        } else {
            format!("`{part}`")
        }
    });
    parts.collect()
}

/// The text, where no sign has a meaning of its own.
pub fn escape(text: &str) -> String {
    escape_line(&plain(text))
}

fn escape_line(line: &str) -> String {
    let mut escaped = String::new();
    for (at, sign) in line.chars().enumerate() {
        let begins_a_list = at == 0 && "-+=".contains(sign);
        if begins_a_list || "\\`*_{}[]<>#!|~&$".contains(sign) {
            escaped.push('\\');
        }
        escaped.push(sign);
    }
    escaped
}

/// The lines in a fence, longer than any that's in them.
pub fn fence(language: &str, text: &str) -> String {
    let text = plain_lines(text);
    let mut longest = 0;
    let mut run = 0;
    for sign in text.chars() {
        run = if sign == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(3.max(longest + 1));
    let text = text.trim_matches('\n');
    format!("{fence}{language}\n{text}\n{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pairs_of_backticks_mean_something() {
        for (text, expected) in [
            ("Nothing handles `a_b`.", "Nothing handles `a_b`."),
            (
                "a_b <b>*x*</b> [y](z)",
                "a\\_b \\<b\\>\\*x\\*\\</b\\> \\[y\\](z)",
            ),
            ("one ` only <b>", "one \\` only \\<b\\>"),
            ("`a``<b>` x", "\\`a\\`\\`\\<b\\>\\` x"),
            ("- no list", "\\- no list"),
            ("one\n\n# two", "one \\# two"),
        ] {
            assert_eq!(inline(text), expected);
        }
    }

    #[test]
    fn a_fence_is_longer_than_any_in_its_text() {
        assert_eq!(fence("text", "a"), "```text\na\n```");
        assert_eq!(fence("", "\n````\nb\u{1b}[1m\n"), "`````\n````\nb\n`````");
    }
}
