//! When, on which machine and with which versions something was measured.

use std::{fmt, fs, process::Command, thread};

use anyhow::{Context as _, Result, ensure};
use course::lessons::root;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The conditions of a run.
#[derive(Clone, Serialize, Deserialize)]
pub struct Conditions {
    date: String,
    machine: Machine,
    /// Of what runs the servers, and of their libraries.
    versions: Map<String, Value>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Machine {
    cpu: String,
    processors: usize,
    memory_gb: f64,
    kernel: String,
    load_average_before: String,
}

impl Conditions {
    /// Reads the conditions before anything is measured.
    pub fn now() -> Result<Self> {
        Ok(Self {
            date: output("date", &["--utc", "+%Y-%m-%d"])?,
            machine: Machine::this()?,
            versions: versions()?,
        })
    }

    /// Names and versions, capitalized for the start of a sentence: `Rust 1.95.0, tokio 1.54.1`. Skips what isn't installed.
    pub fn versions(&self, names: &[&str]) -> String {
        let version = |name: &&str| {
            let version = self.versions.get(*name)?.as_str()?;
            Some(format!("{name} {version}"))
        };
        let versions: Vec<_> = names.iter().filter_map(version).collect();
        versions
            .join(", ")
            .replace("rust ", "Rust ")
            .replace("node ", "Node ")
    }
}

/// The introduction to the tables of both programs.
impl fmt::Display for Conditions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, machine) = (&self.date, &self.machine);
        let (cpu, processors, kernel) = (&machine.cpu, machine.processors, &machine.kernel);
        let (memory, load) = (machine.memory_gb, &machine.load_average_before);
        let versions = self.versions(&["rust", "tokio", "axum", "socketioxide"]);
        write!(
            formatter,
            "Measured on {date} with {processors} processors ({cpu}), {memory:?} GB of memory, {kernel}; \
             load average before: {load}. {versions}"
        )
    }
}

impl Machine {
    fn this() -> Result<Self> {
        let field = |file: &str, name: &str| {
            let text = read(file)?;
            let value = text.lines().find_map(|line| {
                let (found, value) = line.split_once(':')?;
                (found.trim() == name).then(|| value.trim().to_owned())
            });
            anyhow::Ok(value)
        };
        let memory = field("/proc/meminfo", "MemTotal")?.unwrap_or_default();
        let kilobytes: f64 = first(&memory, ' ').parse().context("no MemTotal")?;
        Ok(Self {
            // Some processors have no name in this file.
            cpu: field("/proc/cpuinfo", "model name")?.unwrap_or_else(|| "unknown".to_owned()),
            processors: thread::available_parallelism()?.get(),
            memory_gb: (kilobytes * 1024.0 / 1e9).round(),
            // The name of the build follows the dash.
            kernel: format!("Linux {}", first(&read("/proc/sys/kernel/osrelease")?, '-')),
            load_average_before: first(&read("/proc/loadavg")?, ' '),
        })
    }
}

fn versions() -> Result<Map<String, Value>> {
    let mut versions = Map::new();
    let rustc = output("rustc", &["--version"])?;
    versions.insert("rust".to_owned(), rustc.split(' ').nth(1).into());
    for package in ["tokio", "axum", "socketioxide"] {
        // `registry+https://...#axum@0.8.9`
        let id = output("cargo", &["pkgid", package])?;
        versions.insert(package.to_owned(), id.rsplit('@').next().into());
    }
    let node = output("node", &["--version"])?;
    versions.insert("node".to_owned(), node.trim_start_matches('v').into());
    let lock = read(root().join("tests/reference/package-lock.json"))?;
    let lock: Value = serde_json::from_str(&lock)?;
    for package in ["socket.io", "ws", "express", "@socket.io/redis-adapter"] {
        let version = &lock["packages"][format!("node_modules/{package}")]["version"];
        versions.insert(package.to_owned(), version.clone());
    }
    // Only one workload needs it: `Redis server v=7.0.15 sha=...`
    if let Ok(redis) = output("redis-server", &["--version"]) {
        let version = redis.split(' ').find_map(|word| word.strip_prefix("v="));
        versions.insert("redis-server".to_owned(), version.into());
    }
    Ok(versions)
}

/// The text before a character.
fn first(text: &str, end: char) -> String {
    text.trim().split(end).next().unwrap_or_default().to_owned()
}

fn read(path: impl AsRef<std::path::Path>) -> Result<String> {
    fs::read_to_string(&path).with_context(|| path.as_ref().display().to_string())
}

/// A program's output.
fn output(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root())
        .output()
        .with_context(|| format!("cannot start {program}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program} {arguments:?}: {errors}");
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
