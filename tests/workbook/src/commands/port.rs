//! Why a server can't listen on a port.

use std::{
    env, fs, io,
    net::{Ipv4Addr, TcpListener},
    path::Path,
};

/// The port that a lesson's server uses if it's started in a folder: `PORT` in the environment, or in the file `.env`.
pub fn of_server(folder: &Path) -> String {
    let from_file = || {
        let settings = fs::read_to_string(folder.join(".env")).ok()?;
        let mut ports = settings
            .lines()
            .filter_map(|line| line.trim().strip_prefix("PORT="));
        Some(ports.next()?.trim_matches(['"', '\'']).to_owned())
    };
    let port = env::var("PORT").ok().or_else(from_file);
    port.unwrap_or_else(|| "3000".to_owned())
}

/// If no server can listen on the port: why, and what to do.
pub fn fault(port: &str) -> Option<String> {
    const CHOOSE: &str = "set PORT to a free port and start `just watch` again.";
    let Ok(port) = port.parse::<u16>() else {
        return Some(format!(
            "PORT is {port:?}, but a port is a number from 0 to 65535: {CHOOSE}"
        ));
    };
    Some(match obstacle(port)? {
        Obstacle::Holder(holder) => format!(
            "Port {port} is already used by {holder}. Stop that and save again, or {CHOOSE}"
        ),
        Obstacle::Error(error) => format!("Port {port} can't be used ({error}): {CHOOSE}"),
    })
}

/// Why no server can listen on a port.
pub enum Obstacle {
    /// This program uses it.
    Holder(String),
    Error(io::Error),
}

/// The obstacle to a server on this port, if there's one.
pub fn obstacle(port: u16) -> Option<Obstacle> {
    let hosts = [Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED];
    let error = hosts
        .iter()
        .find_map(|host| TcpListener::bind((*host, port)).err())?;
    if error.kind() != io::ErrorKind::AddrInUse {
        return Some(Obstacle::Error(error));
    }
    let holder = holder(port).unwrap_or_else(|| "another program".to_owned());
    Some(Obstacle::Holder(holder))
}

/// The program that listens on a port, unless it belongs to another user.
///
/// Source: `proc_pid_net(5)`, `proc_pid_fd(5)`.
#[cfg(target_os = "linux")]
fn holder(port: u16) -> Option<String> {
    use std::{fs, path::Path};

    const LISTENS: &str = "0A";
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| fs::read_to_string(table).ok());
    let end = format!(":{port:04X}");
    let inode = tables
        .iter()
        .flatten()
        .flat_map(|table| table.lines())
        .find_map(|line| {
            let fields: Vec<_> = line.split_whitespace().collect();
            let (address, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
            (address.ends_with(&end) && *state == LISTENS).then_some(*inode)
        })?;
    let socket = format!("socket:[{inode}]");
    let mut processes = fs::read_dir("/proc").ok()?.flatten();
    let process = processes.find(|process| {
        // Skips `self`, which is a link to one of the others.
        let is_process = process.file_name().as_encoded_bytes()[0].is_ascii_digit();
        let open = fs::read_dir(process.path().join("fd"));
        let mut open = open.into_iter().flatten().flatten();
        is_process
            && open
                .any(|file| fs::read_link(file.path()).is_ok_and(|file| file == Path::new(&socket)))
    })?;
    let name = fs::read_to_string(process.path().join("comm")).ok()?;
    Some(format!(
        "{} (process {})",
        name.trim_end(),
        process.file_name().display()
    ))
}

/// The program that listens on a port, on systems that have lsof, such as macOS.
#[cfg(not(target_os = "linux"))]
fn holder(port: u16) -> Option<String> {
    let mut lsof = std::process::Command::new("lsof");
    lsof.args(["-nP", "-sTCP:LISTEN", "-Fpc"])
        .arg(format!("-iTCP:{port}"));
    let found = String::from_utf8(lsof.output().ok()?.stdout).ok()?;
    // One line per field, which begins with a letter: p for the process, c for its name.
    let field = |letter| found.lines().find_map(|line| line.strip_prefix(letter));
    Some(format!("{} (process {})", field('c')?, field('p')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_reported_with_the_program_that_uses_it() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port().to_string();
        let advice = fault(&port).unwrap();
        assert!(
            advice.starts_with(&format!("Port {port} is already used by ")),
            "{advice}"
        );
        if cfg!(target_os = "linux") {
            let this = format!("(process {})", std::process::id());
            assert!(advice.contains(&this), "{advice}");
        }
        // The system always finds a port for this one.
        assert_eq!(fault("0"), None);
        assert!(fault("http").unwrap().contains("PORT is \"http\""));
    }
}
