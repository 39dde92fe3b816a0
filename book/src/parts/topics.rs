//! `{{#topics}}`: every topic of the notes, and where it is in the book.

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::site::{Chapter, Site, heading_parts};

const FILE: &str = "book/topics.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Topics {
    topic: Vec<Topic>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Topic {
    en: String,
    es: String,
    note: String,
    /// A chapter and an id in it: `traps.md#order`.
    place: String,
}

/// The topics as a table.
pub fn write(site: &Site, chapter: &Chapter) -> Result<String> {
    let topics: Topics = toml_edit::de::from_str(&site.text(FILE)?).context(FILE)?;
    let mut table = "| Topic | In the notes | Note | Place |\n|---|---|---|---|\n".to_owned();
    for Topic {
        en,
        es,
        note,
        place,
    } in topics.topic
    {
        let title = title(&site.chapters, &place).with_context(|| {
            format!("{FILE}: the topic `{en}` has no place: there's no {place}")
        })?;
        let way = chapter.way_to(&place);
        table += &format!("| {en} | {es} | {note} | [{title}]({way}) |\n");
    }
    Ok(table)
}

/// The title of a place, if there is such a heading.
fn title(chapters: &[Chapter], place: &str) -> Option<String> {
    let (path, id) = place.split_once('#')?;
    let chapter = chapters.iter().find(|chapter| chapter.path == path)?;
    let headings = chapter.text.lines().filter(|line| line.starts_with('#'));
    let (words, _) = headings
        .map(|line| heading_parts(line.trim_start_matches('#')))
        .find(|(_, other)| *other == id)?;
    Some(format!("{}: {words}", chapter.title))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_place_is_an_error() {
        let chapters = [Chapter::new("a.md", "# A {#a}\n\n## Rooms {#rooms}\n")];
        assert_eq!(title(&chapters, "a.md#rooms").unwrap(), "A: Rooms");
        assert_eq!(title(&chapters, "b.md#rooms"), None);
        assert_eq!(title(&chapters, "a.md#nada"), None);
        let site = Site::read(Vec::new()).unwrap();
        let error = write(&site, &chapters[0]).unwrap_err().to_string();
        assert!(
            error.contains("there's no why-sockets.md#socket"),
            "{error}"
        );
    }

    #[test]
    fn a_topic_without_a_place_is_an_error() {
        let topic = "[[topic]]\nen = \"rooms\"\nes = \"salas\"\nnote = \"004\"\n";
        let error = toml_edit::de::from_str::<Topics>(topic)
            .map(drop)
            .unwrap_err();
        assert!(error.message().contains("missing field `place`"), "{error}");
    }
}
