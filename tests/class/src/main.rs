//! The program behind `just class`.

use std::{
    num::NonZeroUsize,
    path::PathBuf,
    process::{self, ExitCode},
    thread::available_parallelism,
    time::Duration,
};

use anyhow::{Context, Result};
use clap::{CommandFactory, Parser, ValueEnum, error::ErrorKind};
use class::{
    confine::Confinement,
    grade::{self, Event, Options},
    report, roster,
    worker::{Job, Rules},
};
use console::Term;
use course::lessons;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader, stdin},
    signal::ctrl_c,
};
use workbook::programs;

/// Checks a whole class's work on a lesson.
///
/// Exit code 0: everything was graded, whatever the points. 1: something couldn't be. 2: the command is wrong.
#[derive(Parser)]
#[command(name = "class")]
struct Arguments {
    /// The lesson: 6, 06 and 06-broadcast all mean the same one
    #[arg(required_unless_present = "worker")]
    lesson: Option<String>,
    /// The folder of submissions: a folder or a .zip file for each student
    folder: Option<PathBuf>,
    /// A CSV file with a row for each student: name, path or URL, and optionally when it was handed in
    #[arg(long, value_name = "FILE")]
    roster: Option<PathBuf>,
    /// How many submissions to check at a time
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Check everything again, and not only what has changed
    #[arg(long)]
    again: bool,
    /// Build submissions that bring crates, build scripts or macros of their own, and download what they need
    #[arg(long)]
    allow_foreign: bool,
    /// How long a build may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    build_limit: u64,
    /// How long all scenarios together may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    run_limit: u64,
    /// Also write the results as another program reads them
    #[arg(long = "as", value_name = "PROGRAM")]
    also: Option<Program>,
    /// Checks the job that arrives on standard input
    #[arg(long, hide = true)]
    worker: bool,
}

/// A program that can read results.
#[derive(Clone, Copy, ValueEnum)]
enum Program {
    /// Classroom 50: a result.json for each student
    Classroom50,
}

/// The width of the table if there is no terminal.
const WIDTH: usize = 100;

/// The exit code that shells report for a program that Ctrl-C stopped.
const INTERRUPTED: i32 = 130;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.worker {
        return work().await;
    }
    let outcome = tokio::select! {
        outcome = run(&arguments) => outcome,
        _ = ctrl_c() => {
            eprintln!("Stopped. The results so far are kept: run the same command again to continue.");
            // The workers stop when this process is gone.
            process::exit(INTERRUPTED);
        }
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: &Arguments) -> Result<ExitCode> {
    if arguments.folder.is_none() && arguments.roster.is_none() {
        let words = "where is the work? Give a folder of submissions, or a --roster, or both";
        Arguments::command()
            .error(ErrorKind::MissingRequiredArgument, words)
            .exit();
    }
    let lesson = lessons::find(arguments.lesson.as_deref().unwrap_or_default())?;
    let list = roster::list(arguments.folder.as_deref(), arguments.roster.as_deref())?;
    let confinement = Confinement::find()?;
    for words in confinement.not_restricted() {
        eprintln!("Not restricted here: {words}.");
    }
    let options = Options {
        results: programs::target()
            .join("class")
            .join(format!("{:02}", lesson.number)),
        lesson,
        jobs: arguments.jobs.map_or_else(default_jobs, NonZeroUsize::get),
        again: arguments.again,
        rules: Rules {
            build: Duration::from_secs(arguments.build_limit),
            run: Duration::from_secs(arguments.run_limit),
            allow_foreign: arguments.allow_foreign,
        },
    };
    let total = list.students.len();
    let bar = progress_bar(total)?;
    let graded = grade::grade(list, &options, &confinement, &|event| show(&bar, &event)).await;
    let class = match graded {
        Ok(class) => class,
        Err(error) => {
            bar.finish_and_clear();
            eprintln!("{error:#}");
            return Ok(ExitCode::FAILURE);
        }
    };
    bar.finish_and_clear();
    report::write(&class, &options.results)?;
    if let Some(Program::Classroom50) = arguments.also {
        report::write_classroom50(&class, &options.results)?;
    }
    let width = Term::stdout()
        .size_checked()
        .map_or(WIDTH, |(_, columns)| columns.into());
    print!("{}", report::table::table(&class, width));
    println!();
    println!(
        "To project it: {}",
        options.results.join("index.html").display()
    );
    println!(
        "To send back:  {}",
        options.results.join("students").display()
    );
    let mut students = class.students.iter();
    Ok(
        if students.all(|student| student.outcome.state.is_graded()) {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        },
    )
}

/// Half of the cores: a build uses several.
fn default_jobs() -> usize {
    available_parallelism().map_or(1, |cores| (cores.get() / 2).max(1))
}

fn progress_bar(total: usize) -> Result<ProgressBar> {
    let bar = ProgressBar::new(total.try_into()?);
    let style = ProgressStyle::with_template("{bar:24} {pos} of {len} · {elapsed} · {msg}")
        .context("the progress bar's template is wrong")?;
    bar.set_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    Ok(bar)
}

/// Shows what's happening: on a terminal as a bar, elsewhere as a line for each student.
fn show(bar: &ProgressBar, event: &Event<'_>) {
    match event {
        Event::Waits => say(bar, "waits for another class that is being checked"),
        Event::Prepares => {
            say(
                bar,
                "builds the lesson's dependencies, which takes a minute or two the first time",
            );
        }
        Event::Begins(name) => bar.set_message(report::plain(name)),
        Event::Ends { student, is_known } => {
            bar.inc(1);
            if bar.is_hidden() {
                eprintln!(
                    "{} of {}: {}{}",
                    bar.position(),
                    bar.length().unwrap_or_default(),
                    report::plain(&student.name),
                    if *is_known { ", unchanged" } else { "" }
                );
            }
        }
    }
}

fn say(bar: &ProgressBar, words: &'static str) {
    if bar.is_hidden() {
        eprintln!("{words}");
    }
    bar.set_message(words);
}

/// Checks one job, and prints the outcome. Ends early if nobody waits for it any more.
async fn work() -> ExitCode {
    let mut input = BufReader::new(stdin());
    let mut line = String::new();
    if !matches!(input.read_line(&mut line).await, Ok(1..)) {
        return ExitCode::from(2);
    }
    let job: Job = match serde_json::from_str(&line) {
        Ok(job) => job,
        Err(error) => {
            eprintln!("the job can't be read: {error}");
            return ExitCode::from(2);
        }
    };
    let mut rest = Vec::new();
    let outcome = tokio::select! {
        outcome = job.check() => outcome,
        _ = input.read_to_end(&mut rest) => return ExitCode::FAILURE,
        _ = ctrl_c() => return ExitCode::FAILURE,
    };
    match serde_json::to_string(&outcome) {
        Ok(text) => println!("{text}"),
        Err(error) => eprintln!("the outcome can't be written: {error}"),
    }
    // Returning would wait for the thread that reads standard input.
    process::exit(0)
}
