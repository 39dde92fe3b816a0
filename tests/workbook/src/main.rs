//! The program behind the recipes of the `justfile`.

mod commands;

use std::{
    path::{Path, PathBuf},
    process::{self, ExitCode},
};

use anyhow::Result;
use clap::{Parser, Subcommand};
use tokio::signal::ctrl_c;
use workbook::work;

use commands::{
    break_it, check, diff, hint, package, prepare, progress, run, setup, start, stop, watch,
};

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
    /// Run a lesson
    Run {
        /// The lesson: 3, 03 and 03-emit all mean the same one
        lesson: String,
        /// For a lesson of several processes: another configuration than its `nginx.conf`
        #[arg(long, value_name = "FILE")]
        nginx: Option<PathBuf>,
    },
    /// Show what a lesson adds to the one before
    Diff {
        /// The lesson: 3, 03 and 03-emit all mean the same one
        lesson: String,
    },
    /// Make your own copy to build a lesson in, or continue in it from the lesson before
    Start(start::Options),
    /// Play a lesson's scenarios on your copy
    ///
    /// Exit code 0: all passed. 1: something failed. 2: there was nothing to check.
    Check {
        #[command(flatten)]
        options: check::Options,
        /// Print one JSON document for other programs to read; its `state` says how far the check got
        #[arg(long)]
        json: bool,
    },
    /// Show the next hint for the first scenario that fails
    Hint(check::Options),
    /// Show which lessons and exercises your copy passes, or has passed
    Progress,
    /// Show the difference between your copy and the lesson, or our solution to an exercise
    Solution {
        /// The lesson: 3, 03 and 03-emit all mean the same one
        lesson: String,
        /// One of the lesson's exercises instead, in its own copy if there is one
        #[arg(long)]
        exercise: Option<String>,
    },
    /// List the experiments of a lesson, or make a copy with one of them in it
    Break {
        /// The lesson: 3, 03 and 03-emit all mean the same one
        lesson: String,
        /// The name of an experiment; without it, you get the list
        experiment: Option<String>,
        /// Explain what happens, instead of making the copy
        #[arg(long)]
        answer: bool,
        /// Make the copy again; the old one is moved aside
        #[arg(long, conflicts_with = "answer")]
        fresh: bool,
    },
    /// Run a lesson, or your copy (`work 03`), and restart it as files change
    Watch {
        /// A lesson, or `work` and a lesson
        #[arg(num_args = 1..=2, required = true)]
        what: Vec<String>,
        /// With `work` and a lesson: the copy for one of the lesson's exercises
        #[arg(long)]
        exercise: Option<String>,
    },
    /// Put one lesson in a folder of its own, which a platform can build
    Package {
        /// The lesson: 3, 03 and 03-emit all mean the same one
        lesson: String,
        /// The folder to make
        folder: PathBuf,
    },
    /// Download and build everything, so that the workbook works offline
    Prepare,
    /// Install what the pages load: the Socket.IO client and Bootstrap
    Setup,
}

/// The exit code that shells report for a program that Ctrl-C stopped.
const INTERRUPTED: i32 = 130;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Arguments { work, command } = Arguments::parse();
    // A lesson gets Ctrl-C, too, and may have work to finish.
    let is_run = matches!(command, Command::Run { .. });
    let is_watch = matches!(command, Command::Watch { .. });
    let outcome = tokio::select! {
        outcome = run(command, &work) => Some(outcome),
        // Everything that was started ends here: servers, builds, temporary folders.
        _ = ctrl_c(), if !is_run => None,
        () = stop::asked() => None,
    };
    match outcome {
        Some(Ok(code)) => code,
        Some(Err(error)) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
        // Ctrl-C is the only way to end it. Returning would wait for a lock that another build holds.
        None if is_watch => process::exit(0),
        None => process::exit(INTERRUPTED),
    }
}

/// Runs a command. If its code isn't 0, the command has already said why.
async fn run(command: Command, work: &Path) -> Result<ExitCode> {
    let from = |done| {
        if done {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    };
    match command {
        Command::Run { lesson, nginx } => return Ok(from(run::run(&lesson, nginx).await?)),
        Command::Diff { lesson } => diff::diff(&lesson)?,
        Command::Start(options) => return Ok(from(start::start(&options, work).await?)),
        Command::Check { options, json } => return Ok(check::check(&options, json, work).await),
        Command::Hint(options) => hint::hint(&options, work).await?,
        Command::Progress => progress::progress(work).await?,
        Command::Solution { lesson, exercise } => {
            diff::solution(&lesson, exercise.as_deref(), work)?;
        }
        Command::Break {
            lesson,
            experiment,
            answer,
            fresh,
        } => break_it::break_it(&lesson, experiment.as_deref(), answer, fresh, work)?,
        Command::Watch { what, exercise } => watch::watch(&what, exercise, work).await?,
        Command::Package { lesson, folder } => package::package(&lesson, &folder)?,
        Command::Prepare => return Ok(from(prepare::prepare())),
        Command::Setup => setup::setup()?,
    }
    Ok(ExitCode::SUCCESS)
}
