//! The tables, in Markdown.

use crate::{
    load::float,
    number::{short, whole},
    plan::Workload,
    record::{Record, Run},
};

/// How a column shows a figure.
#[derive(Clone, Copy)]
enum Show {
    Value,
    Count,
    /// As its ratio to Node's.
    OfNode,
}
use Show::{Count, OfNode, Value};

/// The title of a column, its figure, and how it is shown.
type Column = (&'static str, &'static str, Show);

/// The heading of a workload's table, its introduction, and its columns.
fn layout(workload: Workload) -> (&'static str, &'static str, &'static [Column]) {
    match workload {
        Workload::Acknowledged => (
            "Acknowledged events {#bench-acknowledged}",
            "Each client emits, waits for its acknowledgement, and emits again. CPU is the processor time of the server \
             for one event.",
            &[
                ("events/s", "per_second", Value),
                ("rate of Node's", "per_second", OfNode),
                ("p50 µs", "latency_p50_us", Value),
                ("p99 µs", "latency_p99_us", Value),
                ("CPU µs", "cpu_us", Value),
                ("user", "cpu_user_us", Value),
                ("kernel", "cpu_kernel_us", Value),
                ("CPU of Node's", "cpu_us", OfNode),
                ("lost", "lost", Count),
            ],
        ),
        Workload::Stored => (
            "Stored messages {#bench-stored}",
            "Each client sends a message, waits for its acknowledgement, and sends the next one. The server stores each \
             message in SQLite, answers, and sends it to all of these clients. A message counts when it's answered, and CPU \
             is the processor time of the server for one message and its deliveries. Both servers answer only when \
             the disk has the message (WAL, `synchronous = FULL`). The other server is the one of Socket.IO's tutorial.",
            &[
                ("messages/s", "per_second", Value),
                ("rate of Node's", "per_second", OfNode),
                ("p50 µs", "latency_p50_us", Value),
                ("p99 µs", "latency_p99_us", Value),
                ("CPU µs", "cpu_us", Value),
                ("user", "cpu_user_us", Value),
                ("kernel", "cpu_kernel_us", Value),
                ("CPU of Node's", "cpu_us", OfNode),
                ("lost", "lost", Count),
            ],
        ),
        Workload::Broadcast => (
            "Deliveries to all {#bench-broadcast}",
            "One client emits, all others hear it; the next message leaves when everyone has heard the one four before. \
             CPU is the processor time of the server for one delivery. The clients' own time for it has a column, too, since \
             they share the processors with the server.",
            &[
                ("deliveries/s", "per_second", Value),
                ("rate of Node's", "per_second", OfNode),
                ("CPU µs", "cpu_us", Value),
                ("user", "cpu_user_us", Value),
                ("kernel", "cpu_kernel_us", Value),
                ("CPU of Node's", "cpu_us", OfNode),
                ("clients µs", "load_cpu_us", Value),
                ("lost", "lost", Count),
            ],
        ),
        Workload::Several => (
            "Deliveries from several processes {#bench-several}",
            "One client emits, all others hear it, as with a single process. The clients are spread over the processes. CPU \
             is the processor time of all of them for one delivery, without Redis, which has a column of its own. \
             Lesson 23 stores each message in SQLite, and the other processes look there every 20 ms; in Node, Redis \
             passes it on, and nothing is stored. Lesson 24 does the same with messages to a room, which all clients \
             have joined. Node 06 is one process, for comparison. The ratios are to Node with \
             Redis. Lesson 24 isn't measured with 5,000 clients: there, everyone at every process hears who's here \
             whenever one joins, which is too much.",
            &[
                ("deliveries/s", "per_second", Value),
                ("rate of Node's", "per_second", OfNode),
                ("CPU µs", "cpu_us", Value),
                ("user", "cpu_user_us", Value),
                ("kernel", "cpu_kernel_us", Value),
                ("CPU of Node's", "cpu_us", OfNode),
                ("Redis µs", "redis_cpu_us", Value),
                ("clients µs", "load_cpu_us", Value),
                ("lost", "lost", Count),
            ],
        ),
        Workload::Idle => (
            "Connections {#bench-idle}",
            "The clients connect and do nothing. Memory is the process's own and its share of what it shares (PSS).",
            &[
                ("connections/s", "per_second", Value),
                ("CPU µs for one", "cpu_us", Value),
                ("memory MB", "memory_mb", Value),
                ("of Node's", "memory_mb", OfNode),
                ("empty MB", "memory_empty_mb", Value),
                ("kB for one", "memory_per_connection_kb", Value),
                ("lost", "lost", Count),
            ],
        ),
        Workload::Start => (
            "From the start to the first answer {#bench-start}",
            "From the start of the process to the first answer to an HTTP request.",
            &[("ms", "start_ms", Value), ("of Node's", "start_ms", OfNode)],
        ),
    }
}

