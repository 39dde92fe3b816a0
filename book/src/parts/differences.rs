//! `{{#differences}}`: where Node's server behaves differently, and why.

use anyhow::{Result, ensure};
use contract::{
    lessons::Lesson,
    parity::{FrameRule, Known},
    scenario::Over,
    scenarios,
};

use super::transcript;
use crate::{html::escape, site::Site};

/// The differences that begin with a lesson, or all of them.
pub fn write(site: &Site, lesson: Option<&Lesson>) -> Result<String> {
    let mut items = String::new();
    for rule in site.differences.frames() {
        if lesson.is_none_or(|lesson| lesson.number == first(rule)) {
            items += &frame(rule);
        }
    }
    let known: Vec<_> = site
        .differences
        .scenarios()
        .iter()
        .filter(|known| lesson.is_none_or(|lesson| Some(lesson.number) == begins(site, known)))
        .collect();
    for same in known.chunk_by(|one, other| one.why == other.why) {
        items += &reason(same);
    }
    ensure!(
        !items.is_empty(),
        "no difference begins with this lesson: leave the part out"
    );
    Ok(format!("<ul class=\"differences\">\n{items}</ul>"))
}

/// The lesson in which the scenario of a difference begins.
fn begins(site: &Site, known: &Known) -> Option<u8> {
    let exercises = site.exercises.iter().map(|exercise| exercise.scenario);
    let mut all = scenarios::all().into_iter().chain(exercises);
    let scenario = all.find(|scenario| scenario.name == known.scenario)?;
    Some(scenario.lesson())
}

/// The first lesson whose frames a rule is about.
fn first(rule: &FrameRule) -> u8 {
    let connected = scenarios::all()
        .into_iter()
        .find(|scenario| scenario.over == Over::BothTransports);
    let connected = connected.map_or(0, |scenario| scenario.lesson());
    connected.max(*rule.lessons.start())
}

fn frame(rule: &FrameRule) -> String {
    let mut lines = String::new();
    if let Some((rust, node)) = &rule.values {
        lines = sides(&[rust.to_string()], &[node.to_string()]);
    }
    format!(
        "<li>\n\n**`{}` in each `{}` packet.** {}\n\n{lines}\n\n</li>\n",
        rule.field, rule.packet, rule.why
    )
}

/// What several scenarios show for one reason.
fn reason(same: &[&Known]) -> String {
    let mut text = same[0].why.clone();
    if let Some(log) = &same[0].log {
        text += &format!(" Node logs `{log}`.");
    }
    let mut shown = String::new();
    for known in same {
        shown += &format!(
            "<p class=\"scenario\">{}</p>{}",
            escape(&transcript::title(&known.scenario)),
            sides(&known.difference.rust, &known.difference.node)
        );
    }
    format!("<li>\n\n{text}\n\n<div class=\"shown\">{shown}</div>\n\n</li>\n")
}

/// The lines that only one of the two has.
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
    fn a_difference_stands_in_the_lesson_that_it_begins_with() {
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
        for known in site.differences.scenarios() {
            assert!(begins(&site, known).is_some(), "{}", known.scenario);
            assert!(all.contains(&known.why), "{}", known.scenario);
        }
    }
}
