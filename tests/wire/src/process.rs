//! A process's use of the machine, from Linux's `/proc`.

use std::fs;

use anyhow::{Context as _, Result};

/// `/proc` counts processor time in units of this part of a second.
const TICKS: f64 = 100.0;

/// The memory that a process uses now, in bytes.
pub fn resident_memory(pid: u32) -> Result<u64> {
    memory(pid, "status", "VmRSS:")
}

/// The most memory that a process has used so far, in bytes.
pub fn peak_memory(pid: u32) -> Result<u64> {
    memory(pid, "status", "VmHWM:")
}

/// A process's own memory, plus its share of the memory that it shares with others (PSS), in bytes.
pub fn proportional_memory(pid: u32) -> Result<u64> {
    memory(pid, "smaps_rollup", "Pss:")
}

/// How many files and connections a process has open.
pub fn descriptors(pid: u32) -> Result<usize> {
    let folder = format!("/proc/{pid}/fd");
    Ok(fs::read_dir(&folder).context(folder)?.count())
}

/// The processor time that a process has used so far, in seconds: in its own code, and in the kernel.
pub fn cpu(pid: u32) -> Result<[f64; 2]> {
    let stat = read(pid, "stat")?;
    parse_cpu(&stat).with_context(|| format!("no processor time in {stat}"))
}

/// Source: `proc_pid_stat(5)`, fields 14 and 15.
fn parse_cpu(stat: &str) -> Option<[f64; 2]> {
    // The name of the program, field 2, may contain spaces and parentheses.
    let (_, after_name) = stat.rsplit_once(") ")?;
    let mut ticks = after_name.split(' ').skip(11).map(str::parse::<f64>);
    Some([ticks.next()?.ok()? / TICKS, ticks.next()?.ok()? / TICKS])
}

fn memory(pid: u32, file: &str, field: &str) -> Result<u64> {
    let text = read(pid, file)?;
    let kilobytes = text.lines().find_map(|line| {
        let value = line.strip_prefix(field)?.trim().strip_suffix(" kB")?;
        value.parse::<u64>().ok()
    });
    let kilobytes = kilobytes.with_context(|| format!("/proc/{pid}/{file} has no {field}"))?;
    Ok(kilobytes * 1024)
}

fn read(pid: u32, file: &str) -> Result<String> {
    let path = format!("/proc/{pid}/{file}");
    fs::read_to_string(&path).with_context(|| format!("{path}, which only Linux has"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_after_any_name() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194304 110 0 0 0 12 34 0 0 20 0 1 0 999 1 2";
        assert_eq!(parse_cpu(stat), Some([0.12, 0.34]));
        assert_eq!(parse_cpu("7 (a) S"), None);
    }
}
