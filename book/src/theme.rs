//! The look of the book: `theme/`, and what it shares with the pages of the lessons.

use std::{fs, path::Path};

use crate::{site::Site, words::Words};

/// What mdBook writes and no page of ours loads.
pub const UNUSED: [&str; 9] = [
    "ayu-highlight.css",
    "clipboard.min.js",
    "fonts/fonts.css",
    "highlight.css",
    "highlight.js",
    "toc.html",
    "toc.js",
    "tomorrow-night.css",
    ".nojekyll",
];

/// Writes the theme for mdBook to a folder.
///
/// # Errors
/// A file of it cannot be read or written, or names a word that there is not.
pub fn write(site: &Site, folder: &Path) -> Result<(), String> {
    let shared = site.root.join("public/shared");
    copy(site.words, &site.root.join("book/theme"), folder)?;
    put(
        &folder.join("favicon.svg"),
        &read(&shared.join("icon.svg"))?,
    )?;
    // One identity with the pages: their colours, and on top of them ours.
    let variables = Path::new("css/variables.css");
    let ours = read(&site.root.join("book/theme").join(variables))?;
    put(
        &folder.join(variables),
        &(read(&shared.join("colors.css"))? + &ours),
    )
}

fn copy(words: &Words, from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", from.display());
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(words, &from, &to)?;
        } else {
            let text = read(&from)?;
            let is_template = from.extension().is_some_and(|ending| ending == "hbs");
            let text = if is_template {
                say(words, &text)
                    .map_err(|word| format!("{}: there is no word %{word}%", from.display()))?
            } else {
                text
            };
            put(&to, &text)?;
        }
    }
    Ok(())
}

/// A template with the words that it names, `%search%`.
///
/// # Errors
/// One of them is not there: gives its name.
fn say(words: &Words, template: &str) -> Result<String, String> {
    let is_name = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|sign| sign.is_ascii_lowercase() || sign == b'_')
    };
    let mut said = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('%') {
        said += before;
        match after.split_once('%') {
            Some((name, after)) if is_name(name) => {
                said += words.on_page(name).ok_or(name)?;
                rest = after;
            }
            _ => {
                said.push('%');
                rest = after;
            }
        }
    }
    Ok(said + rest)
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

fn put(file: &Path, text: &str) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", file.display());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(file, text).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::ENGLISH;

    #[test]
    fn a_template_names_words_that_are_there() {
        assert_eq!(
            say(&ENGLISH, "<b>%search%</b> 100% %").unwrap(),
            "<b>Search</b> 100% %"
        );
        assert_eq!(say(&ENGLISH, "%nada%").unwrap_err(), "nada");
    }
}
