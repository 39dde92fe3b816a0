//! `{{#snapshot}}`: a recording, unchanged.

use anyhow::{Context, Result};

use crate::{
    html::{code_figure, escape},
    site::Site,
};

/// The part of a snapshot that begins with the line `== SECTION`.
pub fn section(site: &Site, name: &str, wanted: &str) -> Result<String> {
    let text = site.snapshot(name)?;
    let part = part(&text, wanted);
    let part = part.with_context(|| format!("tests/snapshots/{name}.snap has no `{wanted}`"))?;
    Ok(output(&part))
}

/// The output of a program.
pub fn output(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(line).collect();
    code_figure("output", None, "text", &lines)
}

/// A line, in which the sign of a verdict has a colour.
fn line(text: &str) -> String {
    let line = escape(text);
    for (sign, class) in [("✓", "s"), ("✗", "bad")] {
        if text.trim_start().starts_with(sign) {
            return line.replacen(sign, &format!("<span class=\"{class}\">{sign}</span>"), 1);
        }
    }
    line
}

fn part(text: &str, wanted: &str) -> Option<String> {
    let mut lines = text.lines();
    lines.find(|line| line.strip_prefix("== ") == Some(wanted))?;
    let lines: Vec<_> = lines.take_while(|line| !line.starts_with("== ")).collect();
    Some(lines.join("\n").trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_ends_where_the_next_begins() {
        let text = "== a\n1\n\n== b\n2\n";
        assert_eq!(part(text, "a").unwrap(), "1");
        assert_eq!(part(text, "b").unwrap(), "2");
        assert_eq!(part(text, "c"), None);
    }
}
