//! Recipes of the justfile.

use super::lines;

/// The text of a recipe, with what is said above it.
///
/// # Errors
/// There is no such recipe.
pub fn find(text: &str, wanted: &str) -> Result<String, String> {
    let all: Vec<_> = text.lines().collect();
    let head = all.iter().position(|line| name(line) == Some(wanted));
    let head = head.ok_or_else(|| format!("there is no recipe `{wanted}`"))?;
    let above = (0..head)
        .rev()
        .take_while(|line| all[*line].starts_with(['#', '[']))
        .last();
    let body = all[head + 1..]
        .iter()
        .take_while(|line| line.starts_with(' '))
        .count();
    Ok(lines(text, above.unwrap_or(head), head + 1 + body))
}

/// The name of the recipe that a line begins.
#[must_use]
pub fn name(line: &str) -> Option<&str> {
    let (head, after) = line.split_once(':')?;
    let name = head.split(' ').next()?;
    let is_name = |sign: char| sign.is_ascii_alphanumeric() || "-_".contains(sign);
    let fits = !name.is_empty() && name.chars().all(is_name) && !after.starts_with('=');
    fits.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "a := \"b\"\n\n# Run it\n[group('learn')]\nrun lesson: program\n    @x {{ lesson }}\n\ntest:\n    y\n";

    #[test]
    fn a_recipe_comes_with_what_is_said_above_it() {
        assert_eq!(
            find(FILE, "run").unwrap(),
            "# Run it\n[group('learn')]\nrun lesson: program\n    @x {{ lesson }}"
        );
        assert_eq!(find(FILE, "test").unwrap(), "test:\n    y");
        assert_eq!(find(FILE, "a").unwrap_err(), "there is no recipe `a`");
    }
}