/// All tables, as `bench.md` has them.
pub fn markdown(record: &Record) -> String {
    let tables = Workload::ALL.map(|workload| table(record, workload));
    about(record) + &tables.concat() + &aims(record)
}

fn about(record: &Record) -> String {
    let (conditions, rounds) = (&record.conditions, record.rounds());
    let node = conditions.versions(&[
        "node",
        "socket.io",
        "ws",
        "express",
        "@socket.io/redis-adapter",
        "redis-server",
    ]);
    format!(
        "<!-- `just bench` writes this file. -->\n\n\
         {conditions}; {node}. \
         The servers took turns, {rounds} each (the start more often); the figures are medians. \
         The load ran on the same machine, so trust the processor time more than the rates.\n"
    )
}

fn aims(record: &Record) -> String {
    if record.aims.is_empty() {
        return String::new();
    }
    let met = |met| if met { "met" } else { "missed" };
    let rows = record.aims.iter().map(|aim| {
        // One digit more than the tables: otherwise, a ratio just over its aim would look as if it met the aim.
        let (what, limit, actual) = (&aim.what, aim.limit, aim.actual);
        let side = if aim.at_least { "at least" } else { "at most" };
        let met = met(aim.met);
        format!("| {what} | {side} {limit:.3} | {actual:.3} | {met} |\n")
    });
    let lost = record.lost();
    format!(
        "\n### Aims {{#bench-aims}}\n\n| figure | aim | actual | |\n|---|--:|--:|---|\n{}\
         | messages and connections lost | none | {} | {} |\n\n\
         All but the last are ratios to Node's figure in the same run, unless they name another server.\n",
        rows.collect::<String>(),
        whole(lost),
        met(lost == 0.0),
    )
}

/// The table of a workload, if it was measured.
fn table(record: &Record, workload: Workload) -> String {
    let (heading, words, columns) = layout(workload);
    let has_clients = workload != Workload::Start;
    let runs = record.medians.iter().filter(|run| run.workload == workload);
    let rows = runs.map(|run| {
        let clients = has_clients.then(|| whole(float(run.clients)));
        let cells = columns.iter().map(|column| cell(record, run, *column));
        line(
            &clients.unwrap_or_default(),
            &run.server,
            &cells.collect::<Vec<_>>(),
        )
    });
    let rows: String = rows.collect();
    if rows.is_empty() {
        return rows;
    }
    let clients = if has_clients { "clients" } else { "" };
    let titles = columns.iter().map(|(title, ..)| (*title).to_owned());
    let titles = line(clients, "server", &titles.collect::<Vec<_>>());
    let rule = "--:|".repeat(columns.len());
    format!("\n### {heading}\n\n{words}\n\n{titles}|--:|---|{rule}\n{rows}")
}

fn line(clients: &str, server: &str, cells: &[String]) -> String {
    format!("| {clients} | {server} | {} |\n", cells.join(" | "))
}

fn cell(record: &Record, run: &Run, (_, figure, show): Column) -> String {
    let value = run.figures.get(figure).copied();
    let shown = match show {
        Value => value.map(short),
        Count => value.map(whole),
        OfNode => record.of_node(run, figure).map(short),
    };
    shown.unwrap_or_default()
}
