//! The program behind the recipes of the `justfile`.

mod commands;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Result;
use clap::{Parser, Subcommand};
use workbook::work;

use commands::{break_it, check, diff, hint, package, progress, run, setup, start, watch};

/// Runs, compares and checks the lessons of the workbook.
#[derive(Parser)]
#[command(name = "workbook")]
struct Arguments {
    /// The folder of your own copy
    #[arg(long, global = true, value_name = "FOLDER", default_value_os_t = work::folder())]
    work: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a lesson: 3, 03 and 03-emit all mean the same one
    Run { lesson: String },
    /// Show what a lesson adds to the one before
    Diff { lesson: String },
    /// Make your own copy to build a lesson in: it begins as the lesson before
    Start {
        lesson: String,
        /// Move the copy that is there aside, to work-1, work-2 and so on
        #[arg(long)]
        fresh: bool,
    },
    /// Play a lesson's scenarios on your copy
    Check(check::Options),
    /// Show the next hint for the first scenario that fails
    Hint(check::Options),
    /// Show which lessons and exercises your copy passes
    Progress,
    /// Show the difference between your copy and the lesson
    Solution { lesson: String },
    /// List the experiments of a lesson, or make a copy with one of them in it
    Break {
        lesson: String,
        experiment: Option<String>,
        /// Say what happens, instead of making the copy
        #[arg(long)]
        answer: bool,
    },
    /// Run a lesson, or your copy (`work 03`), and restart it as files change
    Watch {
        /// A lesson, or `work` and a lesson
        #[arg(num_args = 1..=2, required = true)]
        what: Vec<String>,
    },
    /// Make a folder with a lesson alone, which a platform can build
    Package { lesson: String, folder: PathBuf },
    /// Install what the pages load: the Socket.IO client and Bootstrap
    Setup,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Arguments { work, command } = Arguments::parse();
    match run(command, &work).await {
        Ok(true) => ExitCode::SUCCESS,
        // Everything is said already.
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a command; `false` if what it checked failed.
async fn run(command: Command, work: &Path) -> Result<bool> {
    match command {
        Command::Run { lesson } => return run::run(&lesson).await,
        Command::Diff { lesson } => diff::diff(&lesson)?,
        Command::Start { lesson, fresh } => start::start(&lesson, work, fresh)?,
        Command::Check(options) => return check::check(&options, work).await,
        Command::Hint(options) => hint::hint(&options, work).await?,
        Command::Progress => progress::progress(work).await?,
        Command::Solution { lesson } => diff::solution(&lesson, work)?,
        Command::Break {
            lesson,
            experiment,
            answer,
        } => break_it::break_it(&lesson, experiment.as_deref(), answer, work)?,
        Command::Watch { what } => watch::watch(&what, work).await?,
        Command::Package { lesson, folder } => package::package(&lesson, &folder)?,
        Command::Setup => setup::setup()?,
    }
    Ok(true)
}
