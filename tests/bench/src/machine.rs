//! What the figures were measured on, and with which versions.

use std::{fs, process::Command, thread};

use serde_json::{Map, Value, json};

use crate::server::root;

/// The machine: its processor, how many of them, its memory, its kernel, and how busy it was before.
///
/// # Errors
/// Linux does not tell.
pub fn machine() -> Result<Value, String> {
    let processors = read("/proc/cpuinfo")?;
    let memory = read("/proc/meminfo")?;
    let kernel = read("/proc/sys/kernel/osrelease")?;
    let load = read("/proc/loadavg")?;
    let kilobytes: f64 = field(&memory, "MemTotal")
        .and_then(|size| size.split(' ').next()?.parse().ok())
        .unwrap_or_default();
    // Behind the dash stands who has built it.
    let kernel = kernel.trim().split('-').next().unwrap_or_default();
    Ok(json!({
        "cpu": field(&processors, "model name").unwrap_or("unknown"),
        "processors": thread::available_parallelism().map_or(1, usize::from),
        "memory_gb": (kilobytes * 1024.0 / 1e9).round(),
        "kernel": format!("Linux {kernel}"),
        "load_average_before": load.split(' ').next().unwrap_or_default(),
    }))
}

/// The versions of what runs the servers, and of what they are made of.
///
/// # Errors
/// A program or a lock file is missing.
pub fn versions() -> Result<Value, String> {
    let mut versions = Map::new();
    let rust = said("rustc", &["--version"])?;
    let rust = rust.split(' ').nth(1).unwrap_or(&rust);
    versions.insert("rust".to_owned(), rust.into());
    let cargo = read(&root().join("Cargo.lock").to_string_lossy())?;
    for package in ["tokio", "axum", "socketioxide"] {
        versions.insert(package.to_owned(), locked(&cargo, package).into());
    }
    let node = said("node", &["--version"])?;
    versions.insert("node".to_owned(), node.trim_start_matches('v').into());
    let npm = root().join("tests/reference/package-lock.json");
    let npm: Value = serde_json::from_str(&read(&npm.to_string_lossy())?)
        .map_err(|error| format!("{} cannot be understood: {error}", npm.display()))?;
    for package in ["socket.io", "ws", "express"] {
        let version = &npm["packages"][format!("node_modules/{package}")]["version"];
        versions.insert(package.to_owned(), version.clone());
    }
    Ok(Value::Object(versions))
}

/// The day, `2026-01-31`.
///
/// # Errors
/// The system does not tell.
pub fn today() -> Result<String, String> {
    said("date", &["--utc", "+%Y-%m-%d"])
}

/// The value of a line `name : value`.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        (found.trim() == name).then(|| value.trim())
    })
}

/// The version of a package that `Cargo.lock` names.
fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let (_, found) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    found.split('"').next()
}

fn said(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| format!("{program} cannot be run: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn read(path: &str) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{path} cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_version_is_that_of_the_package_itself() {
        let lock =
            "name = \"axum-core\"\nversion = \"1.0.0\"\n\nname = \"axum\"\nversion = \"2.0.0\"\n";
        assert_eq!(locked(lock, "axum"), Some("2.0.0"));
        assert_eq!(locked(lock, "nada"), None);
    }

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let text = "model\t\t: 1\nmodel name\t: A B\n";
        assert_eq!(field(text, "model name"), Some("A B"));
    }
}
