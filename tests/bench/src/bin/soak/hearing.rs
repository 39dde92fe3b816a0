//! Tracks which messages a client has to receive, and whether it did.

use std::cell::Cell;

/// The beginning of a message's packet, and the end of its text.
const BEGIN: &str = r#"42["enviar-mensaje",{"mensaje":""#;
const END: char = '"';

/// How many messages each speaker has sent, and how many of them were answered.
pub struct Speakers(pub Vec<Speaker>);

/// One of them. Its messages have numbers from 0 on.
#[derive(Default)]
pub struct Speaker {
    pub said: Cell<u64>,
    pub answered: Cell<u64>,
}

impl Speakers {
    pub fn new(count: usize) -> Self {
        Self((0..count).map(|_| Speaker::default()).collect())
    }

    /// How many were sent but not answered yet.
    pub fn unanswered(&self) -> u64 {
        let speakers = self.0.iter();
        speakers
            .map(|one| one.said.get() - one.answered.get())
            .sum()
    }

    fn said(&self) -> Vec<u64> {
        self.0.iter().map(|one| one.said.get()).collect()
    }

    /// The messages that are due to everyone: whatever the server sends from now on arrives after these.
    pub fn answered(&self) -> Vec<u64> {
        self.0.iter().map(|one| one.answered.get()).collect()
    }
}

/// The text of a speaker's message.
pub fn text(speaker: usize, number: u64) -> String {
    format!("{speaker} {number}")
}

/// The speaker and the number of a message that a client receives.
fn parse(packet: &str) -> Option<(usize, u64)> {
    let (text, _) = packet.strip_prefix(BEGIN)?.split_once(END)?;
    let (speaker, number) = text.split_once(' ')?;
    Some((speaker.parse().ok()?, number.parse().ok()?))
}

/// The messages that one client has received since it joined.
pub struct Hearing {
    /// Which speaker it is itself, if it's one.
    own: Option<usize>,
    /// The first message of each speaker that it has to receive. It has to receive all later ones, too.
    from: Vec<u64>,
    /// The next message of each speaker.
    next: Vec<Option<u64>>,
    /// Messages that only others received, or that arrived twice or in the wrong order.
    pub lost: u64,
}

impl Hearing {
    /// For a client that has just joined.
    pub fn new(speakers: &Speakers, own: Option<usize>) -> Self {
        Self {
            own,
            from: speakers.said(),
            next: vec![None; speakers.0.len()],
            lost: 0,
        }
    }

    /// Records a packet, and returns whether it was a message of the crowd.
    pub fn hear(&mut self, packet: &str) -> bool {
        let Some((speaker, number)) = parse(packet) else {
            return false;
        };
        let Some(next) = self.next.get_mut(speaker) else {
            return false;
        };
        // The first may be one that was sent before the client joined, but never one that was sent later.
        let expected = next.unwrap_or(number.min(self.from[speaker]));
        self.lost += number.abs_diff(expected);
        *next = Some(number + 1);
        true
    }

    /// At the end, counts what is due and wasn't received.
    pub fn close(&mut self, due: &[u64]) {
        for (speaker, &due) in due.iter().enumerate() {
            if self.own != Some(speaker) {
                let next = self.next[speaker].unwrap_or(self.from[speaker]);
                self.lost += due.saturating_sub(next);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use course::production::message;

    use super::*;

    /// How many messages a client lost that joined after `before` messages and received these of the `said`.
    fn lost(before: u64, heard: &[u64], said: u64) -> u64 {
        let speakers = Speakers::new(1);
        speakers.0[0].said.set(before);
        let mut hearing = Hearing::new(&speakers, None);
        for number in heard {
            assert!(hearing.hear(&message(&text(0, *number), None)));
        }
        speakers.0[0].answered.set(said);
        hearing.close(&speakers.answered());
        hearing.lost
    }

    #[test]
    fn missing_messages_are_counted_at_every_position() {
        assert_eq!(lost(0, &[0, 1, 2], 3), 0);
        assert_eq!(lost(2, &[2, 3], 4), 0);
        // A speaker was still sending when the client joined.
        assert_eq!(lost(2, &[1, 2, 3], 4), 0);
        assert_eq!(lost(2, &[], 2), 0);
        // The first, one in the middle, the last, all.
        assert_eq!(lost(2, &[3, 4], 5), 1);
        assert_eq!(lost(2, &[2, 4], 5), 1);
        assert_eq!(lost(2, &[2, 3], 5), 1);
        assert_eq!(lost(2, &[], 5), 3);
    }

    #[test]
    fn messages_that_arrive_twice_or_too_early_are_counted() {
        assert_eq!(lost(0, &[0, 0, 1], 2), 1);
        assert!(lost(0, &[1, 0], 2) > 0);
    }
}
