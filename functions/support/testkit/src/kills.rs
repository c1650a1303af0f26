//! Where processes were killed, counted.

use std::collections::BTreeMap;
use std::fmt;

use crate::Stop;

/// How often a process was killed before and after it did each of some things.
#[derive(Debug, Clone)]
pub struct Kills<T> {
    counts: BTreeMap<T, (usize, usize)>,
}

impl<T: Ord> Kills<T> {
    /// None yet, of any of these.
    pub fn of(things: impl IntoIterator<Item = T>) -> Self {
        let counts = things.into_iter().map(|thing| (thing, (0, 0)));
        Self {
            counts: counts.collect(),
        }
    }

    /// Counts one.
    pub fn add(&mut self, thing: T, stop: Stop) {
        let (before, after) = self.counts.entry(thing).or_default();
        match stop {
            Stop::Before(_) => *before += 1,
            Stop::After(_) => *after += 1,
        }
    }

    /// How often a process was killed at this, on either side.
    pub fn at(&self, thing: &T) -> usize {
        self.counts.get(thing).map_or(0, |(before, after)| before + after)
    }

    /// How often it was at the thing at which it was killed least.
    #[must_use]
    pub fn least(&self) -> usize {
        let each = self.counts.values().map(|(before, after)| before + after);
        each.min().unwrap_or(0)
    }

    /// What it was killed at, or is to be.
    pub fn things(&self) -> impl Iterator<Item = &T> {
        self.counts.keys()
    }
}

/// A line for each thing.
impl<T: fmt::Debug> fmt::Display for Kills<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (thing, (before, after)) in &self.counts {
            writeln!(f, "{before:>4} before, {after:>4} after  {thing:?}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_met_counts_as_the_least() {
        let mut kills = Kills::of(["one", "two"]);
        kills.add("one", Stop::Before(3));
        kills.add("one", Stop::After(3));
        assert_eq!((kills.at(&"one"), kills.least()), (2, 0));
        kills.add("two", Stop::After(0));
        assert_eq!(kills.least(), 1);
        kills.add("three", Stop::After(0));
        assert_eq!(kills.things().count(), 3);
    }
}
