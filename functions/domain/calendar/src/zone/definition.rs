//! A zone of the IANA database as a definition that a calendar can carry.
//!
//! The database as compiled here is a list of changes, so the rules are found again from it: changes that recur on
//! the same day of the year, year after year, become a rule, and all others are told one by one.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{OffsetComponents, Tz};

use super::yearly::Yearly;
use crate::{CustomZone, Observance, Rule, Until};

/// The instants that a definition has to cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Coverage {
    /// The first.
    pub(crate) first: DateTime<Utc>,
    /// The last that is known.
    pub(crate) last: DateTime<Utc>,
    /// Whether it goes on after the last, as a series without an end does.
    pub(crate) open: bool,
}

/// How many years after the last instant are looked at: a rule that holds for so long is taken to hold for good, and
/// changes without a rule are told up to there when the coverage is open.
const YEARS_AHEAD: i32 = 20;

/// Fewer changes than this are told one by one.
const FEWEST_FOR_A_RULE: usize = 3;

/// No zone changes its offset and changes it back within this time. Boa Vista once did so within a week.
const STRIDE: TimeDelta = TimeDelta::days(2);

/// A change of a zone's offset.
#[derive(Debug, Clone, Copy)]
struct Change {
    at: DateTime<Utc>,
    kind: Kind,
}

/// What kind of change it is: the same kind makes one part of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    from: i32,
    to: i32,
    daylight: bool,
}

/// Changes of one kind on the wall as it was before, and the rule that they follow.
struct Run {
    kind: Kind,
    onsets: Vec<NaiveDateTime>,
    rule: Rule,
}

impl CustomZone {
    /// The definition of a zone under its own name. It gives the zone's offset at every instant that it covers.
    pub(crate) fn define(zone: Tz, coverage: &Coverage) -> Self {
        let window = Window::around(coverage);
        let mut changes = changes(zone, window.from, window.to);
        let passed = changes.partition_point(|change| change.at <= coverage.first);
        let mut observances = Vec::new();
        match passed.checked_sub(1) {
            Some(last) => drop(changes.drain(..last)),
            None => observances.push(unchanged(zone, window.from)),
        }
        let (runs, mut single) = runs(&changes);
        for mut run in runs {
            let first = run.onsets.first().copied().unwrap_or_default();
            let last = run.onsets.last().copied().unwrap_or_default();
            // A rule in force is told with both its changes, although the second may come after the last instant.
            let in_force = first < window.last + TimeDelta::days(366);
            if in_force && last.year() >= window.to.year() - 1 {
                observances.push(run.observance());
            } else if first <= window.last || coverage.open {
                run.rule.until = Some(run.kind.until(last));
                observances.push(run.observance());
            }
        }
        if !coverage.open {
            single.retain(|change| change.at <= coverage.last);
        }
        observances.extend(one_by_one(&single));
        observances.sort_by_key(|part| (part.start, part.daylight));
        Self {
            id: zone.name().into(),
            observances,
        }
    }
}

/// The years in which changes are looked for.
struct Window {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    /// The last instant that must be covered.
    last: NaiveDateTime,
}

impl Window {
    fn around(coverage: &Coverage) -> Self {
        let new_year = |year| {
            NaiveDate::from_ymd_opt(year, 1, 1)
                .map_or(coverage.first, |day| day.and_time(NaiveTime::MIN).and_utc())
        };
        Self {
            from: new_year(coverage.first.year() - 1),
            to: new_year(coverage.last.year() + 1 + YEARS_AHEAD),
            last: coverage.last.naive_utc(),
        }
    }
}

impl Kind {
    fn wall(self, at: DateTime<Utc>) -> NaiveDateTime {
        at.naive_utc() + TimeDelta::seconds(self.from.into())
    }

    /// The end of a rule after its last onset. Python's icalendar takes it for a time on the wall, as others may: so it is
    /// not before the onset by either reading.
    fn until(self, last: NaiveDateTime) -> Until {
        let in_utc = last - TimeDelta::seconds(self.from.into());
        Until::Utc(in_utc.max(last).and_utc())
    }

