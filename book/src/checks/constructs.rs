//! CONTRIBUTING.md says which section explains a construct first: `03#capture`. These sections are there.

use std::sync::LazyLock;

use anyhow::Result;
use regex::Regex;

use crate::{
    fault::Fault,
    site::{Chapter, Site},
};

const FILE: &str = "CONTRIBUTING.md";

static SECTION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(\d\d)#([a-z0-9-]+)").expect("the pattern is valid"));

/// The sections that no lesson's chapter has.
pub fn check(site: &Site) -> Result<Vec<Fault>> {
    Ok(missing(&site.text(FILE)?, &site.chapters))
}

fn missing(text: &str, chapters: &[Chapter]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        for section in SECTION.captures_iter(text) {
            let (_, [lesson, id]) = section.extract();
            let is_there = chapters.iter().any(|chapter| {
                chapter.path.starts_with(&format!("lessons/{lesson}-"))
                    && chapter.text.contains(&format!("{{#{id}}}"))
            });
            if !is_there {
                let words = format!("the chapter of lesson {lesson} has no section {{#{id}}}");
                faults.push(Fault::new(FILE, line, words));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_that_no_chapter_has_is_a_fault() {
        let chapters = [Chapter::new("lessons/03-emit.md", "## Data {#data}\n")];
        let faults = missing("| a | 03#data |\n| b | 03#nada, 04#data |\n", &chapters);
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            faults,
            [
                "CONTRIBUTING.md:2: the chapter of lesson 03 has no section {#nada}",
                "CONTRIBUTING.md:2: the chapter of lesson 04 has no section {#data}"
            ]
        );
    }
}
