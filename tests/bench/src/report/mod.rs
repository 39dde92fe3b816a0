//! What came of it all: medians, the aims, and the files that the book includes.

mod aims;
mod chart;
mod number;
mod svg;
mod table;

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Value, json};

use crate::{
    load::Figures,
    machine,
    plan::{Run, Workload},
    server::{Contender, Kind},
};

/// Everything that was measured.
pub struct Report {
    machine: Value,
    versions: Value,
    date: String,
    runs: Vec<Run>,
    medians: Medians,
}

/// The median of each figure over the runs that have the same server and the same number of clients.
type Medians = BTreeMap<(Workload, usize, Contender), Figures>;

impl Report {
    /// Notes the machine before anything is measured.
    ///
    /// # Errors
    /// Something about it cannot be found out.
    pub fn begin() -> Result<Self, String> {
        Ok(Self {
            machine: machine::machine()?,
            versions: machine::versions()?,
            date: machine::today()?,
            runs: Vec::new(),
            medians: Medians::new(),
        })
    }

    /// Adds what was measured.
    pub fn add(&mut self, runs: Vec<Run>) {
        self.runs.extend(runs);
        self.medians = medians(&self.runs);
    }

    /// How many messages and connections were lost, in all runs together.
    #[must_use]
    pub fn lost(&self) -> f64 {
        let lost = self.runs.iter().filter_map(|run| run.figures.get("lost"));
        lost.sum()
    }

    /// How often each server had its turn.
    fn rounds(&self) -> usize {
        let first = self.runs.first();
        let same = |run: &&Run| {
            first.is_some_and(|first| {
                (run.workload, run.clients, run.contender)
                    == (first.workload, first.clients, first.contender)
            })
        };
        self.runs.iter().filter(same).count()
    }

    /// The tables, in Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        table::markdown(self)
    }

    /// Writes `bench.json`, `bench.md` and the charts into a folder.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), String> {
        let mut files = vec![
            ("bench.json".to_owned(), format!("{:#}\n", self.json())),
            ("bench.md".to_owned(), self.markdown()),
        ];
        files.extend(chart::all(&self.medians));
        fs::create_dir_all(folder)
            .map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
        for (name, text) in files {
            let file = folder.join(name);
            fs::write(&file, text)
                .map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
        }
        Ok(())
    }

    fn json(&self) -> Value {
        let one = |workload: Workload, clients: usize, contender: Contender, figures: &Figures| {
            json!({
                "workload": workload.name(),
                "server": contender.to_string(),
                "clients": clients,
                "figures": figures,
            })
        };
        let runs = self.runs.iter();
        let runs: Vec<_> = runs
            .map(|run| one(run.workload, run.clients, run.contender, &run.figures))
            .collect();
        let medians = self.medians.iter();
        let medians: Vec<_> = medians
            .map(|((workload, clients, contender), figures)| {
                one(*workload, *clients, *contender, figures)
            })
            .collect();
        let aims: Vec<_> = aims::all(self).iter().map(aims::Aim::json).collect();
        json!({
            "date": self.date,
            "machine": self.machine,
            "versions": self.versions,
            "aims": aims,
            "medians": medians,
            "runs": runs,
        })
    }
}

fn medians(runs: &[Run]) -> Medians {
    let mut all: BTreeMap<_, BTreeMap<&'static str, Vec<f64>>> = BTreeMap::new();
    for run in runs {
        let key = (run.workload, run.clients, run.contender);
        let collected = all.entry(key).or_default();
        for (name, value) in &run.figures {
            collected.entry(name).or_default().push(*value);
        }
    }
    let median_of_each = |figures: BTreeMap<&'static str, Vec<f64>>| {
        let figures = figures.into_iter();
        figures
            .map(|(name, values)| (name, median(values)))
            .collect()
    };
    all.into_iter()
        .map(|(key, figures)| (key, median_of_each(figures)))
        .collect()
}

/// The value in the middle, or the mean of the two.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len().is_multiple_of(2) {
        f64::midpoint(values[middle - 1], values[middle])
    } else {
        values[middle]
    }
}

/// What of a workload and a number of clients Node's figure is, where there is one.
fn of_node(medians: &Medians, key: (Workload, usize, Contender), figure: &str) -> Option<f64> {
    let (workload, clients, _) = key;
    let mut same = medians.range((workload, clients, FIRST)..);
    let node = same
        .by_ref()
        .take_while(|((other, number, _), _)| (*other, *number) == (workload, clients))
        .find(|((_, _, contender), _)| contender.kind == Kind::Node)?
        .1;
    Some(medians.get(&key)?.get(figure)? / node.get(figure)?)
}

/// Sorts before all others.
const FIRST: Contender = Contender {
    kind: Kind::Rust,
    lesson: "",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_in_the_middle() {
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(vec![4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < f64::EPSILON);
    }

    #[test]
    fn a_ratio_is_to_node_with_the_same_number_of_clients() {
        let run = |kind, clients, value| Run {
            workload: Workload::Idle,
            contender: Contender { kind, lesson: "x" },
            clients,
            figures: Figures::from([("memory_mb", value)]),
        };
        let runs = [
            run(Kind::Rust, 10, 1.0),
            run(Kind::Node, 10, 4.0),
            run(Kind::Rust, 20, 3.0),
            run(Kind::Node, 20, 6.0),
            run(Kind::Rust, 30, 3.0),
        ];
        let medians = medians(&runs);
        let ratio = |clients| {
            let key = (Workload::Idle, clients, runs[0].contender);
            of_node(&medians, key, "memory_mb")
        };
        assert_eq!(ratio(10), Some(0.25));
        assert_eq!(ratio(20), Some(0.5));
        assert_eq!(ratio(30), None);
    }
}
