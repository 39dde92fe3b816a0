//! The tables, in Markdown.

use std::fmt::Write as _;

use super::{
    Report, aims,
    number::{short, whole},
    of_node,
};
use crate::{load::Figures, plan::Workload, server::Contender};

/// A column of a table.
struct Column {
    title: &'static str,
    figure: &'static str,
    kind: Kind,
}

enum Kind {
    /// The figure itself.
    Value,
    /// A count.
    Count,
    /// What part of Node's it is.
    OfNode,
}

const fn column(title: &'static str, figure: &'static str, kind: Kind) -> Column {
    Column {
        title,
        figure,
        kind,
    }
}

/// What the server's processors take for one message, and how that compares.
const CPU: [Column; 4] = [
    column("CPU µs", "cpu_us", Kind::Value),
    column("user", "cpu_user_us", Kind::Value),
    column("kernel", "cpu_kernel_us", Kind::Value),
    column("CPU of Node's", "cpu_us", Kind::OfNode),
];

const LOST: Column = column("lost", "lost", Kind::Count);

fn columns(workload: Workload) -> Vec<Column> {
    let mut columns = Vec::new();
    match workload {
        Workload::Acknowledged => {
            columns.extend([
                column("events/s", "per_second", Kind::Value),
                column("rate of Node's", "per_second", Kind::OfNode),
                column("p50 µs", "latency_p50_us", Kind::Value),
                column("p99 µs", "latency_p99_us", Kind::Value),
            ]);
            columns.extend(CPU);
        }
        Workload::Broadcast => {
            columns.extend([
                column("deliveries/s", "per_second", Kind::Value),
                column("rate of Node's", "per_second", Kind::OfNode),
            ]);
            columns.extend(CPU);
            columns.push(column("user of Node's", "cpu_user_us", Kind::OfNode));
        }
        Workload::Idle => columns.extend([
            column("connections/s", "per_second", Kind::Value),
            column("CPU µs for one", "cpu_us", Kind::Value),
            column("memory MB", "memory_mb", Kind::Value),
            column("of Node's", "memory_mb", Kind::OfNode),
            column("empty MB", "memory_empty_mb", Kind::Value),
            column("kB for one", "memory_per_connection_kb", Kind::Value),
        ]),
        Workload::Start => columns.extend([
            column("ms", "start_ms", Kind::Value),
            column("of Node's", "start_ms", Kind::OfNode),
        ]),
    }
    if workload != Workload::Start {
        columns.push(LOST);
    }
    columns
}

fn title(workload: Workload) -> &'static str {
    match workload {
        Workload::Acknowledged => "Acknowledged events {#bench-acknowledged}",
        Workload::Broadcast => "Deliveries to all {#bench-broadcast}",
        Workload::Idle => "Connections {#bench-idle}",
        Workload::Start => "From the start to the first answer {#bench-start}",
    }
}

/// What a table shows.
fn words(workload: Workload) -> &'static str {
    match workload {
        Workload::Acknowledged => {
            "Each client emits, waits for its acknowledgement, and emits again. CPU is the processor time of the server \
             for one event."
        }
        Workload::Broadcast => {
            "One client emits, all others hear it; the next message leaves when everyone has heard the one four before. \
             CPU is the processor time of the server for one delivery."
        }
        Workload::Idle => {
            "The clients connect and do nothing. Memory is the process's own and its share of what it shares (PSS)."
        }
        Workload::Start => "From the start of the process to the first answer to an HTTP request.",
    }
}

pub fn markdown(report: &Report) -> String {
    let mut text = String::from("<!-- `just bench` writes this file. -->\n");
    // Writing to a string does not fail.
    writeln!(text, "\n{}", about(report)).ok();
    let aims = aims::all(report);
    if !aims.is_empty() {
        text += "\n### Aims {#bench-aims}\n\n| what | at most | came | |\n|---|--:|--:|---|\n";
        for aim in aims {
            let met = if aim.is_met() { "met" } else { "missed" };
            // With a digit more than the tables, since a ratio that is just over its aim would look as if it were on it.
            let (limit, came) = (format!("{:.3}", aim.limit), format!("{:.3}", aim.came));
            writeln!(text, "| {} | {limit} | {came} | {met} |", aim.what).ok();
        }
        let met = if report.lost() > 0.0 { "missed" } else { "met" };
        let lost = whole(report.lost());
        writeln!(
            text,
            "| messages and connections lost | 0 | {lost} | {met} |"
        )
        .ok();
        text += "\nAll but the last are parts of Node's figure in the same run.\n";
    }
    for workload in Workload::ALL {
        table(&mut text, report, workload);
    }
    text
}

/// The machine and the versions, in a sentence each.
fn about(report: &Report) -> String {
    let (machine, versions) = (&report.machine, &report.versions);
    let word = |value: &serde_json::Value| match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.to_string(),
    };
    let rounds = report.rounds();
    format!(
        "Measured on {} with {} processors ({}), {} GB of memory, {}; load average before: {}. \
         Rust {}, tokio {}, axum {}, socketioxide {}; Node {}, socket.io {}, ws {}, express {}. \
         The servers took turns, {rounds} each (the start more often); the figures are medians. \
         The load ran on the same machine, so trust the processor time more than the rates.",
        report.date,
        machine["processors"],
        word(&machine["cpu"]),
        machine["memory_gb"],
        word(&machine["kernel"]),
        word(&machine["load_average_before"]),
        word(&versions["rust"]),
        word(&versions["tokio"]),
        word(&versions["axum"]),
        word(&versions["socketioxide"]),
        word(&versions["node"]),
        word(&versions["socket.io"]),
        word(&versions["ws"]),
        word(&versions["express"]),
    )
}

fn table(text: &mut String, report: &Report, workload: Workload) {
    let rows: Vec<_> = report
        .medians
        .iter()
        .filter(|((of, _, _), _)| *of == workload)
        .collect();
    if rows.is_empty() {
        return;
    }
    let columns = columns(workload);
    let titles: Vec<_> = columns.iter().map(|column| column.title).collect();
    let first = if workload == Workload::Start {
        ""
    } else {
        "clients"
    };
    writeln!(text, "\n### {}\n\n{}\n", title(workload), words(workload)).ok();
    writeln!(text, "| {first} | server | {} |", titles.join(" | ")).ok();
    writeln!(text, "|--:|---|{}", "--:|".repeat(columns.len())).ok();
    for (key, figures) in rows {
        let cells: Vec<_> = columns
            .iter()
            .map(|column| cell(report, *key, figures, column))
            .collect();
        let (_, clients, contender) = key;
        let clients = if workload == Workload::Start {
            String::new()
        } else {
            whole(crate::load::float(*clients))
        };
        writeln!(text, "| {clients} | {contender} | {} |", cells.join(" | ")).ok();
    }
}

fn cell(
    report: &Report,
    key: (Workload, usize, Contender),
    figures: &Figures,
    column: &Column,
) -> String {
    let value = figures.get(column.figure).copied();
    let shown = match column.kind {
        Kind::Value => value.map(short),
        Kind::Count => value.map(whole),
        Kind::OfNode => of_node(&report.medians, key, column.figure).map(short),
    };
    shown.unwrap_or_default()
}
