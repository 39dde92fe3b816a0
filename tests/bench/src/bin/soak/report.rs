//! What came of it, for the book and for who waits.

use std::{fmt::Write as _, fs, path::Path, rc::Rc};

use serde_json::{Value, json};

use crate::{
    crowd::Tally,
    samples::{Sample, Samples, megabytes},
};

/// How much more memory the last quarter may take than the second: what is left of the warm-up, in bytes.
const SLACK: u64 = 5_000_000;

/// How many more descriptors there may be after the last client than before the first.
const DESCRIPTORS: usize = 5;

/// How many lines the table has.
const LINES: usize = 12;

pub struct Report {
    pub machine: Value,
    pub versions: Value,
    pub date: String,
    pub minutes: f64,
    pub clients: usize,
    pub samples: Samples,
    pub tally: Rc<Tally>,
    /// Before the first client, and after the last.
    pub descriptors: [usize; 2],
}

impl Report {
    /// The most memory in the second quarter and in the last. Flat means: the last has at most a tenth more, and the
    /// slack. The first does not count: there the crowd has only come.
    fn highest(&self) -> [u64; 2] {
        [1, 3].map(|quarter| self.samples.highest_in_quarter(quarter))
    }

    fn is_flat(&self) -> bool {
        let [second, last] = self.highest();
        last <= second + second / 10 + SLACK
    }

    /// Whether all is well.
    ///
    /// # Errors
    /// What is not, in words.
    pub fn verdict(&self) -> Result<(), String> {
        let mut words = String::new();
        let [second, last] = self.highest().map(megabytes);
        let [before, after] = self.descriptors;
        let failure = self.tally.failure.borrow();
        // Writing to a `String` cannot fail.
        if self.tally.lost.get() > 0 {
            writeln!(words, "{} messages were lost", self.tally.lost.get()).ok();
        }
        if let Some(failure) = &*failure {
            writeln!(words, "{} failures: {failure}", self.tally.failures.get()).ok();
        }
        if self.tally.deliveries.get() == 0 {
            writeln!(words, "nobody has heard anything").ok();
        }
        if !self.is_flat() {
            writeln!(words, "memory grows: {second:.1} MB, then {last:.1} MB").ok();
        }
        if after > before + DESCRIPTORS {
            writeln!(
                words,
                "descriptors are left: {before} before, {after} after"
            )
            .ok();
        }
        if words.is_empty() { Ok(()) } else { Err(words) }
    }

    /// Writes `soak.json` and `soak.md` into a folder.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), String> {
        let write = || {
            fs::create_dir_all(folder)?;
            fs::write(folder.join("soak.json"), format!("{:#}\n", self.json()))?;
            fs::write(folder.join("soak.md"), self.markdown())
        };
        write().map_err(|error| format!("{} cannot be written: {error}", folder.display()))
    }

    fn json(&self) -> Value {
        let [second, last] = self.highest();
        let [before, after] = self.descriptors;
        json!({
            "date": self.date,
            "machine": self.machine,
            "versions": self.versions,
            "minutes": self.minutes,
            "clients": self.clients,
            "joins": self.tally.joins.get(),
            "leaves": self.tally.leaves.get(),
            "cuts": self.tally.cuts.get(),
            "messages": self.tally.messages.get(),
            "deliveries": self.tally.deliveries.get(),
            "lost": self.tally.lost.get(),
            "failures": self.tally.failures.get(),
            "memory_in_second_quarter": second,
            "memory_in_last_quarter": last,
            "descriptors_before": before,
            "descriptors_after": after,
            "samples": self.samples.0.iter().map(Sample::json).collect::<Vec<_>>(),
        })
    }

    pub fn markdown(&self) -> String {
        let [second, last] = self.highest().map(megabytes);
        let [before, after] = self.descriptors;
        let tally = &self.tally;
        let word = |value: &Value| value.as_str().unwrap_or("?").to_owned();
        let mut text = format!(
            "<!-- `just soak` writes this file. -->\n\n\
            Measured on {} with {} processors ({}), {} GB of memory, {}; load average before: {}. \
            Rust {}, tokio {}, axum {}, socketioxide {}. The load ran on the same machine.\n\n",
            self.date,
            self.machine["processors"],
            word(&self.machine["cpu"]),
            self.machine["memory_gb"],
            word(&self.machine["kernel"]),
            word(&self.machine["load_average_before"]),
            word(&self.versions["rust"]),
            word(&self.versions["tokio"]),
            word(&self.versions["axum"]),
            word(&self.versions["socketioxide"]),
        );
        let rows = [
            ("clients at a time", self.clients.to_string()),
            ("minutes", self.minutes.to_string()),
            ("joins", tally.joins.get().to_string()),
            ("polite leaves", tally.leaves.get().to_string()),
            ("cuts", tally.cuts.get().to_string()),
            ("messages", tally.messages.get().to_string()),
            ("deliveries", tally.deliveries.get().to_string()),
            ("lost", tally.lost.get().to_string()),
            (
                "most memory in the second quarter, MB",
                format!("{second:.1}"),
            ),
            ("most memory in the last quarter, MB", format!("{last:.1}")),
            ("descriptors before the first client", before.to_string()),
            ("descriptors after the last client", after.to_string()),
        ];
        text += "| | |\n|---|--:|\n";
        for (name, value) in rows {
            // Writing to a `String` cannot fail.
            writeln!(text, "| {name} | {value} |").ok();
        }
        text += "\n| seconds | clients | memory, MB | descriptors | deliveries |\n|--:|--:|--:|--:|--:|\n";
        let step = (self.samples.0.len() / LINES).max(1);
        for sample in self.samples.0.iter().step_by(step) {
            writeln!(
                text,
                "| {:.0} | {} | {:.1} | {} | {} |",
                sample.seconds,
                sample.clients,
                megabytes(sample.memory),
                sample.descriptors,
                sample.deliveries,
            )
            .ok();
        }
        text
    }
}
