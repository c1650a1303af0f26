//! A zone's definition to its offsets: when they change, by the clock and on the wall.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use crate::rule::{Steps, Walk};
use crate::{CustomZone, Observance, Rule, Until};

/// When a zone changes its offset.
#[derive(Debug, Clone, Default)]
pub(crate) struct Transitions {
    /// Seconds east of UTC before the first change, by [`before`].
    before: Option<i32>,
    /// From which instant, in UTC, which offset holds.
    by_instant: Vec<(NaiveDateTime, i32)>,
    /// From which wall-clock time on which offset is to be taken. It never goes back, whatever the definition says, so
    /// that a look-up is a search in a sorted list.
    by_wall: Vec<(NaiveDateTime, i32)>,
}

/// One onset of one part of a zone.
struct Change {
    /// In UTC.
    at: NaiveDateTime,
    from: i32,
    to: i32,
}

/// The steps that the rules of all zones of a calendar may take together, and those of one. Two yearly changes from 1900
/// on take some 30,000.
const STEPS: u64 = 2_000_000;
const STEPS_PER_ZONE: u64 = 100_000;

/// The first and the last year in which changes are worked out: before and after them an offset stays as it is.
const YEARS: RangeInclusive<i32> = 1900..=2200;

impl Transitions {
    /// Every change of the zone, by rules only those of some years. What the steps do not reach is missing.
    fn of(zone: &CustomZone, years: &RangeInclusive<i32>, steps: &mut Steps) -> Self {
        let mut changes: Vec<Change> = Vec::new();
        for part in &zone.observances {
            changes.extend(part.changes(years, steps));
        }
        // Of two at one instant the first in the file counts.
        changes.sort_by_key(|change| change.at);
        changes.dedup_by_key(|change| change.at);
        let mut transitions = Self {
            before: before(&zone.observances),
            ..Self::default()
        };
        let mut offset = changes.first().map_or(0, |change| change.from);
        for change in changes {
            // A gap keeps the offset from before it until the wall shows the time after it; an overlap keeps it until its
            // first pass is over.
            let settled = change.at + TimeDelta::seconds(offset.max(change.to).into());
            let last = transitions.by_wall.last().map(|(wall, _)| *wall);
            let settled = last.map_or(settled, |last| settled.max(last));
            transitions.by_wall.push((settled, change.to));
            transitions.by_instant.push((change.at, change.to));
            offset = change.to;
        }
        transitions
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.by_instant.len()
    }

    /// Seconds east of UTC at a wall-clock time: in a gap as before it, in an overlap its first pass. `None` if the zone
    /// defines nothing.
    pub(crate) fn at_wall(&self, wall: NaiveDateTime) -> Option<i32> {
        last_until(&self.by_wall, wall).or(self.before)
    }

    /// Seconds east of UTC at an instant, given in UTC.
    pub(crate) fn at_instant(&self, instant: NaiveDateTime) -> Option<i32> {
        last_until(&self.by_instant, instant).or(self.before)
    }
}

/// The offset before the first change: standard time, as python-dateutil has it too. `TZOFFSETFROM` holds only shortly before,
/// and definitions that begin after their events are shortened ones, whose first part starts in any season and often from
/// `+0000`: in the corpus, standard time is nearer to the truth.
fn before(parts: &[Observance]) -> Option<i32> {
    let standard = parts.iter().find(|part| !part.daylight);
    standard.or(parts.first()).map(|part| part.offset_to)
}

fn last_until(offsets: &[(NaiveDateTime, i32)], time: NaiveDateTime) -> Option<i32> {
    let passed = offsets.partition_point(|(from, _)| *from <= time);
    let (_, offset) = offsets.get(passed.checked_sub(1)?)?;
    Some(*offset)
}

impl Observance {
    fn changes(&self, years: &RangeInclusive<i32>, steps: &mut Steps) -> impl Iterator<Item = Change> {
        let mut onsets = vec![self.start];
        onsets.extend(&self.onsets);
        for rule in &self.rules {
            let walk = Walk {
                rule,
                start: self.start,
                until: self.until(rule),
                from: new_year(*years.start()).unwrap_or(NaiveDateTime::MIN),
                to: new_year(years.end() + 1).unwrap_or(NaiveDateTime::MAX),
            };
            walk.run(steps, &mut onsets);
        }
        onsets.into_iter().filter_map(|onset| {
            Some(Change {
                at: onset.checked_sub_signed(TimeDelta::seconds(self.offset_from.into()))?,
                from: self.offset_from,
                to: self.offset_to,
            })
        })
    }

    /// The last onset that `UNTIL` allows, on the wall of the onsets.
    fn until(&self, rule: &Rule) -> Option<NaiveDateTime> {
        rule.until.map(|until| match until {
            Until::Date(date) => date.and_time(NaiveTime::MIN) + TimeDelta::days(1) - TimeDelta::seconds(1),
            Until::Local(local) => local,
            Until::Utc(instant) => instant.naive_utc() + TimeDelta::seconds(self.offset_from.into()),
        })
    }
}

fn new_year(year: i32) -> Option<NaiveDateTime> {
    NaiveDate::from_ymd_opt(year, 1, 1).map(NaiveDateTime::from)
}

/// The zones of a calendar, ready to answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct ZoneTable {
    zones: HashMap<Arc<str>, Transitions>,
    /// Whether the rules of a zone had more changes than their steps reached.
    pub(crate) is_short: bool,
}

impl ZoneTable {
    /// Works the zones out, all of them within one budget.
    pub(crate) fn of(zones: &[CustomZone]) -> Self {
        Self::over(&YEARS, zones)
    }

    /// The same for times of these years only.
    pub(crate) fn over(years: &RangeInclusive<i32>, zones: &[CustomZone]) -> Self {
        let mut left = STEPS;
        let mut table = Self::default();
        for zone in zones {
            let share = left.min(STEPS_PER_ZONE);
            let mut steps = Steps::new(share);
            let transitions = Transitions::of(zone, years, &mut steps);
            left -= share - steps.left();
            table.is_short |= steps.ran_out();
            table.zones.insert(zone.id.clone(), transitions);
        }
        table
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Transitions> {
        self.zones.get(id)
    }

    #[cfg(test)]
    pub(crate) fn changes(&self) -> usize {
        self.zones.values().map(Transitions::len).sum()
    }
}
