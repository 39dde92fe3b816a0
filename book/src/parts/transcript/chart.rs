//! A transcript as a sequence chart: a lifeline for each client and for the server, an arrow for each frame.

use wire::transcript::{Direction, Line, Step};

use super::class;
use crate::html::escape;

/// The width of a letter of a label, in the chart's units, with a little to spare.
const LETTER: usize = 7;
/// The space to the left of the first lifeline and to the right of the last.
const MARGIN: usize = 56;
/// The height of an arrow with its label.
const ROW: usize = 26;
/// The height of a step's title.
const TITLE: usize = 34;
/// The name of the server's lifeline, and what a transcript calls the server where it tells what the server did.
const SERVER: &str = "server";

/// Where things are drawn.
struct Chart<'a> {
    clients: Vec<&'a str>,
    gap: usize,
    y: usize,
    body: String,
}

/// Draws the steps. `label` is the name of the chart, to a screen reader.
pub fn draw(steps: &[Step], label: &str) -> String {
    let mut chart = Chart::new(steps);
    for step in steps {
        chart.title(&step.title);
        for line in &step.lines {
            chart.line(line);
        }
        chart.silence(&step.silent);
    }
    let (width, height) = (chart.server() + MARGIN, chart.y + 10);
    let mut lifelines = String::new();
    let names = chart.clients.iter().copied().chain([SERVER]);
    for (column, name) in names.enumerate() {
        let x = chart.x(column);
        let class = if column == chart.clients.len() {
            "server"
        } else {
            "client"
        };
        lifelines += &format!(
            "<line class=\"life {class}\" x1=\"{x}\" y1=\"26\" x2=\"{x}\" y2=\"{height}\"></line>\
             <text class=\"name {class}\" x=\"{x}\" y=\"17\">{}</text>",
            escape(name)
        );
    }
    format!(
        "<svg role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {width} {height}\" style=\"--natural: {width}px\">{lifelines}{}</svg>",
        escape(label),
        chart.body
    )
}

impl<'a> Chart<'a> {
    fn new(steps: &'a [Step]) -> Self {
        let mut clients: Vec<&str> = Vec::new();
        for step in steps {
            let heard = step.lines.iter().map(|line| &*line.who);
            let silent = step.silent.iter().map(String::as_str);
            for who in heard.chain(silent) {
                if who != SERVER && !clients.contains(&who) {
                    clients.push(who);
                }
            }
        }
        // Alone, a client has room for longer labels.
        let gap = match clients.len() {
            0 | 1 => 480,
            2 => 260,
            _ => 210,
        };
        Self {
            clients,
            gap,
            y: 30,
            body: String::new(),
        }
    }

    /// Where a lifeline stands.
    fn x(&self, column: usize) -> usize {
        MARGIN + column * self.gap
    }

    fn server(&self) -> usize {
        self.x(self.clients.len())
    }

    /// Where the lifeline of somebody stands.
    fn life(&self, who: &str) -> usize {
        if who == SERVER {
            return self.server();
        }
        let column = self.clients.iter().position(|client| *client == who);
        self.x(column.unwrap_or_default())
    }

    fn title(&mut self, title: &str) {
        self.y += TITLE;
        let (y, right) = (self.y - 8, self.server() + MARGIN - 6);
        let title = shorten(title, (right - 6) / LETTER);
        self.body += &format!(
            "<line class=\"step\" x1=\"6\" y1=\"{0}\" x2=\"{right}\" y2=\"{0}\"></line>\
             <text class=\"step\" x=\"6\" y=\"{y}\">{1}</text>",
            y - 17,
            escape(&title)
        );
    }

    fn line(&mut self, line: &Line) {
        self.y += ROW;
        let (client, server, y) = (self.life(&line.who), self.server(), self.y);
        let class = class(line.direction);
        let label = self.label(line);
        let (tip, back) = match line.direction {
            Direction::Sent => (server - 2, server - 11),
            Direction::Received => (client + 2, client + 11),
            Direction::Happened => {
                self.body += &format!(
                    "<circle class=\"{class}\" cx=\"{client}\" cy=\"{}\" r=\"4\"></circle>{label}",
                    y - 4
                );
                return;
            }
        };
        self.body += &format!(
            "<line class=\"{class}\" x1=\"{client}\" y1=\"{y}\" x2=\"{server}\" y2=\"{y}\"></line>\
             <polygon class=\"{class}\" points=\"{tip},{y} {back},{0} {back},{1}\"></polygon>{label}",
            y - 4,
            y + 4
        );
    }

    /// The words at a line. From the client on, where they fit between it and the server; else up to the server, as
    /// far as there is room.
    fn label(&self, line: &Line) -> String {
        let (from, server) = (self.life(&line.who), self.server());
        let class = class(line.direction);
        let y = if line.direction == Direction::Happened {
            self.y
        } else {
            self.y - 5
        };
        let length = line.text.chars().count() * LETTER;
        let (x, anchor) = if from + 28 + length <= server {
            (from + 14, "start")
        } else {
            (server - 14, "end")
        };
        let room = server.saturating_sub(self.x(0) + 28) / LETTER;
        let text = shorten(&line.text, room);
        format!(
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>",
            escape(&text)
        )
    }

    fn silence(&mut self, who: &[String]) {
        if !who.is_empty() {
            self.y += ROW;
        }
        for who in who {
            self.body += &format!(
                "<text class=\"silence\" x=\"{}\" y=\"{}\">hears nothing</text>",
                self.life(who),
                self.y - 4,
            );
        }
    }
}

fn shorten(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let beginning: String = text.chars().take(room.saturating_sub(1)).collect();
    format!("{beginning}…")
}

#[cfg(test)]
mod tests {
    use course::scenarios;
    use wire::transcript::Transcript;

    use super::*;

    fn parse(text: &str) -> Vec<Step> {
        text.parse::<Transcript>().unwrap().steps
    }

    #[test]
    fn each_frame_is_an_arrow_between_a_client_and_the_server() {
        let steps = parse("a step\n  ana  → 40\n  beto ← 42[\"x\"]\n  ana hears nothing\n");
        let chart = draw(&steps, "a \"label\"");
        assert_eq!(chart.matches("<polygon").count(), 2);
        assert_eq!(chart.matches("class=\"life client\"").count(), 2);
        assert!(
            chart.contains("aria-label=\"a &quot;label&quot;\""),
            "{chart}"
        );
        assert!(chart.contains("hears nothing"), "{chart}");
    }

    #[test]
    fn what_the_server_did_stands_at_its_lifeline() {
        let steps = parse("a step\n  ana    → 40\n  server · logs it\n");
        let chart = draw(&steps, "");
        assert_eq!(chart.matches("class=\"life client\"").count(), 1);
        assert!(chart.contains("text-anchor=\"end\">logs it"), "{chart}");
    }

    #[test]
    fn a_long_frame_is_shortened_to_the_room_that_there_is() {
        let frame = "x".repeat(500);
        let steps = parse(&format!("a\n  ana → {frame}\n"));
        let chart = draw(&steps, "");
        assert!(
            chart.contains("x…</text>") && !chart.contains(&frame),
            "{chart}"
        );
    }

    #[test]
    fn all_frames_of_all_transcripts_can_be_drawn() {
        for scenario in scenarios::all() {
            let steps = scenario.expected().unwrap().steps;
            assert!(!draw(&steps, scenario.name).is_empty());
        }
    }
}
