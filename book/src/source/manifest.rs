//! Tables of a manifest.

use super::{lines, with_comments};

/// The text of a table, by its head: `[dependencies]`.
///
/// # Errors
/// There is no such table; the message lists those that there are.
pub fn find(text: &str, wanted: &str) -> Result<String, String> {
    let heads: Vec<_> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.starts_with('['))
        .collect();
    let place = heads.iter().position(|(_, head)| *head == wanted);
    let place = place.ok_or_else(|| {
        let heads: Vec<_> = heads.iter().map(|(_, head)| *head).collect();
        format!("there is no `{wanted}`; there is {}", heads.join(" "))
    })?;
    let first = heads[place].0;
    let end = heads
        .get(place + 1)
        .map_or(text.lines().count(), |(line, _)| {
            with_comments(text, *line, "#")
        });
    Ok(lines(text, with_comments(text, first, "#"), end)
        .trim_end()
        .to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_ends_where_the_next_begins() {
        let text =
            "[package]\nname = \"a\"\n\n[dependencies]\nb = \"1\"\n\n# Why.\n[lints]\nc = true\n";
        assert_eq!(
            find(text, "[dependencies]").unwrap(),
            "[dependencies]\nb = \"1\""
        );
        assert_eq!(find(text, "[lints]").unwrap(), "# Why.\n[lints]\nc = true");
        assert_eq!(
            find(text, "[features]").unwrap_err(),
            "there is no `[features]`; there is [package] [dependencies] [lints]"
        );
    }
}
