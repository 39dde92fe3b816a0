//! `workbook parity`: the scenarios, played on the Node original of the course.

use std::thread;

use console::style;
use contract::{
    lessons::{self, Lesson},
    parity::{Differences, Reference, Verdict, strays},
};
use futures_util::{StreamExt as _, stream::FuturesOrdered};
use tokio::sync::Semaphore;

/// How the scenarios came out.
#[derive(Default)]
struct Count {
    same: usize,
    known: usize,
    wrong: usize,
}

/// Plays every scenario of a lesson, or of all, on the Node original, and prints how each came out.
///
/// # Errors
/// A difference is not listed, a listed one does not occur, or something cannot be read.
pub async fn parity(lesson: Option<&str>) -> Result<(), String> {
    let differences = Differences::read()?;
    let lessons = match lesson {
        Some(lesson) => vec![lessons::find(lesson)?],
        None => lessons::all().map_err(|error| format!("the lessons cannot be read: {error}"))?,
    };
    let count = play(&lessons, &differences).await;
    for rule in differences.frames() {
        let (packet, field) = (&rule.packet, &rule.field);
        println!(
            "{} `{field}` in every packet {packet}\n    {}",
            style("≠").yellow(),
            rule.why
        );
    }
    let strays = strays(&differences)?;
    for stray in &strays {
        println!("{} tests/reference: {stray}", style("✗").red());
    }
    println!(
        "\n{} the same, {} with a known difference, {} wrong",
        count.same,
        count.known,
        count.wrong + strays.len()
    );
    if count.wrong + strays.len() > 0 {
        return Err("the Node original and the Rust lessons differ in what is not listed".into());
    }
    Ok(())
}

async fn play(lessons: &[Lesson], differences: &Differences) -> Count {
    let mut references = Vec::new();
    for lesson in lessons {
        let servers = Reference::all_of(lesson);
        if servers.is_empty() {
            println!("{}: the course has no such step", lesson.name);
        }
        references.extend(servers);
    }
    let scenarios = references.iter().flat_map(|reference| {
        let scenarios = reference.scenarios.iter();
        scenarios.map(move |scenario| (reference, scenario))
    });
    // As many at a time as there are processors. One that waits for what does not come must not hold up the others,
    // so they are all begun, and each waits for its turn.
    let turns = Semaphore::new(thread::available_parallelism().map_or(1, usize::from));
    let judging = scenarios.map(async |(reference, scenario)| {
        // The error says that there are no turns any more; nobody ends them.
        let _turn = turns.acquire().await;
        let verdict = reference.judge(scenario, differences).await;
        (&reference.lesson.name, scenario.title(), verdict)
    });
    let mut judged: FuturesOrdered<_> = judging.collect();
    let mut count = Count::default();
    let mut lesson_before = None;
    while let Some((lesson, title, verdict)) = judged.next().await {
        if lesson_before != Some(lesson) {
            lesson_before = Some(lesson);
            println!("{}", style(lesson).bold());
        }
        match verdict {
            Verdict::Same => {
                count.same += 1;
                println!("  {} {title}", style("✓").green());
            }
            Verdict::Known(why) => {
                count.known += 1;
                println!("  {} {title}\n    {why}", style("≠").yellow());
            }
            Verdict::Wrong(words) => {
                count.wrong += 1;
                let words = words.replace('\n', "\n    ");
                println!("  {} {title}\n    {words}", style("✗").red());
            }
        }
    }
    count
}
