//! `{{#topics}}`: every topic of the notes, and where the book treats it.

use toml_edit::{DocumentMut, Item};

use crate::site::{Chapter, Site, heading_parts};

const FILE: &str = "book/topics.toml";

/// A topic, as the list has it.
#[derive(Debug, PartialEq, Eq)]
struct Topic {
    en: String,
    es: String,
    note: String,
    /// A chapter and an id in it: `traps.md#order`.
    place: String,
}

/// The topics as a table.
///
/// # Errors
/// The list cannot be read, or a topic has no place, or one that is not there.
pub fn write(site: &Site, chapter: &Chapter) -> Result<String, String> {
    let topics = parse(&site.text(FILE)?).map_err(|words| format!("{FILE}: {words}"))?;
    let [en, es, note, place] = site.words.topics;
    let mut table = format!("| {en} | {es} | {note} | {place} |\n|---|---|---|---|\n");
    for topic in topics {
        let title = title(&site.chapters, &topic.place)
            .map_err(|words| format!("{FILE}: the topic `{}`: {words}", topic.en))?;
        table += &format!(
            "| {} | {} | {} | [{title}]({}) |\n",
            topic.en,
            topic.es,
            topic.note,
            chapter.way_to(&topic.place)
        );
    }
    Ok(table)
}

/// The title of a place.
fn title(chapters: &[Chapter], place: &str) -> Result<String, String> {
    let (path, id) = place.split_once('#').unwrap_or((place, ""));
    let chapter = chapters.iter().find(|chapter| chapter.path == path);
    let chapter = chapter.ok_or_else(|| format!("there is no chapter {path}"))?;
    if id.is_empty() {
        return Ok(chapter.title.clone());
    }
    let headings = chapter.text.lines().filter(|line| line.starts_with('#'));
    let found = headings
        .map(|line| heading_parts(line.trim_start_matches('#')))
        .find(|(_, other)| other == id);
    let (words, _) = found.ok_or_else(|| format!("{path} has no heading with the id `{id}`"))?;
    Ok(format!("{}: {words}", chapter.title))
}

fn parse(text: &str) -> Result<Vec<Topic>, String> {
    let document: DocumentMut = text.parse().map_err(|error| format!("{error}"))?;
    let tables = document.get("topic").and_then(Item::as_array_of_tables);
    let tables = tables.ok_or("topics are tables, [[topic]]")?;
    let topics = tables.iter().map(|table| {
        let text = |key: &str| {
            let text = table.get(key).and_then(Item::as_str);
            let text = text.filter(|text| !text.trim().is_empty());
            text.map(str::to_owned).ok_or_else(|| {
                let name = table
                    .get("en")
                    .and_then(Item::as_str)
                    .unwrap_or("without a name");
                format!("the topic `{name}` has no `{key}`")
            })
        };
        Ok(Topic {
            en: text("en")?,
            es: text("es")?,
            note: text("note")?,
            place: text("place")?,
        })
    });
    topics.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_without_a_place_is_refused() {
        let topic = "[[topic]]\nen = \"rooms\"\nes = \"salas\"\nnote = \"004\"\n";
        assert_eq!(
            parse(topic).unwrap_err(),
            "the topic `rooms` has no `place`"
        );
        let place = format!("{topic}place = \"why-sockets.md#rooms\"\n");
        assert_eq!(parse(&place).unwrap()[0].place, "why-sockets.md#rooms");
    }

    #[test]
    fn a_place_that_is_not_there_is_refused() {
        let chapters = [Chapter::new("a.md", "# A {#a}\n\n## Rooms {#rooms}\n")];
        assert_eq!(title(&chapters, "a.md#rooms").unwrap(), "A: Rooms");
        assert_eq!(title(&chapters, "a.md").unwrap(), "A");
        assert!(
            title(&chapters, "b.md")
                .unwrap_err()
                .contains("no chapter b.md")
        );
        assert!(
            title(&chapters, "a.md#nada")
                .unwrap_err()
                .contains("no heading")
        );
    }
}
