//! Chance that is the same in every run.

use std::{cell::Cell, time::Duration};

/// A generator of numbers. Source: Marsaglia, Xorshift RNGs, 2003.
pub struct Dice(Cell<u64>);

impl Dice {
    /// One whose numbers depend on this one alone.
    pub fn new(seed: u64) -> Self {
        // Zero would stay zero; a few rounds spread small seeds.
        let dice = Self(Cell::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1));
        for _ in 0..8 {
            dice.roll(1);
        }
        dice
    }

    /// A number below `sides`.
    pub fn roll(&self, sides: u64) -> u64 {
        let mut number = self.0.get();
        number ^= number << 13;
        number ^= number >> 7;
        number ^= number << 17;
        self.0.set(number);
        number % sides
    }

    /// A time from none to twice the mean.
    pub fn time(&self, mean: Duration) -> Duration {
        let most = u64::try_from(2 * mean.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(self.roll(most.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_side_comes_up_about_as_often() {
        let dice = Dice::new(1);
        let mut came = [0; 6];
        for _ in 0..6000 {
            came[usize::try_from(dice.roll(6)).unwrap()] += 1;
        }
        assert!(
            came.iter().all(|times| (800..1200).contains(times)),
            "{came:?}"
        );
    }
}
