//! The program behind the recipes of the `justfile`.

mod break_it;
mod check;
mod diff;
mod hint;
mod package;
mod parity;
mod progress;
mod reload;
mod report;
mod run;
mod setup;
mod start;
mod watch;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use contract::work;

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
    /// Run a lesson, or your copy (`work 03`), and start it anew as files change
    Watch {
        /// A lesson, or `work` and a lesson
        #[arg(num_args = 1..=2, required = true)]
        what: Vec<String>,
    },
    /// Play the scenarios on the Node original, of one lesson or of all
    Parity { lesson: Option<String> },
    /// Make a folder with a lesson alone, which a platform can build
    Package { lesson: String, folder: PathBuf },
    /// Install what the pages load: the Socket.IO client and Bootstrap
    Setup,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Arguments { work, command } = Arguments::parse();
    let done = match command {
        Command::Run { lesson } => run::run(&lesson).map(|()| true),
        Command::Diff { lesson } => diff::diff(&lesson).map(|()| true),
        Command::Start { lesson, fresh } => start::start(&lesson, &work, fresh).map(|()| true),
        Command::Check(options) => check::check(&options, &work).await,
        Command::Hint(options) => hint::hint(&options, &work).await.map(|()| true),
        Command::Progress => progress::progress(&work).await.map(|()| true),
        Command::Solution { lesson } => diff::solution(&lesson, &work).map(|()| true),
        Command::Break {
            lesson,
            experiment,
            answer,
        } => break_it::break_it(&lesson, experiment.as_deref(), answer, &work).map(|()| true),
        Command::Watch { what } => watch::watch(&what, &work).await.map(|()| true),
        Command::Parity { lesson } => parity::parity(lesson.as_deref()).await.map(|()| true),
        Command::Package { lesson, folder } => package::package(&lesson, &folder).map(|()| true),
        Command::Setup => setup::setup().map(|()| true),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        // All is said already.
        Ok(false) => ExitCode::FAILURE,
        Err(words) => {
            eprintln!("{words}");
            ExitCode::FAILURE
        }
    }
}
