//! A calendar over a window: every recurrence as an [`Occurrence`].
//!
//! Recurrences are worked out on the wall clock and become instants one by one, so that a charter at nine stays at
//! nine when the clocks change. Overrides belong to their `UID`, and of two versions the higher `SEQUENCE` counts.

mod recurrences;
mod series;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::rule::Steps;
use crate::{Calendar, Clock, Event, EventTime, Period, Warning, WarningKind};
use series::Series;

/// What one expansion of one feed may cost, however many events it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The most steps over all rules together. A step is a day or time looked at, some tens of nanoseconds; a recurrence
    /// found counts for twenty. Each rule gets its fair share of what the ones before it left, so that one that never ends
    /// cannot starve the others.
    pub steps: u64,
    /// The most occurrences.
    pub occurrences: usize,
}

/// What shows in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion<'c> {
    /// In order of start, then of end, then as in the file.
    pub occurrences: Vec<Occurrence<'c>>,
    /// What is missing, if anything.
    pub warnings: Vec<Warning>,
}

/// One event once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence<'c> {
    /// The event that says what it is: the override, where there is one.
    pub event: &'c Event,
    /// When it begins, as the feed would say it.
    pub start: EventTime,
    /// When it is.
    pub period: Period,
    /// The instant of its `RECURRENCE-ID`: which recurrence of its `UID` it is. `None` for what does not recur.
    pub recurrence: Option<DateTime<Utc>>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            steps: 20_000_000,
            occurrences: 500_000,
        }
    }
}

/// Every occurrence that shows in the window, floating times and dates taken to be of the zone `floating`. What is
/// cancelled is among them: its event's status says so.
#[must_use]
pub fn expand<'c>(calendar: &'c Calendar, window: Period, floating: Tz, budget: &Budget) -> Expansion<'c> {
    let clock = Clock::new(calendar, floating);
    let all = Series::of(&calendar.events);
    let mut rules_left: u64 = all.iter().map(Series::rule_count).sum();
    let mut left = budget.steps;
    let mut expansion = Expansion {
        occurrences: Vec::new(),
        warnings: Vec::new(),
    };
    let (mut out_of_budget, mut shared_uid) = (false, false);
    for series in &all {
        let rules = series.rule_count();
        let share = left / rules_left.max(1) * rules;
        let mut steps = Steps::new(share);
        let room = budget.occurrences - expansion.occurrences.len();
        if room == 0 {
            out_of_budget = true;
            break;
        }
        let mut found = series.expand(&clock, window, &mut steps);
        left -= share - steps.left();
        rules_left -= rules;
        let short = steps.ran_out() || found.len() > room;
        found.truncate(room);
        expansion.occurrences.append(&mut found);
        if short {
            out_of_budget = true;
        }
        shared_uid |= series.shared_uid;
    }
    let complaints = [
        (clock.is_short(), WarningKind::EndlessZone),
        (shared_uid, WarningKind::SharedUid),
        (out_of_budget, WarningKind::OutOfBudget),
    ];
    expansion.warnings.extend(
        complaints
            .into_iter()
            .filter(|(applies, _)| *applies)
            .map(|(_, kind)| Warning::of(kind)),
    );
    expansion.occurrences.sort_by_key(|occurrence| occurrence.period);
    expansion
}

/// Events by `UID`, in the order of the file. One without a `UID` stands alone.
fn by_uid(events: &[Event]) -> Vec<Vec<&Event>> {
    let mut groups: Vec<Vec<&Event>> = Vec::new();
    let mut index: HashMap<&str, usize> = HashMap::with_capacity(events.len());
    for event in events {
        let next = groups.len();
        let at = if event.uid.is_empty() {
            next
        } else {
            *index.entry(&event.uid).or_insert(next)
        };
        match groups.get_mut(at) {
            Some(group) => group.push(event),
            None => groups.push(vec![event]),
        }
    }
    groups
}
