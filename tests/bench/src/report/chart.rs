//! Which charts there are, and what they show.

use super::{
    Medians,
    number::whole,
    svg::{Bar, Chart, Group},
};
use crate::{
    load::float,
    plan::Workload,
    server::{Contender, Kind},
};

/// The charts of what was measured: the name of each file, and its text.
pub fn all(medians: &Medians) -> Vec<(String, String)> {
    let cpu = ["cpu_user_us", "cpu_kernel_us"];
    let parts = ["in the server's own code", "in the kernel"];
    let charts = [
        (
            Workload::Acknowledged,
            "The server's processor time for an acknowledged event",
            "µs",
            &cpu[..],
            &parts[..],
        ),
        (
            Workload::Broadcast,
            "The server's processor time for a delivery",
            "µs",
            &cpu[..],
            &parts[..],
        ),
        (
            Workload::Idle,
            "The server's memory with idle connections",
            "MB",
            &["memory_mb"],
            &[],
        ),
        (
            Workload::Start,
            "From the start to the first answer",
            "ms",
            &["start_ms"],
            &[],
        ),
    ];
    let drawn = charts
        .into_iter()
        .map(|(workload, title, unit, figures, parts)| {
            let chart = Chart {
                title,
                unit,
                parts: parts.to_vec(),
                groups: groups(medians, workload, figures),
            };
            (workload, chart)
        });
    drawn
        .filter(|(_, chart)| !chart.groups.is_empty())
        .map(|(workload, chart)| (format!("bench-{}.svg", workload.name()), chart.svg()))
        .collect()
}

/// One group for each number of clients.
fn groups(medians: &Medians, workload: Workload, figures: &[&str]) -> Vec<Group> {
    let mut groups: Vec<(usize, Group)> = Vec::new();
    for ((of, clients, contender), measured) in medians {
        if *of != workload {
            continue;
        }
        if groups.last().is_none_or(|(last, _)| last != clients) {
            let title = title(workload, *clients);
            let bars = Vec::new();
            groups.push((*clients, Group { title, bars }));
        }
        let bar = Bar {
            title: contender.to_string(),
            class: class(*contender),
            parts: figures.iter().map(|figure| measured[figure]).collect(),
        };
        if let Some((_, group)) = groups.last_mut() {
            group.bars.push(bar);
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn title(workload: Workload, clients: usize) -> String {
    match (workload, clients) {
        (Workload::Start, _) => String::new(),
        (_, 1) => "1 client".to_owned(),
        (_, many) => format!("{} clients", whole(float(many))),
    }
}

fn class(contender: Contender) -> &'static str {
    match contender.kind {
        Kind::Rust => "rust",
        Kind::Node => "node",
        Kind::Echo => "echo",
    }
}
