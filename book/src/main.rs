//! `just book` and `just book-build`.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use book::{
    make::{self, Options},
    serve,
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
        /// The folder with the chapters, instead of book/text
        #[arg(long)]
        text: Option<PathBuf>,
        /// The folder for the pages, instead of target/book
        #[arg(long)]
        to: Option<PathBuf>,
    },
    /// Show the book in a browser, and rebuild it when its files change
    Serve {
        /// The port; 0 lets the system choose
        #[arg(long, default_value_t = 3001)]
        port: u16,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Returns `false` if the book has faults. The pages are written anyway, so that you can look at them.
fn run(command: Command) -> Result<bool> {
    match command {
        Command::Build { text, to } => {
            let built = make::build(&Options {
                text,
                destination: to,
                reload: None,
            })?;
            built.report();
            Ok(built.faults.is_empty())
        }
        Command::Serve { port } => {
            let runtime = tokio::runtime::Runtime::new()?;
            runtime.block_on(serve::serve(port)).map(|()| true)
        }
    }
}
