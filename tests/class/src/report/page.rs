//! The class as a page for the projector: `index.html`. It's complete in itself, and requests nothing.

mod hidden;
mod sheet;
mod students;

use data_encoding::BASE64;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use ring::digest::{SHA256, digest};

use self::hidden::{Names, pair};
use super::words::{count, how_many_are_new, plain};
use crate::results::{Class, State};

/// The workbook's colours, those of the book, and what only this page has.
const STYLES: [&str; 3] = [
    include_str!("../../../../public/shared/colors.css"),
    include_str!("../../../../book/theme/css/variables.css"),
    include_str!("page/page.css"),
];

const SCRIPT: &str = include_str!("page/page.js");

/// How many of the missed scenarios are listed.
const MISSED: usize = 5;

/// The page, as HTML.
pub fn page(class: &Class) -> String {
    let names = Names::of(class);
    let lesson = plain(&class.lesson);
    let styles = STYLES.concat();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (lesson) " · the class" }
                // An icon of its own, so that the browser doesn't request one.
                link rel="icon" href="data:,";
                style { (PreEscaped(styles)) }
                script { (PreEscaped(SCRIPT)) }
            }
            body {
                header {
                    div {
                        h1 { (lesson) }
                        p { (summary(class)) }
                    }
                    button #hide type="button" aria-pressed="false" { "Hide names" }
                }
                main {
                    (missed(class))
                    (sheet::sheet(class, &names))
                    (students::students(class, &names))
                }
                (notes(class, &names))
            }
        }
    };
    page.into_string()
}

/// Only what the page itself contains may be shown and run: even a mistake here wouldn't let a student's program do more.
fn policy() -> String {
    let hash = BASE64.encode(digest(&SHA256, SCRIPT.as_bytes()).as_ref());
    format!(
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{hash}'"
    )
}

fn summary(class: &Class) -> String {
    let students = class.students.iter();
    let passed = students.filter(|student| student.outcome.state == State::Passed);
    let passed = passed.count();
    let untried = class.students.len() - class.tried();
    let mut parts = vec![
        count(class.students.len(), "student"),
        how_many_are_new(class),
        format!(
            "{} {} all",
            count(passed, "student"),
            if passed == 1 { "passes" } else { "pass" }
        ),
    ];
    if untried > 0 {
        parts.push(format!("{untried} couldn't be tried"));
    }
    if !class.complete {
        parts.push("not finished".to_owned());
    }
    parts.join(" · ")
}

/// The scenarios that most students miss.
fn missed(class: &Class) -> Markup {
    let tried = class.tried();
    let missed = class.most_missed();
    let new = class.scenarios.iter().filter(|scenario| scenario.new);
    let new: Vec<_> = new.map(|scenario| &scenario.name).collect();
    html! {
        @if !missed.is_empty() {
            section aria-labelledby="missed" {
                h2 #missed { "Most missed" }
                ol.missed {
                    @for (scenario, number) in missed.into_iter().take(MISSED) {
                        li {
                            span {
                                @match new.iter().position(|name| **name == scenario.name) {
                                    Some(at) => span.number { (sheet::number(at)) },
                                    None => span.number title="from an earlier lesson" { "–" },
                                }
                                " " (scenario.title)
                            }
                            b { (number) " of " (tried) }
                            span.bar-place {
                                div.bar style={ "--share: " (number * 100 / tried.max(1)) "%" } {}
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Notes about the whole class.
fn notes(class: &Class, names: &Names) -> Markup {
    let unknown: Vec<_> = class.unknown.iter().map(|name| plain(name)).collect();
    html! {
        footer {
            @if !unknown.is_empty() {
                p { "Not on the roster: " (pair(&unknown.join(", "), &unknown.len().to_string())) }
            }
            @for what in &class.not_restricted {
                p { "Not restricted here: " (names.text(what)) }
            }
        }
    }
}

#[cfg(test)]
mod tests;
