//! `{{#differences}}`: where Node's server behaves differently, and why.

use anyhow::{Context, Result, ensure};
use course::{
    differences::{Difference, Field, STOPPED, node_rows},
    lessons::Lesson,
    scenario::Scenario,
    scenarios,
};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::transcript;
use crate::{html::escape, site::Site};

/// The differences that begin with a lesson, or all of them.
pub fn write(site: &Site, lesson: Option<&Lesson>) -> Result<String> {
    let is_here = |package: &str| lesson.is_none_or(|lesson| lesson.package() == package);
    let fields = site.differences.field.iter();
    let mut items: String = fields
        .filter(|field| is_here(&field.from))
        .map(one_field)
        .collect();
    for difference in &site.differences.difference {
        let mut shown = Vec::new();
        for name in &difference.scenarios {
            let scenario = scenario(site, name)?;
            if lesson.is_none_or(|lesson| scenario.begins_with(lesson)) {
                shown.push(scenario);
            }
        }
        if !shown.is_empty() {
            items += &one_reason(site, difference, &shown)?;
        }
    }
    ensure!(
        !items.is_empty(),
        "no difference begins with this lesson: leave the part out"
    );
    Ok(format!("<ul class=\"differences\">\n{items}</ul>"))
}

fn scenario(site: &Site, name: &str) -> Result<Scenario> {
    let exercises = site.exercises.iter().map(|exercise| exercise.scenario);
    let mut all = scenarios::all().into_iter().chain(exercises);
    let found = all.find(|scenario| scenario.name == name);
    found.with_context(|| format!("differences.toml: there's no scenario {name}"))
}

fn one_field(field: &Field) -> String {
    let values = field
        .values
        .map(|values| values.map(|value| vec![value.to_string()]));
    let lines = values.map_or(String::new(), |[rust, node]| sides(&rust, &node));
    format!(
        "<li>\n\n**`{}` in each `{}` packet.** {}\n\n{lines}\n\n</li>\n",
        field.field, field.packet, field.why
    )
}

/// A difference that one or more scenarios show.
fn one_reason(site: &Site, difference: &Difference, scenarios: &[Scenario]) -> Result<String> {
    let mut text = difference.why.clone();
    if let Some(log) = &difference.log {
        text += &format!(" Node logs `{log}`.");
    }
    let mut shown = String::new();
    for scenario in scenarios {
        let rust = site.differences.comparable(&scenario.expected()?);
        let [rust, node] = only(&rust, &node_rows(scenario.name)?);
        let title = escape(&transcript::title(scenario.name));
        shown += &format!("<p class=\"scenario\">{title}</p>{}", sides(&rust, &node));
    }
    Ok(format!(
        "<li>\n\n{text}\n\n<div class=\"shown\">{shown}</div>\n\n</li>\n"
    ))
}

/// The rows that are in only one of two transcripts.
fn only(rust: &[String], node: &[String]) -> [Vec<String>; 2] {
    // If Node couldn't go on, its last row says why, and there's nothing to compare with the rest of Rust's rows.
    let end = node.last().and_then(|row| row.strip_prefix(STOPPED));
    let node = &node[..node.len() - usize::from(end.is_some())];
    let (mut only_rust, mut only_node) = (Vec::new(), Vec::new());
    for part in capture_diff_slices(Algorithm::Myers, rust, node) {
        let (old, new) = (part.old_range(), part.new_range());
        if matches!(part, DiffOp::Equal { .. }) {
            continue;
        }
        if end.is_none() || old.end < rust.len() {
            only_rust.extend_from_slice(&rust[old]);
        }
        only_node.extend_from_slice(&node[new]);
    }
    only_node.extend(end.map(str::to_owned));
    [only_rust, only_node]
}

/// The lines that are in only one of the two.
fn sides(rust: &[String], node: &[String]) -> String {
    let mut lines = String::new();
    for (name, side) in [("Rust:", rust), ("Node:", node)] {
        for line in side {
            lines += &format!("<li><b>{name}</b> <code>{}</code></li>", escape(line));
        }
    }
    format!("<ul>{lines}</ul>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_shown_in_the_lesson_that_it_begins_with() {
        let site = Site::read(Vec::new()).unwrap();
        let of = |number| write(&site, Some(site.lesson(number).unwrap()));
        let all = write(&site, None).unwrap();
        assert!(of("05").unwrap().contains("callback is not a function"));
        assert!(
            of("02")
                .unwrap()
                .contains("`maxPayload` in each `0` packet")
        );
        assert!(!of("03").is_ok_and(|text| text.contains("maxPayload")));
        for difference in &site.differences.difference {
            assert!(all.contains(&difference.why), "{}", difference.why);
        }
    }
}
