//! `just outages` sends messages to two nodes while Redis or a node fails, and records for the book what the clients miss.

use std::fmt::Write as _;

use anyhow::Result;
use bench::Conditions;
use proof::outages::{Fault, Heard, MESSAGES, Outcome, run};
use serde::Serialize;

#[derive(Serialize)]
struct Record {
    conditions: Conditions,
    messages: usize,
    runs: Vec<Run>,
}

#[derive(Serialize)]
struct Run {
    fault: &'static str,
    outcome: Outcome,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let conditions = Conditions::now()?;
    let mut runs = Vec::new();
    for fault in Fault::ALL {
        eprintln!("{} …", fault.name());
        let outcome = run(fault).await?;
        runs.push(Run {
            fault: fault.name(),
            outcome,
        });
    }
    let record = Record {
        conditions,
        messages: MESSAGES,
        runs,
    };
    bench::write("outages", true, &record, &table(&record)?)
}

fn table(record: &Record) -> Result<String> {
    let Record {
        conditions,
        messages,
        runs,
    } = record;
    let mut table = format!(
        "{conditions}\n\n\
         ana sends {messages} messages to everyone and {messages} to a room, one of each every 50 ms, and something fails after \
         3 s. beto is at her node, carla at another one. The table says how many messages they miss, and in brackets the \
         longest time until one arrived.\n\n\
         | what fails | to everyone: beto | carla | to the room: beto | carla | a newcomer is let in after |\n\
         |---|--:|--:|--:|--:|--:|\n"
    );
    for Run { fault, outcome } in runs {
        let Outcome {
            beto,
            carla,
            newcomer_ms,
        } = outcome;
        let cells = [
            missed(&beto.everyone, *messages),
            missed(&carla.everyone, *messages),
            missed(&beto.room, *messages),
            missed(&carla.room, *messages),
        ];
        writeln!(
            table,
            "| {fault} | {} | {newcomer_ms} ms |",
            cells.join(" | ")
        )?;
    }
    Ok(table)
}

fn missed(heard: &Heard, messages: usize) -> String {
    let missed = messages - heard.different;
    format!("{missed}\u{a0}({}\u{a0}ms)", heard.slowest_ms)
}
