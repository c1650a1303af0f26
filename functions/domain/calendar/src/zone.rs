//! Time zones that a calendar defines for itself.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

use calcard::common::timezone::Tz as KnownZone;
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use chrono_tz::Tz;

use crate::expand::{Steps, Walk};
use crate::{Rule, Until};

/// A `VTIMEZONE` whose name the IANA database does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomZone {
    /// `TZID`
    pub id: Arc<str>,
    /// Its `STANDARD` and `DAYLIGHT` parts, in the order of the file.
    pub observances: Vec<Observance>,
}

/// One part of a zone: an offset and when it takes effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observance {
    /// Whether it is `DAYLIGHT`. It has no bearing on the offset.
    pub daylight: bool,
    /// The first onset, on the wall as it was before.
    pub start: NaiveDateTime,
    /// Seconds east of UTC before the onset.
    pub offset_from: i32,
    /// Seconds east of UTC after it.
    pub offset_to: i32,
    /// Later onsets, by rule.
    pub rules: Vec<Rule>,
    /// Later onsets, one by one.
    pub onsets: Vec<NaiveDateTime>,
}

/// When a zone changes its offset, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Transitions(Vec<Transition>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Transition {
    /// The wall clock, as it was before, at which the offset changes.
    onset: NaiveDateTime,
    from: i32,
    to: i32,
}

/// The steps that the rules of all zones of a calendar may take together, and those of one. Two yearly changes from 1900
/// on take some 30,000.
const STEPS: u64 = 2_000_000;
const STEPS_PER_ZONE: u64 = 100_000;

/// The first and the last year in which changes are worked out: before and after them an offset stays as it is.
const YEARS: (i32, i32) = (1900, 2200);

impl Transitions {
    /// Every change of the zone. What the steps do not reach is missing.
    fn of(zone: &CustomZone, steps: &mut Steps) -> Self {
        let year = |year| NaiveDate::from_ymd_opt(year, 1, 1).map(NaiveDateTime::from);
        let from = year(YEARS.0).unwrap_or(NaiveDateTime::MIN);
        let to = year(YEARS.1).unwrap_or(NaiveDateTime::MAX);
        let mut all = Vec::new();
        for observance in &zone.observances {
            let mut onsets = vec![observance.start];
            onsets.extend(&observance.onsets);
            for rule in &observance.rules {
                let walk = Walk {
                    rule,
                    start: observance.start,
                    until: observance.until(rule),
                    from,
                    to,
                };
                walk.run(steps, &mut onsets);
            }
            all.extend(onsets.into_iter().map(|onset| Transition {
                onset,
                from: observance.offset_from,
                to: observance.offset_to,
            }));
        }
        all.sort_unstable();
        all.dedup();
        Self(all)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Seconds east of UTC at a wall-clock time: in a gap as before it, in an overlap its first pass. Before the
    /// first change it is what held then.
    pub(crate) fn offset_at(&self, local: NaiveDateTime) -> Option<i32> {
        let passed = self.0.partition_point(|change| change.onset <= local);
        let Some(change) = passed.checked_sub(1).and_then(|last| self.0.get(last)) else {
            return self.0.first().map(|change| change.from);
        };
        let gap = TimeDelta::seconds(i64::from(change.to) - i64::from(change.from));
        let in_gap = local - change.onset < gap;
        Some(if in_gap { change.from } else { change.to })
    }
}

impl Observance {
    fn until(&self, rule: &Rule) -> Option<NaiveDateTime> {
        rule.until.map(|until| match until {
            Until::Date(date) => {
                date.and_time(chrono::NaiveTime::MIN) + TimeDelta::days(1) - TimeDelta::seconds(1)
            }
            Until::Local(local) => local,
            Until::Utc(instant) => instant.naive_utc() + TimeDelta::seconds(self.offset_from.into()),
        })
    }
}

/// The zones of a calendar, ready to answer.
pub(crate) type ZoneTable = HashMap<Arc<str>, Transitions>;

/// Works the zones out, all of them within one budget.
pub(crate) fn zone_table(zones: &[CustomZone]) -> ZoneTable {
    let mut left = STEPS;
    zones
        .iter()
        .map(|zone| {
            let share = left.min(STEPS_PER_ZONE);
            let mut steps = Steps::new(share);
            let transitions = Transitions::of(zone, &mut steps);
            left -= share - steps.left();
            (zone.id.clone(), transitions)
        })
        .collect()
}

/// The IANA zone that a name means: its own name, one that Windows or Lotus gives it, or the end of a longer name
/// such as `/example.org/Tzfile/Europe/Berlin`.
pub(crate) fn iana_zone(id: &str) -> Option<Tz> {
    let id = id.trim();
    // Of `(UTC+05:30)` calcard would keep the whole hours.
    let broken_hours = [":15", ":30", ":45"].iter().any(|minutes| id.contains(minutes));
    match KnownZone::from_str(id) {
        Ok(KnownZone::Tz(zone)) if !(broken_hours && zone.name().starts_with("Etc/GMT")) => {
            return Some(zone);
        }
        _ => {}
    }
    let mut rest = id;
    while let Some((_, tail)) = rest.split_once('/') {
        rest = tail;
        if rest.contains('/')
            && let Ok(zone) = Tz::from_str(rest)
        {
            return Some(zone);
        }
    }
    None
}
