//! `{{#minutes}}` and `{{#total}}`: how long things take in class.

use crate::{
    site::{Chapter, Site},
    words::fill,
};

/// The minutes of a part.
///
/// # Errors
/// They are no number.
pub fn minutes(site: &Site, minutes: &str) -> Result<String, String> {
    let number: u32 = minutes
        .parse()
        .map_err(|_| format!("`{minutes}` is no number of minutes"))?;
    let words = fill(site.words.minutes, &[&number.to_string()]);
    Ok(format!("<p class=\"minutes\">{words}</p>"))
}

/// The minutes of a chapter, its parts together.
#[must_use]
pub fn total(site: &Site, chapter: &Chapter) -> String {
    let words = fill(site.words.total, &[&chapter.minutes().to_string()]);
    format!("<p class=\"minutes total\">{words}</p>")
}