    fn part(self, start: NaiveDateTime) -> Observance {
        Observance {
            daylight: self.daylight,
            start,
            offset_from: self.from,
            offset_to: self.to,
            rules: Vec::new(),
            onsets: Vec::new(),
        }
    }
}

impl Run {
    fn observance(self) -> Observance {
        let start = self.onsets.first().copied().unwrap_or_default();
        Observance {
            rules: vec![self.rule],
            ..self.kind.part(start)
        }
    }
}

/// The offset at an instant in seconds, and whether it is daylight saving time.
fn offset(zone: Tz, at: DateTime<Utc>) -> (i32, bool) {
    let found = zone.offset_from_utc_datetime(&at.naive_utc());
    (found.fix().local_minus_utc(), !found.dst_offset().is_zero())
}

/// The part of a zone whose offset was the same for years.
fn unchanged(zone: Tz, since: DateTime<Utc>) -> Observance {
    let (seconds, daylight) = offset(zone, since);
    let kind = Kind {
        from: seconds,
        to: seconds,
        daylight,
    };
    kind.part(since.naive_utc())
}

/// Every change of the offset between two instants, to the second.
fn changes(zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Change> {
    let mut found = Vec::new();
    let mut low = from;
    let (mut before, _) = offset(zone, low);
    while low < to {
        let high = to.min(low + STRIDE);
        if offset(zone, high).0 == before {
            low = high;
            continue;
        }
        let (mut same, mut other) = (low, high);
        while other - same > TimeDelta::seconds(1) {
            let middle = same + TimeDelta::seconds((other - same).num_seconds() / 2);
            if offset(zone, middle).0 == before {
                same = middle;
            } else {
                other = middle;
            }
        }
        let (after, daylight) = offset(zone, other);
        let kind = Kind {
            from: before,
            to: after,
            daylight,
        };
        found.push(Change { at: other, kind });
        (low, before) = (other, after);
    }
    found
}

/// Changes of one kind, in one month and at one time of day, in one year after the other, as long as one rule says
/// when; and those that are left.
fn runs(changes: &[Change]) -> (Vec<Run>, Vec<Change>) {
    let mut alike: BTreeMap<_, Vec<Change>> = BTreeMap::new();
    for change in changes {
        let wall = change.kind.wall(change.at);
        let key = (change.kind, wall.month(), wall.time());
        alike.entry(key).or_default().push(*change);
    }
    let (mut runs, mut single) = (Vec::new(), Vec::new());
    for ((kind, ..), changes) in alike {
        let mut rest = changes.as_slice();
        while let Some(first) = rest.first() {
            let (yearly, length) = longest(kind, *first, rest);
            let (run, after) = rest.split_at(length);
            rest = after;
            if length < FEWEST_FOR_A_RULE {
                single.extend_from_slice(run);
            } else {
                runs.push(Run {
                    kind,
                    onsets: run.iter().map(|change| kind.wall(change.at)).collect(),
                    rule: yearly.rule(),
                });
            }
        }
    }
    single.sort_by_key(|change| change.at);
    (runs, single)
}

/// How many changes from the first on follow one rule, and which.
fn longest(kind: Kind, first: Change, changes: &[Change]) -> (Yearly, usize) {
    let mut yearly = Yearly::of(kind.wall(first.at).date());
    let mut length = 1;
    while let Some(next) = changes.get(length)
        && let Some(with) = yearly.with(kind.wall(next.at).date())
    {
        yearly = with;
        length += 1;
    }
    (yearly, length)
}

/// One part for each kind of change, with its onsets.
fn one_by_one(changes: &[Change]) -> Vec<Observance> {
    let mut parts: BTreeMap<Kind, Observance> = BTreeMap::new();
    for change in changes {
        let wall = change.kind.wall(change.at);
        parts
            .entry(change.kind)
            .and_modify(|part| part.onsets.push(wall))
            .or_insert_with(|| change.kind.part(wall));
    }
    parts.into_values().collect()
}
