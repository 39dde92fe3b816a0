//! `just book` and `just book-build`.

use std::{path::PathBuf, process::ExitCode};

use book::{
    make::{self, Options},
    report, serve,
};
use clap::{Parser, Subcommand};

/// The workbook's book
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the book to target/book; fails if anything in it is wrong
    Build {
        /// Another folder with chapters than book/text
        #[arg(long)]
        text: Option<PathBuf>,
        /// Another folder for the pages than target/book
        #[arg(long)]
        to: Option<PathBuf>,
    },
    /// Show the book in a browser, and build it anew as its files change
    Serve {
        /// The port; 0 lets the system choose
        #[arg(long, default_value_t = 3001)]
        port: u16,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Build { text, to } => build(&Options {
            text,
            destination: to,
            ..Options::default()
        }),
        Command::Serve { port } => serve(port),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(words) => {
            eprintln!("{words}");
            ExitCode::FAILURE
        }
    }
}

/// Builds; `false` if anything is wrong. The pages are there in any case, to look at.
fn build(options: &Options) -> Result<bool, String> {
    let built = make::build(options)?;
    report::say(&built);
    Ok(built.faults.is_empty())
}

#[tokio::main(flavor = "current_thread")]
async fn serve(port: u16) -> Result<bool, String> {
    serve::serve(port).await.map(|()| true)
}
