//! Measures the lessons and their Node originals side by side, in turn, on this machine.
//!
//! `just bench` measures everything and records it in `book/measured/`. `just bench broadcast idle` measures parts, and
//! `just bench --quick` sees whether all of it works; both write beside the program, and what they write is not for the
//! book.

mod load;
mod plan;
mod report;

use std::{env, path::PathBuf, process::ExitCode};

use bench::{client, machine, process, server};
use plan::{Plan, Run, Workload, measure};
use report::Report;
use server::{programs, root};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let done = match Options::parse(env::args().skip(1)) {
        Ok(options) => bench(&options).await,
        Err(words) => Err(words),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            eprintln!("{words}");
            ExitCode::FAILURE
        }
    }
}

/// What is asked for.
struct Options {
    quick: bool,
    /// All of them where none is named.
    workloads: Vec<Workload>,
}

impl Options {
    fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            quick: false,
            workloads: Vec::new(),
        };
        for argument in arguments {
            let mut workloads = Workload::ALL.into_iter();
            if argument == "--quick" {
                options.quick = true;
            } else if let Some(named) = workloads.find(|workload| workload.name() == argument) {
                options.workloads.push(named);
            } else {
                let names = Workload::ALL.map(Workload::name).join(", ");
                return Err(format!(
                    "{argument} is no option: there are --quick, {names}"
                ));
            }
        }
        Ok(options)
    }

    /// Where the files go.
    fn folder(&self) -> PathBuf {
        if self.quick || !self.workloads.is_empty() {
            programs().join("measured")
        } else {
            root().join("book/measured")
        }
    }
}

async fn bench(options: &Options) -> Result<(), String> {
    let plan = if options.quick {
        Plan::quick()
    } else {
        Plan::full()
    };
    let limit = process::file_limit()?;
    // A server has some other files open, too.
    let needed = plan.connections() + 100;
    if limit < needed {
        return Err(format!(
            "{needed} connections are needed at once, but the system lets a process have {limit} files"
        ));
    }
    let mut report = Report::begin()?;
    for workload in Workload::ALL {
        if options.workloads.is_empty() || options.workloads.contains(&workload) {
            report.add(measure(workload, &plan, tell).await?);
        }
    }
    println!("{}", report.markdown());
    let folder = options.folder();
    report.write(&folder)?;
    eprintln!("recorded in {}", folder.display());
    if report.lost() > 0.0 {
        return Err(format!(
            "{} messages or connections were lost",
            report.lost()
        ));
    }
    Ok(())
}

/// Says what a run came to, for somebody who waits.
fn tell(run: &Run) {
    let figures = run.figures.iter();
    let figures: Vec<_> = figures
        .map(|(name, value)| format!("{name} {value:.1}"))
        .collect();
    eprintln!(
        "{} {} {}: {}",
        run.workload.name(),
        run.clients,
        run.contender,
        figures.join(", ")
    );
}
