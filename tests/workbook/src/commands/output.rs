//! What a server prints, shown as it comes.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader},
    sync::oneshot,
};

/// How many lines a server may print in a second, and still be followed by a person.
pub const READABLE: u32 = 100;

/// How much of a line is taken at a time, in bytes. A longer line counts as several.
const PIECE: u64 = 4096;

/// Shows a stream until it ends, and hands on the first line that is an address. What exceeds `limit` lines in a second
/// is left out.
pub async fn show(stream: impl AsyncRead + Unpin, address: oneshot::Sender<String>, limit: u32) {
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
            // Nobody reads it any more when the terminal has gone.
            io::stdout().write_all(&piece).ok();
            io::stdout().flush().ok();
        }
        if piece.starts_with(b"http://")
            && let Some(address) = address.take()
        {
            let line = String::from_utf8_lossy(&piece);
            // Nobody waits for it in a server that has been replaced already.
            address.send(line.trim_end().to_owned()).ok();
        }
    }
}

/// A bound for what is shown.
struct Bound {
    limit: u32,
    /// When the second began that is being counted.
    second: Instant,
    lines: u32,
    /// Lines left out since the server became too fast.
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

    /// Counts a line: what to say before it, and whether to show it. A server that has been too fast is shown again after
    /// a second in which it wasn't.
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
                "... The server prints more than {limit} lines a second. They are left out until it slows down."
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
