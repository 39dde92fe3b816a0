//! `just proof` sends messages to the chat and to the server of Socket.IO's tutorial while connections break, and records for
//! the book what the clients have heard.

use std::{fmt::Write as _, time::Instant};

use anyhow::{Result, ensure};
use bench::Conditions;
use clap::Parser;
use proof::{
    Transports,
    run::{LISTENERS, SENDERS, Verdict, run},
    server::Contender,
};
use serde::Serialize;

/// Counts what clients hear whose connections break.
#[derive(Parser)]
struct Options {
    /// How many messages are sent; only a run with the default is recorded in the book
    #[arg(long, default_value_t = MESSAGES)]
    messages: usize,
}

const MESSAGES: usize = 3_000;

/// The servers whose clients hear each message once.
const FLAWLESS: [&str; 3] = ["lesson 21", "lesson 23", "lesson 24"];

/// A record and its table in the book: the name, the processes of each server, and the servers.
struct Table {
    name: &'static str,
    processes: usize,
    servers: &'static [(&'static str, Contender)],
}

const TABLES: [Table; 2] = [
    Table {
        name: "proof",
        processes: 1,
        servers: &[
            ("lesson 21", Contender::Lesson("delivery")),
            ("lesson 20", Contender::Lesson("history")),
            ("the tutorial, in Node", Contender::Tutorial),
        ],
    },
    Table {
        name: "proof-processes",
        processes: 3,
        servers: &[
            ("lesson 23", Contender::Lesson("processes")),
            // Redis is restarted, too.
            ("lesson 24", Contender::Lesson("machines")),
        ],
    },
];

#[derive(Serialize)]
struct Record {
    conditions: Conditions,
    messages: usize,
    processes: usize,
    runs: Vec<Run>,
}

#[derive(Serialize)]
struct Run {
    server: &'static str,
    transport: &'static str,
    verdict: Verdict,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Options { messages } = Options::parse();
    let mut flawed = Vec::new();
    for Table {
        name,
        processes,
        servers,
    } in TABLES
    {
        let conditions = Conditions::now()?;
        let mut runs = Vec::new();
        for (server, contender) in servers {
            for transports in Transports::ALL {
                let begin = Instant::now();
                let verdict = run(*contender, processes, transports, messages).await?;
                let transport = transports.name();
                let seconds = begin.elapsed().as_secs();
                eprintln!("{server} over {transport}, {seconds} s: {verdict:?}");
                if FLAWLESS.contains(server) && verdict.perfect < LISTENERS {
                    flawed.push(format!("{server} over {transport}"));
                }
                runs.push(Run {
                    server,
                    transport,
                    verdict,
                });
            }
        }
        let record = Record {
            conditions,
            messages,
            processes,
            runs,
        };
        bench::write(name, messages == MESSAGES, &record, &table(&record)?)?;
    }
    ensure!(
        flawed.is_empty(),
        "some clients did not hear each message once: {}",
        flawed.join(", ")
    );
    Ok(())
}

fn table(record: &Record) -> Result<String> {
    let messages = record.messages;
    let conditions = &record.conditions;
    let processes = match record.processes {
        1 => "the process is".to_owned(),
        several => format!("one of {several} processes is"),
    };
    let redis = if record.runs.iter().any(|run| run.server == "lesson 24") {
        ". In lesson 24, so is Redis"
    } else {
        ""
    };
    let mut table = format!(
        "{conditions}\n\n\
         {LISTENERS} clients listen and {SENDERS} send {messages} messages. Each connection is cut after 10 to 400 ms, and \
         {processes} killed and started again in the middle{redis}.\n\n\
         | server | transport | perfect clients | heard twice | never heard | out of order | cuts |\n\
         |---|---|--:|--:|--:|--:|--:|\n"
    );
    for run in &record.runs {
        let Verdict {
            perfect,
            twice,
            missing,
            disorder,
            cuts,
        } = run.verdict;
        writeln!(
            table,
            "| {} | {} | {perfect} of {LISTENERS} | {twice} | {missing} | {disorder} | {cuts} |",
            run.server, run.transport
        )?;
    }
    Ok(table)
}
