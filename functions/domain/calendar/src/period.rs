//! Half-open stretches of time.

use chrono::{DateTime, Utc};

/// The instants from `start` up to, and without, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// The first instant.
    pub start: DateTime<Utc>,
    /// The first instant after it; never before `start`.
    pub end: DateTime<Utc>,
}

impl Period {
    /// A period. An end before the start is taken as the start: no time at all.
    #[must_use]
    pub fn new(start: DateTime<Utc>, end: DateTime<Utc>) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }

    /// Whether it holds no instant.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.end <= self.start
    }

    /// Whether the instant lies in it.
    #[must_use]
    pub fn contains(&self, instant: DateTime<Utc>) -> bool {
        self.start <= instant && instant < self.end
    }

    /// Whether the two share an instant. Touching periods do not, and an empty one overlaps nothing.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start.max(other.start) < self.end.min(other.end)
    }

    /// Whether it shows in a window: it overlaps it or, if it is empty, begins in it.
    #[must_use]
    pub fn shows_in(&self, window: &Self) -> bool {
        self.overlaps(window) || (self.is_empty() && window.contains(self.start))
    }

    /// The union of periods as the fewest periods, in order; touching ones become one and empty ones vanish.
    /// Two feeds that cut the same blocked days differently have the same union.
    #[must_use]
    pub fn union(periods: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut sorted: Vec<Self> = periods.into_iter().filter(|period| !period.is_empty()).collect();
        sorted.sort_unstable();
        let mut merged: Vec<Self> = Vec::new();
        for period in sorted {
            match merged.last_mut() {
                Some(last) if period.start <= last.end => last.end = last.end.max(period.end),
                _ => merged.push(period),
            }
        }
        merged
    }
}
