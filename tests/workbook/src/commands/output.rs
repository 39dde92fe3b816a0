//! Shows a server's output as it arrives.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader},
    sync::oneshot,
};

/// How many lines a second a person can still follow.
pub const READABLE: u32 = 100;

/// How much of a line is read at a time, in bytes. A longer line counts as several.
const PIECE: u64 = 4096;

/// Shows a stream until it ends, each line after this prefix, and passes on the first line that is an address. It leaves out
/// lines beyond `limit` a second.
pub async fn show(
    stream: impl AsyncRead + Unpin,
    address: oneshot::Sender<String>,
    limit: u32,
    prefix: &str,
) {
    let mut stream = BufReader::new(stream);
    let mut address = Some(address);
    let mut bound = Bound::new(limit);
    let mut piece = Vec::new();
    loop {
        piece.clear();
        let mut rest = (&mut stream).take(PIECE);
        if !matches!(rest.read_until(b'\n', &mut piece).await, Ok(1..)) {
            return;
        }
        let (notice, is_shown) = bound.admit(Instant::now());
        if let Some(notice) = notice {
            println!("{notice}");
        }
        if is_shown {
            // This fails once the terminal is closed, and then nobody reads it.
            let mut stdout = io::stdout().lock();
            stdout.write_all(prefix.as_bytes()).ok();
            stdout.write_all(&piece).ok();
            stdout.flush().ok();
        }
        if piece.starts_with(b"http://")
            && let Some(address) = address.take()
        {
            let line = String::from_utf8_lossy(&piece);
            // If this server has already been replaced, nobody waits for its address.
            address.send(line.trim_end().to_owned()).ok();
        }
    }
}

/// Limits how many lines are shown.
struct Bound {
    limit: u32,
    /// When the current second began.
    second: Instant,
    lines: u32,
    /// The lines left out since the server went over the limit.
    left_out: u64,
}

impl Bound {
    fn new(limit: u32) -> Self {
        Self {
            limit,
            second: Instant::now(),
            lines: 0,
            left_out: 0,
        }
    }

    /// Counts a line, and returns what to say before it, and whether to show it. After a flood, lines are shown again
    /// once the server has kept to the limit for a second.
    fn admit(&mut self, now: Instant) -> (Option<String>, bool) {
        let mut notice = None;
        let passed = now.saturating_duration_since(self.second);
        if passed >= Duration::from_secs(1) {
            let was_slow = self.lines <= self.limit || passed >= Duration::from_secs(2);
            if self.left_out > 0 && was_slow {
                notice = Some(format!("... {} lines were left out.", self.left_out));
                self.left_out = 0;
            }
            self.second = now;
            self.lines = 0;
        }
        self.lines = self.lines.saturating_add(1);
        if self.left_out == 0 && self.lines <= self.limit {
            return (notice, true);
        }
        if self.left_out == 0 {
            let limit = self.limit;
            notice = Some(format!(
                "... The server prints more than {limit} lines a second. The rest is left out until it slows down."
            ));
        }
        self.left_out += 1;
        (notice, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_left_out_until_it_ends() {
        let mut bound = Bound::new(2);
        let start = bound.second;
        let mut at = |milliseconds| bound.admit(start + Duration::from_millis(milliseconds));
        assert_eq!(at(0), (None, true));
        assert_eq!(at(1), (None, true));
        let (notice, is_shown) = at(2);
        assert!(notice.unwrap().contains("more than 2 lines a second") && !is_shown);
        assert_eq!(at(999), (None, false));
        // The second before was too fast, and this one is not over yet.
        assert_eq!(at(1000), (None, false));
        let (notice, is_shown) = at(2000);
        assert!(notice.unwrap().contains("3 lines were left out") && is_shown);
        assert_eq!(at(2001), (None, true));
        assert!(!at(2002).1);
        // Silence ends a flood, too.
        assert!(at(9000).1);
    }
}
