//! Thousands of clients connect, send, leave and get cut off, for minutes: nothing may be lost, and nothing may be left.
//!
//! `just soak` records the result in `book/measured/`. With options it writes beside the program, and those
//! results aren't for the book.

mod crowd;
mod hearing;
mod record;

use std::{process::ExitCode, time::Duration};

use anyhow::{Error, Result};
use bench::{Conditions, programs};
use clap::Parser;
use course::production::Production;
use tokio::task::LocalSet;
use wire::process::descriptors;

use crowd::Crowd;
use record::{Record, memory_in_quarter, play};

/// How long the server may count clients after the last has left: it notices those that were cut off between two polls
/// after a heartbeat.
const MISSED: Duration = Duration::from_mins(1);

/// The run that is recorded in the book.
const MINUTES: f64 = 10.0;
const CLIENTS: usize = 5000;

/// Plays a crowd on the last production lesson, built for release, and checks that nothing is lost and nothing is left.
#[derive(Parser)]
struct Options {
    /// How long the crowd stays
    #[arg(long, default_value_t = MINUTES)]
    minutes: f64,
    /// How many clients there are at a time
    #[arg(long, default_value_t = CLIENTS)]
    clients: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    if let Err(error) = LocalSet::new().run_until(soak(&Options::parse())).await {
        eprintln!("{error:#}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

async fn soak(&Options { minutes, clients }: &Options) -> Result<()> {
    rlimit::increase_nofile_limit(u64::MAX)?;
    let conditions = Conditions::now()?;
    // Clients that are cut off between two polls keep their places for a while.
    let places = (2 * clients).to_string();
    let settings = [
        ("MAX_CLIENTS", places.as_str()),
        ("MAX_CLIENTS_PER_ADDRESS", &places),
        ("SESSIONS_PER_SECOND", "1000000"),
    ];
    let production = Production::start(&programs()?.join("13-drain"), &settings).await;
    let production = production.map_err(Error::msg)?;
    let before = descriptors(production.pid())?;

    let crowd = Crowd::gather(&production, clients).await?;
    let duration = Duration::from_secs_f64(60.0 * minutes);
    let samples = play(&crowd, &production, duration).await?;
    let tally = crowd.leave().await?;

    let left = production.wait_for_clients(0, MISSED).await;
    let after = descriptors(production.pid())?;
    let record = Record {
        conditions,
        minutes,
        clients,
        tally,
        memory_in_second_quarter: memory_in_quarter(&samples, 1),
        memory_in_last_quarter: memory_in_quarter(&samples, 3),
        descriptors_before: before,
        descriptors_after: after,
        samples,
    };
    let complete = minutes >= MINUTES && clients >= CLIENTS;
    bench::write("soak", complete, &record, &record.markdown())?;
    left.map_err(Error::msg)?;
    record.verdict()
}
