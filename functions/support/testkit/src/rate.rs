//! How many messages come in a second.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

const SECOND: Duration = Duration::from_secs(1);

/// A sliding count over the last second, and the highest that it ever was.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    within: VecDeque<Instant>,
    highest: usize,
}

impl Rate {
    /// How many came in the second before `now`.
    pub(crate) fn at(&mut self, now: Instant) -> usize {
        while self
            .within
            .front()
            .is_some_and(|first| now.duration_since(*first) >= SECOND)
        {
            self.within.pop_front();
        }
        self.within.len()
    }

    pub(crate) fn count(&mut self, now: Instant, messages: usize) {
        self.within.extend(std::iter::repeat_n(now, messages));
        self.highest = self.highest.max(self.at(now));
    }

    pub(crate) const fn highest(&self) -> usize {
        self.highest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_slides() {
        let start = Instant::now();
        let mut rate = Rate::default();
        for milliseconds in [0, 400, 800, 1_000, 1_300] {
            rate.count(start + Duration::from_millis(milliseconds), 1);
        }
        assert_eq!(rate.highest(), 4);
        assert_eq!(rate.at(start + Duration::from_millis(1_800)), 2);
        assert_eq!(rate.at(start + Duration::from_millis(2_300)), 0);
    }
}
