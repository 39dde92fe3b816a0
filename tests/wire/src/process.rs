//! What a process takes of the machine, as Linux says it in `/proc`.

use std::{fs, io};

/// The memory that a process holds now, in bytes.
pub fn resident_memory(pid: u32) -> io::Result<u64> {
    memory(pid, "VmRSS:")
}

/// The most memory that a process has held so far, in bytes.
pub fn peak_memory(pid: u32) -> io::Result<u64> {
    memory(pid, "VmHWM:")
}

/// How many files and connections a process has open.
pub fn descriptors(pid: u32) -> io::Result<usize> {
    Ok(fs::read_dir(format!("/proc/{pid}/fd"))?.count())
}

fn memory(pid: u32, field: &str) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kilobytes = status.lines().find_map(|line| {
        let value = line.strip_prefix(field)?.trim().strip_suffix(" kB")?;
        value.parse::<u64>().ok()
    });
    kilobytes
        .map(|kilobytes| kilobytes * 1024)
        .ok_or_else(|| io::Error::other(format!("/proc/{pid}/status has no {field}")))
}
