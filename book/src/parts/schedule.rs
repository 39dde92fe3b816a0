//! `{{#schedule}}`: which chapters fit into sessions of so many minutes.

use anyhow::{Context, Result};

use crate::site::Chapter;

/// After at most so many minutes of work comes a pause.
const WORK: u32 = 90;
/// How long a pause is.
const PAUSE: u32 = 10;

/// A table for each session of these lengths, in minutes. A chapter for which a session has no time left begins the next.
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
            .with_context(|| format!("`{length}` is not a number of minutes"))?;
        text += &format!(
            "**Session {number}: {length} minutes**\n\n| From | What | Minutes |\n|---|---|--:|\n"
        );
        let (mut now, mut work) = (0, 0);
        while let Some(chapter) = rest.peek() {
            let pause = if work > 0 && work + chapter.minutes > WORK {
                PAUSE
            } else {
                0
            };
            if now + pause + chapter.minutes > length {
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
        text += "\n";
    }
    let left: Vec<_> = rest.collect();
    if !left.is_empty() {
        let minutes: u32 = left.iter().map(|chapter| chapter.minutes).sum();
        let links: Vec<_> = left.into_iter().map(link).collect();
        text += &format!(
            "There is no time left for these, {minutes} minutes in all: {}.\n",
            links.join(", ")
        );
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows for chapters `A`, `B` and so on that take so many minutes, without the heads.
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
    fn a_pause_comes_before_ninety_minutes_are_over() {
        assert_eq!(
            rows(&[50, 30, 60], &["240"]),
            [
                "**Session 1: 240 minutes**",
                "| 0:00 | **[A]** | 50 |",
                "| 0:50 | **[B]** | 30 |",
                "| 1:20 | *Break* | 10 |",
                "| 1:30 | **[C]** | 60 |",
            ]
        );
    }

    #[test]
    fn a_chapter_is_never_cut_and_what_fits_nowhere_is_said() {
        assert_eq!(
            rows(&[50, 40, 30, 20], &["80", "80"]),
            [
                "**Session 1: 80 minutes**",
                "| 0:00 | **[A]** | 50 |",
                "**Session 2: 80 minutes**",
                "| 0:00 | **[B]** | 40 |",
                "| 0:40 | **[C]** | 30 |",
                "There is no time left for these, 20 minutes in all: [D].",
            ]
        );
    }
}
