//! A drawing of horizontal bars, as text. Its colours follow the page that it is put into, or the reader's system.

use std::fmt::Write as _;

use super::number::short;

/// A chart: groups of bars, each bar of one part or several.
pub struct Chart {
    pub title: &'static str,
    pub unit: &'static str,
    /// The names of the parts; where there is one, it needs no name.
    pub parts: Vec<&'static str>,
    pub groups: Vec<Group>,
}

pub struct Group {
    pub title: String,
    pub bars: Vec<Bar>,
}

pub struct Bar {
    pub title: String,
    /// The name of its colour.
    pub class: &'static str,
    /// The lengths of its parts, one after the other.
    pub parts: Vec<f64>,
}

impl Bar {
    fn total(&self) -> f64 {
        self.parts.iter().sum()
    }
}

const WIDTH: f64 = 720.0;
/// Where the bars begin: the names stand before them.
const LEFT: f64 = 96.0;
/// The room for the numbers behind the bars.
const RIGHT: f64 = 190.0;
const BAR: f64 = 18.0;
const LINE: f64 = 24.0;

/// A page of the book sets `--fg`. Alone, as a picture, the drawing follows the system.
const STYLE: &str = "\
.bench { color: var(--fg, #333); font: 14px system-ui, sans-serif; max-width: 100% }
@media (prefers-color-scheme: dark) { .bench { color: var(--fg, #ddd) } }
.bench text { fill: currentColor }
.bench .head { font-weight: 600 }
.bench .rust { fill: #c4521a }
.bench .node { fill: #3c873a }
.bench .echo { fill: #7a7a7a }
.bench .part1 { fill-opacity: 0.5 }
";

impl Chart {
    /// The chart as an SVG document.
    #[must_use]
    pub fn svg(&self) -> String {
        let mut body = String::new();
        let mut y = LINE;
        text(
            &mut body,
            "head",
            0.0,
            y,
            &format!("{} ({})", self.title, self.unit),
        );
        y += LINE;
        if self.parts.len() > 1 {
            self.legend(&mut body, y);
            y += LINE;
        }
        for group in &self.groups {
            if !group.title.is_empty() {
                y += LINE / 3.0;
                text(&mut body, "head", 0.0, y, &group.title);
                y += LINE;
            }
            for bar in &group.bars {
                self.bar(&mut body, y, bar);
                y += LINE;
            }
        }
        let described = escape(&self.description());
        let title = escape(self.title);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"bench\" role=\"img\" viewBox=\"0 0 {WIDTH} {y}\">\n\
             <title>{title}</title>\n<desc>{described}</desc>\n<style>\n{STYLE}</style>\n{body}</svg>\n"
        )
    }

    fn legend(&self, body: &mut String, y: f64) {
        let mut x = LEFT;
        for (number, part) in self.parts.iter().enumerate() {
            let top = y - BAR + 5.0;
            // Writing to a string does not fail.
            writeln!(
                body,
                "<rect class=\"echo part{number}\" x=\"{x}\" y=\"{top}\" width=\"{BAR}\" height=\"{BAR}\"/>"
            )
            .ok();
            text(body, "", x + LINE, y, part);
            x += 200.0;
        }
    }

    fn bar(&self, body: &mut String, y: f64, bar: &Bar) {
        text(body, "", 0.0, y, &bar.title);
        let scale = (WIDTH - LEFT - RIGHT) / self.longest();
        let mut x = LEFT;
        for (number, part) in bar.parts.iter().enumerate() {
            let (top, width) = (y - BAR + 5.0, part * scale);
            writeln!(
                body,
                "<rect class=\"{} part{number}\" x=\"{x:.1}\" y=\"{top}\" width=\"{width:.1}\" height=\"{BAR}\"/>",
                bar.class
            )
            .ok();
            x += width;
        }
        text(body, "", x + 6.0, y, &numbers(bar));
    }

    fn longest(&self) -> f64 {
        let bars = self.groups.iter().flat_map(|group| &group.bars);
        bars.map(Bar::total).fold(f64::MIN_POSITIVE, f64::max)
    }

    /// The chart in words, for those who do not see it.
    fn description(&self) -> String {
        let mut words = String::new();
        for group in &self.groups {
            for bar in &group.bars {
                let of = if group.title.is_empty() { "" } else { ", " };
                let (group, title, unit) = (&group.title, &bar.title, self.unit);
                write!(words, "{group}{of}{title}: {} {unit}. ", short(bar.total())).ok();
            }
        }
        words.trim_end().to_owned()
    }
}

/// The total, and the parts where there are several.
fn numbers(bar: &Bar) -> String {
    let total = short(bar.total());
    if bar.parts.len() < 2 {
        return total;
    }
    let parts: Vec<_> = bar.parts.iter().copied().map(short).collect();
    format!("{total} = {}", parts.join(" + "))
}

fn text(body: &mut String, class: &str, x: f64, y: f64, words: &str) {
    let words = escape(words);
    writeln!(
        body,
        "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y}\">{words}</text>"
    )
    .ok();
}

fn escape(words: &str) -> String {
    words
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_value_and_says_it() {
        let bar = |title: &str, parts: Vec<f64>| Bar {
            title: title.to_owned(),
            class: "rust",
            parts,
        };
        let chart = Chart {
            title: "a < b",
            unit: "µs",
            parts: vec!["user", "kernel"],
            groups: vec![Group {
                title: "1 client".to_owned(),
                bars: vec![bar("one", vec![1.0, 1.0]), bar("two", vec![3.0, 1.0])],
            }],
        };
        let svg = chart.svg();
        assert!(svg.contains("<title>a &lt; b</title>"), "{svg}");
        assert!(svg.contains("1 client, one: 2.00 µs. 1 client, two: 4.00 µs."));
        assert!(svg.contains("2.00 = 1.00 + 1.00"));
        let full = WIDTH - LEFT - RIGHT;
        assert!(
            svg.contains(&format!("width=\"{:.1}\"", full * 0.75)),
            "{svg}"
        );
        assert!(
            svg.contains(&format!("width=\"{:.1}\"", full * 0.25)),
            "{svg}"
        );
    }
}
