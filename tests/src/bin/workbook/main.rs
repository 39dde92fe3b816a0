//! The program behind the recipes of the `justfile`.

mod diff;
mod parity;
mod run;
mod setup;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Runs and compares the lessons of the workbook.
#[derive(Parser)]
#[command(name = "workbook")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a lesson: 3, 03 and 03-emit all mean the same one
    Run { lesson: String },
    /// Show what a lesson adds to the one before
    Diff { lesson: String },
    /// Play the scenarios on the Node original, of one lesson or of all
    Parity { lesson: Option<String> },
    /// Install what the pages load: the Socket.IO client and Bootstrap
    Setup,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Run { lesson } => run::run(&lesson),
        Command::Diff { lesson } => diff::diff(&lesson),
        Command::Parity { lesson } => parity::parity(lesson.as_deref()),
        Command::Setup => setup::setup(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            eprintln!("{words}");
            ExitCode::FAILURE
        }
    }
}
