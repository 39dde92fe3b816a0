//! `{{#schedule}}`: what fits into sessions of so many minutes.

use crate::{
    site::{Chapter, Part, Site},
    words::fill,
};

/// After at most so many minutes of work comes a pause.
const WORK: u32 = 90;
/// How long a pause is.
const PAUSE: u32 = 10;

/// What a session holds.
#[derive(Debug, PartialEq, Eq)]
enum Slot {
    /// Parts of one chapter, by their places; when they begin and how long they take.
    Parts {
        chapter: usize,
        parts: Vec<usize>,
        begin: u32,
        minutes: u32,
    },
    /// A pause, and when it begins.
    Pause { begin: u32 },
}

/// Tables for sessions of these lengths, in minutes.
///
/// # Errors
/// A length is no number, or none is given.
pub fn write(site: &Site, chapter: &Chapter, lengths: &[&str]) -> Result<String, String> {
    let lengths: Result<Vec<u32>, _> = lengths
        .iter()
        .map(|length| {
            length
                .parse()
                .map_err(|_| format!("`{length}` is no number of minutes"))
        })
        .collect();
    let lengths = lengths?;
    let minutes: Vec<Vec<u32>> = site
        .chapters
        .iter()
        .map(|chapter| chapter.parts.iter().map(|part| part.minutes).collect())
        .collect();
    let (sessions, left) = plan(&minutes, &lengths);

    let words = site.words;
    let mut tables = Vec::new();
    for ((number, length), slots) in (1..).zip(&lengths).zip(&sessions) {
        let title = fill(words.session, &[&number.to_string(), &length.to_string()]);
        let mut rows = String::new();
        for slot in slots {
            rows += &row(site, chapter, slot);
        }
        let [from, what, minutes] = words.schedule;
        tables.push(format!(
            "**{title}**\n\n| {from} | {what} | {minutes} |\n|---|---|--:|\n{rows}"
        ));
    }
    if !left.is_empty() {
        let together: u32 = left
            .iter()
            .map(|(chapter, part)| minutes[*chapter][*part])
            .sum();
        let mut list = fill(words.left_over, &[&together.to_string()]) + "\n\n";
        for (of, part) in left {
            let (of, part) = (&site.chapters[of], &site.chapters[of].parts[part]);
            list += &format!("- {}: {}\n", of.title, link(chapter, of, part));
        }
        tables.push(list);
    }
    Ok(tables.join("\n\n"))
}

fn row(site: &Site, chapter: &Chapter, slot: &Slot) -> String {
    let clock = |begin: u32| format!("{}:{:02}", begin / 60, begin % 60);
    match slot {
        Slot::Pause { begin } => {
            format!("| {} | *{}* | {PAUSE} |\n", clock(*begin), site.words.pause)
        }
        Slot::Parts {
            chapter: of,
            parts,
            begin,
            minutes,
        } => {
            let of = &site.chapters[*of];
            let title = format!("**[{}]({})**", of.title, chapter.way_to(&of.path));
            if parts.len() == of.parts.len() {
                return format!("| {} | {title} | {minutes} |\n", clock(*begin));
            }
            let links: Vec<_> = parts
                .iter()
                .map(|part| link(chapter, of, &of.parts[*part]))
                .collect();
            let links = links.join(", ");
            format!("| {} | {title}: {links} | {minutes} |\n", clock(*begin))
        }
    }
}

fn link(from: &Chapter, of: &Chapter, part: &Part) -> String {
    format!("[{}]({}#{})", part.title, from.way_to(&of.path), part.id)
}

/// What fits where: the slots of each session, and the parts, by chapter and place, that fit nowhere.
///
/// Chapters stay whole if then everything fits; else they are cut between parts.
fn plan(minutes: &[Vec<u32>], lengths: &[u32]) -> Plan {
    let whole = fill_sessions(minutes, lengths, true);
    if whole.1.is_empty() {
        whole
    } else {
        fill_sessions(minutes, lengths, false)
    }
}

type Plan = (Vec<Vec<Slot>>, Vec<(usize, usize)>);

fn fill_sessions(minutes: &[Vec<u32>], lengths: &[u32], whole: bool) -> Plan {
    let all = minutes
        .iter()
        .enumerate()
        .flat_map(|(chapter, parts)| (0..parts.len()).map(move |part| (chapter, part)));
    let mut rest = all.peekable();
    let mut sessions = Vec::new();
    for length in lengths {
        let mut slots = Vec::new();
        let (mut now, mut work) = (0, 0);
        while let Some((chapter, part)) = rest.peek().copied() {
            let takes = minutes[chapter][part];
            let together: u32 = minutes[chapter].iter().sum();
            // A chapter that is too long for any stretch of work is cut in any case.
            let needs = if whole && part == 0 && together <= WORK.min(*length) {
                together
            } else {
                takes
            };
            let pause = work > 0 && work + needs > WORK;
            if now + needs + if pause { PAUSE } else { 0 } > *length {
                break;
            }
            rest.next();
            if pause {
                slots.push(Slot::Pause { begin: now });
                now += PAUSE;
                work = 0;
            }
            match slots.last_mut() {
                Some(Slot::Parts {
                    chapter: last,
                    parts,
                    minutes,
                    ..
                }) if *last == chapter => {
                    parts.push(part);
                    *minutes += takes;
                }
                _ => slots.push(Slot::Parts {
                    chapter,
                    parts: vec![part],
                    begin: now,
                    minutes: takes,
                }),
            }
            now += takes;
            work += takes;
        }
        sessions.push(slots);
    }
    (sessions, rest.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(chapter: usize, parts: &[usize], begin: u32, minutes: u32) -> Slot {
        Slot::Parts {
            chapter,
            parts: parts.to_vec(),
            begin,
            minutes,
        }
    }

    #[test]
    fn a_pause_comes_before_ninety_minutes_are_over() {
        let (sessions, left) = plan(&[vec![50, 30], vec![20, 40]], &[240]);
        assert_eq!(
            sessions,
            [[
                parts(0, &[0, 1], 0, 80),
                Slot::Pause { begin: 80 },
                parts(1, &[0, 1], 90, 60),
            ]]
        );
        assert!(left.is_empty());
    }

    #[test]
    fn a_part_is_never_cut_in_two() {
        let (sessions, left) = plan(&[vec![50, 30, 20]], &[60, 60]);
        assert_eq!(
            sessions,
            [vec![parts(0, &[0], 0, 50)], vec![parts(0, &[1, 2], 0, 50)]]
        );
        assert!(left.is_empty());
    }

    #[test]
    fn a_chapter_stays_whole_where_that_leaves_nothing_over() {
        let (sessions, left) = plan(&[vec![50], vec![20, 20]], &[80, 80]);
        assert_eq!(
            sessions,
            [vec![parts(0, &[0], 0, 50)], vec![parts(1, &[0, 1], 0, 40)]]
        );
        assert!(left.is_empty());
        let (sessions, left) = plan(&[vec![50], vec![20, 20]], &[80, 30]);
        assert_eq!(
            sessions,
            [
                vec![parts(0, &[0], 0, 50), parts(1, &[0], 50, 20)],
                vec![parts(1, &[1], 0, 20)]
            ]
        );
        assert!(left.is_empty());
    }

    #[test]
    fn what_fits_nowhere_is_left() {
        let (_, left) = plan(&[vec![50, 30]], &[60]);
        assert_eq!(left, [(0, 1)]);
    }
}
