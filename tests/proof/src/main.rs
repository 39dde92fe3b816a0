//! `just proof` sends messages to lesson 21 and to the server of Socket.IO's tutorial while connections break, and records
//! for the book what the clients have heard.

use std::fmt::Write as _;

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

/// The servers, and how many processes of each.
const CONTENDERS: [(&str, Contender, usize); 3] = [
    ("lesson 21", Contender::Lesson("delivery"), 1),
    ("lesson 20", Contender::Lesson("history"), 1),
    ("the tutorial, in Node", Contender::Tutorial, 1),
];

#[derive(Serialize)]
struct Record {
    conditions: Conditions,
    messages: usize,
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
    let conditions = Conditions::now()?;
    let mut runs = Vec::new();
    for (server, contender, processes) in CONTENDERS {
        for transports in Transports::ALL {
            let verdict = run(contender, processes, transports, messages).await?;
            let transport = transports.name();
            eprintln!("{server} over {transport}: {verdict:?}");
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
        runs,
    };
    bench::write("proof", messages == MESSAGES, &record, &table(&record)?)?;
    let mut ours = record
        .runs
        .iter()
        .filter(|run| run.server == CONTENDERS[0].0);
    ensure!(
        ours.all(|run| run.verdict.perfect == LISTENERS),
        "some clients of lesson 21 did not hear each message once"
    );
    Ok(())
}

fn table(record: &Record) -> Result<String> {
    let messages = record.messages;
    let conditions = &record.conditions;
    let mut table = format!(
        "{conditions}\n\n\
         {LISTENERS} clients listen and {SENDERS} send {messages} messages. Each connection is cut after 10 to 400 ms, and \
         one process is killed and started again in the middle.\n\n\
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
