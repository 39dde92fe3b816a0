//! `just book` and `just book-build`.

use std::{path::PathBuf, process::ExitCode};

use book::make::{self, Built, Options};
use clap::{Parser, Subcommand};

/// The workbook's book
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the book to target/book
    Build {
        /// Another folder with chapters than book/text
        #[arg(long)]
        text: Option<PathBuf>,
        /// Another folder for the pages than target/book
        #[arg(long)]
        to: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Build { text, to } => build(&Options {
            text,
            destination: to,
            ..Options::default()
        }),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            eprintln!("{words}");
            ExitCode::FAILURE
        }
    }
}

/// Builds, and says what is wrong; the pages are there in any case, to look at.
fn build(options: &Options) -> Result<(), String> {
    let built = make::build(options)?;
    for fault in &built.faults {
        eprintln!("{fault}");
    }
    println!("{}", said(&built));
    match built.faults.len() {
        0 => Ok(()),
        1 => Err("1 fault".to_owned()),
        count => Err(format!("{count} faults")),
    }
}

/// That a book is there, and where.
fn said(built: &Built) -> String {
    format!(
        "{} chapters in {:.1} s: {}",
        built.chapters,
        built.time.as_secs_f64(),
        built.folder.join("index.html").display()
    )
}
