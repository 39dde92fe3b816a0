//! What Linux tells of a process: the processor time that it took, the memory that it holds.

use std::{fs, ops::Sub, time::Duration};

/// The unit in which `/proc` gives processor time: Linux fixes it at a hundredth of a second for all programs.
const TICK: Duration = Duration::from_millis(10);

/// The processor time of all threads of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cpu {
    /// Spent in its own code.
    pub user: Duration,
    /// Spent in the kernel on its behalf: mostly reading from and writing to connections.
    pub kernel: Duration,
}

impl Sub for Cpu {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self {
            user: self.user.saturating_sub(earlier.user),
            kernel: self.kernel.saturating_sub(earlier.kernel),
        }
    }
}

/// The processor time that a process has taken so far. Source: `proc_pid_stat(5)`, fields 14 and 15.
///
/// # Errors
/// There is no such process.
pub fn cpu(pid: u32) -> Result<Cpu, String> {
    let stat = read(pid, "stat")?;
    parse_cpu(&stat).ok_or_else(|| format!("/proc/{pid}/stat cannot be understood: {stat}"))
}

fn parse_cpu(stat: &str) -> Option<Cpu> {
    // The name of the program, field 2, may hold spaces and parentheses.
    let (_, after_name) = stat.rsplit_once(") ")?;
    let mut fields = after_name.split(' ').skip(11);
    let mut ticks = || Some(TICK * fields.next()?.parse().ok()?);
    Some(Cpu {
        user: ticks()?,
        kernel: ticks()?,
    })
}

/// The memory of a process in bytes: what is its own, and its share of what it shares with others (PSS).
///
/// # Errors
/// There is no such process.
pub fn memory(pid: u32) -> Result<u64, String> {
    let rollup = read(pid, "smaps_rollup")?;
    parse_memory(&rollup).ok_or_else(|| format!("/proc/{pid}/smaps_rollup tells no PSS"))
}

fn parse_memory(rollup: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// How many files, connections among them, this process and those that it starts may have open.
///
/// # Errors
/// The limit cannot be read.
pub fn file_limit() -> Result<usize, String> {
    let limits = read(std::process::id(), "limits")?;
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next());
    match soft {
        Some("unlimited") => Ok(usize::MAX),
        Some(number) => number.parse().map_err(|_| format!("{number} is no limit")),
        None => Err("there is no limit for open files".to_owned()),
    }
}

fn read(pid: u32, file: &str) -> Result<String, String> {
    let path = format!("/proc/{pid}/{file}");
    fs::read_to_string(&path)
        .map_err(|error| format!("{path} cannot be read: {error}. Only Linux has it."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_any_name() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194304 110 0 0 0 12 34 0 0 20 0 1 0 999 1 2";
        let cpu = parse_cpu(stat).unwrap();
        assert_eq!(cpu.user, Duration::from_millis(120));
        assert_eq!(cpu.kernel, Duration::from_millis(340));
        assert_eq!(parse_cpu("7 (a) S"), None);
    }

    #[test]
    fn memory_is_the_share_in_bytes() {
        let rollup =
            "55-7f ---p 0 00:00 0   [rollup]\nRss:    1688 kB\nPss:     299 kB\nPss_Dirty:  1 kB\n";
        assert_eq!(parse_memory(rollup), Some(299 * 1024));
        assert_eq!(parse_memory("Rss: 1 kB\n"), None);
    }
}
