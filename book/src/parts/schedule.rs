//! `{{#schedule}}`: which chapters fit into sessions of given lengths.

use anyhow::{Context, Result};

use crate::site::Chapter;

/// There's a break after at most this many minutes of work.
const WORK: u32 = 90;
/// The length of a break, in minutes.
const PAUSE: u32 = 10;

/// The part of a session that stays free: for questions, a slow network, a machine that won't build.
const SLACK: u32 = 12;

/// A table for each session, given their lengths in minutes. A chapter that doesn't fit into a session begins the next.
pub fn write(chapters: &[Chapter], here: &Chapter, lengths: &[&str]) -> Result<String> {
    let link = |chapter: &Chapter| format!("[{}]({})", chapter.title, here.way_to(&chapter.path));
    let row = |begin: u32, what: &str, minutes: u32| {
        format!(
            "| {}:{:02} | {what} | {minutes} |\n",
            begin / 60,
            begin % 60
        )
    };
    let mut rest = chapters
        .iter()
        .filter(|chapter| chapter.minutes > 0)
        .peekable();
    let mut text = String::new();
    for (number, length) in (1..).zip(lengths) {
        let length: u32 = length
            .parse()
            .with_context(|| format!("`{length}` isn't a number of minutes"))?;
        text += &format!(
            "**Session {number}: {length} minutes**\n\n| From | What | Minutes |\n|---|---|--:|\n"
        );
        let full = length - length / SLACK;
        let (mut now, mut work) = (0, 0);
        while let Some(chapter) = rest.peek() {
            let pause = if work > 0 && work + chapter.minutes > WORK {
                PAUSE
            } else {
                0
            };
            if now + pause + chapter.minutes > full {
                break;
            }
            if pause > 0 {
                text += &row(now, "*Break*", PAUSE);
                work = 0;
            }
            text += &row(
                now + pause,
                &format!("**{}**", link(chapter)),
                chapter.minutes,
            );
            now += pause + chapter.minutes;
            work += chapter.minutes;
            rest.next();
        }
        text += &row(now, "*Slack*", length - now);
        text += "\n";
    }
    let left: Vec<_> = rest.collect();
    if !left.is_empty() {
        let minutes: u32 = left.iter().map(|chapter| chapter.minutes).sum();
        let links: Vec<_> = left.into_iter().map(link).collect();
        text += &format!(
            "There's no time left for these, {minutes} minutes in all: {}.\n",
            links.join(", ")
        );
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows for chapters `A`, `B` and so on that take this many minutes, without the headers.
    fn rows(minutes: &[u32], lengths: &[&str]) -> Vec<String> {
        let chapters = minutes.iter().zip('A'..).map(|(minutes, name)| {
            Chapter::new("a.md", &format!("# {name}\n{{{{#minutes {minutes}}}}}\n"))
        });
        let chapters: Vec<_> = chapters.collect();
        let text = write(&chapters, &chapters[0], lengths).unwrap();
        let lines = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with("|---"));
        lines
            .filter(|line| !line.starts_with("| From"))
            .map(|line| line.replace("(a.md)", ""))
            .collect()
    }

    #[test]
    fn there_is_a_break_before_ninety_minutes_are_over() {
        assert_eq!(
            rows(&[50, 30, 60], &["240"]),
            [
                "**Session 1: 240 minutes**",
                "| 0:00 | **[A]** | 50 |",
                "| 0:50 | **[B]** | 30 |",
                "| 1:20 | *Break* | 10 |",
                "| 1:30 | **[C]** | 60 |",
                "| 2:30 | *Slack* | 90 |",
            ]
        );
    }

    #[test]
    fn chapters_are_never_split_and_leftovers_are_listed() {
        assert_eq!(
            rows(&[50, 40, 30, 20], &["80", "80"]),
            [
                "**Session 1: 80 minutes**",
                "| 0:00 | **[A]** | 50 |",
                "| 0:50 | *Slack* | 30 |",
                "**Session 2: 80 minutes**",
                "| 0:00 | **[B]** | 40 |",
                "| 0:40 | **[C]** | 30 |",
                "| 1:10 | *Slack* | 10 |",
                "There's no time left for these, 20 minutes in all: [D].",
            ]
        );
    }
}
