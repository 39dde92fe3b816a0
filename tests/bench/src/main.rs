//! Measures the lessons and their Node originals side by side, in turn, on this machine.
//!
//! `just bench` measures everything and records it in `book/measured/`. `just bench broadcast idle` measures parts, and
//! `just bench --quick` checks that everything works; both write beside the program, and their figures aren't for the
//! book.

mod client;
mod contender;
mod load;
mod number;
mod plan;
mod record;
mod server;
mod table;

use std::process::ExitCode;

use anyhow::{Result, ensure};
use bench::Conditions;
use clap::Parser;
use plan::{Plan, Workload, measure};
use record::Record;

/// Measures the lessons beside their Node originals.
#[derive(Parser)]
struct Options {
    /// Check in seconds that everything works; the figures mean nothing
    #[arg(long)]
    quick: bool,
    /// What to measure; by default, everything
    workloads: Vec<Workload>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    if let Err(error) = bench(&Options::parse()).await {
        eprintln!("{error:#}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

async fn bench(options: &Options) -> Result<()> {
    let plan = if options.quick {
        Plan::QUICK
    } else {
        Plan::FULL
    };
    // The servers inherit the limit, and have some other files open, too.
    let needed = plan.connections() + 100;
    let limit = rlimit::increase_nofile_limit(u64::MAX)?;
    ensure!(
        limit >= needed as u64,
        "this needs {needed} connections at a time, but the system allows a process only {limit} open files"
    );
    let conditions = Conditions::now()?;
    let everything = options.workloads.is_empty();
    let mut runs = Vec::new();
    for workload in Workload::ALL {
        if everything || options.workloads.contains(&workload) {
            runs.extend(measure(workload, &plan).await?);
        }
    }
    let record = Record::new(conditions, runs);
    let complete = everything && !options.quick;
    bench::write("bench", complete, &record, &table::markdown(&record))?;
    let lost = record.lost();
    ensure!(lost == 0.0, "{lost} messages or connections were lost");
    Ok(())
}
