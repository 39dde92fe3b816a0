//! Thousands of clients that come, go, are cut off and speak, for minutes: nothing may be lost, and nothing may be left.
//!
//! `just soak` records what came of it in `book/measured/`. With options it writes beside the program, and that is not
//! for the book.

mod crowd;
mod dice;
mod hearing;
mod peer;
mod report;
mod samples;

use std::{path::PathBuf, process::ExitCode, rc::Rc, time::Duration};

use bench::{
    machine,
    server::{programs, root},
};
use clap::Parser;
use course::production::Production;
use tokio::task::LocalSet;
use wire::process::descriptors;

use crowd::Crowd;
use report::Report;
use samples::Samples;

/// How long the server may count clients after the last has gone: some were cut off between two polls, and are missed
/// after a heartbeat.
const MISSED: Duration = Duration::from_mins(1);

/// Plays a crowd on lesson 07, built for release, and sees that nothing is lost and nothing is left.
#[derive(Parser)]
struct Options {
    /// How long the crowd stays.
    #[arg(long, default_value_t = Self::MINUTES)]
    minutes: f64,
    /// How many clients there are at a time.
    #[arg(long, default_value_t = Self::CLIENTS)]
    clients: usize,
}

impl Options {
    const MINUTES: f64 = 10.0;
    const CLIENTS: usize = 5000;

    /// Where the files go.
    fn folder(&self) -> PathBuf {
        let whole = self.minutes >= Self::MINUTES && self.clients >= Self::CLIENTS;
        if whole {
            root().join("book/measured")
        } else {
            programs().join("measured")
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = Options::parse();
    match LocalSet::new().run_until(soak(&options)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            eprintln!("{words}");
            ExitCode::FAILURE
        }
    }
}

async fn soak(options: &Options) -> Result<(), String> {
    let machine = machine::machine()?;
    // Those who are cut off between two polls keep their places for a while.
    let places = (2 * options.clients).to_string();
    let settings = [
        ("MAX_CLIENTS", places.as_str()),
        ("MAX_CLIENTS_PER_ADDRESS", &places),
        ("SESSIONS_PER_SECOND", "1000000"),
    ];
    let program = programs().join("07-deploy");
    let production = Rc::new(Production::start(&program, &settings).await?);
    let before = descriptors(production.pid()).map_err(|error| error.to_string())?;

    let crowd = Crowd::gather(&production, options.clients).await?;
    let duration = Duration::from_secs_f64(60.0 * options.minutes);
    let samples = Samples::take_during(&production, crowd.tally(), crowd.play(duration), duration);
    let samples = samples.await?;
    let tally = crowd.leave().await?;

    let nobody = |clients: f64| clients == 0.0;
    let left = production.metric_when("clients", nobody, MISSED).await;
    let after = descriptors(production.pid()).map_err(|error| error.to_string())?;
    let report = Report {
        machine,
        versions: machine::versions()?,
        date: machine::today()?,
        minutes: options.minutes,
        clients: options.clients,
        samples,
        tally,
        descriptors: [before, after],
    };
    println!("{}", report.markdown());
    let folder = options.folder();
    report.write(&folder)?;
    eprintln!("recorded in {}", folder.display());
    left?;
    report.verdict()
}
