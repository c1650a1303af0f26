//! The events of one `UID`: a master, what it recurs as, and what replaces single recurrences.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::{Occurrence, Steps, Walk, by_uid};
use crate::{Clock, Event, EventEnd, EventTime, Period, Rule, Until};

/// All events of one `UID`.
pub(super) struct Series<'c> {
    master: Option<&'c Event>,
    overrides: Vec<&'c Event>,
}

/// What an override replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Replaced {
    At(DateTime<Utc>),
    /// A date against timed recurrences: feeds write it so, and it means the one of that day.
    Day(NaiveDate),
}

/// A recurrence before anything replaces it.
struct Candidate<'c> {
    start: EventTime,
    end: Option<&'c EventEnd>,
}

/// How the later recurrences change: `RANGE=THISANDFUTURE`.
struct Shift<'c> {
    from: DateTime<Utc>,
    event: &'c Event,
    by: TimeDelta,
}

impl<'c> Series<'c> {
    pub(super) fn of(events: &'c [Event]) -> Vec<Self> {
        by_uid(events).into_iter().map(Self::of_one_uid).collect()
    }

    /// Of several masters the one with the highest `SEQUENCE` counts, and of equals the later one.
    fn of_one_uid(group: Vec<&'c Event>) -> Self {
        let (overrides, masters): (Vec<&Event>, Vec<&Event>) =
            group.into_iter().partition(|event| event.recurrence_id.is_some());
        Self {
            master: masters.into_iter().max_by_key(|event| event.sequence),
            overrides,
        }
    }

    /// How many rules share the budget of this series.
    pub(super) fn rule_count(&self) -> u64 {
        self.master.map_or(0, |event| {
            (event.rules.len() + event.exclusion_rules.len()) as u64
        })
    }

    /// Every occurrence that shows in the window.
    pub(super) fn expand(&self, clock: &Clock, window: Period, steps: &mut Steps) -> Vec<Occurrence<'c>> {
        let overrides = self.current_overrides(clock);
        let mut found = Vec::new();
        if let Some(master) = self.master {
            let shifts = shifts(&overrides, clock);
            let candidates = candidates(master, clock, window, widest(&shifts), steps);
            let recurs = self.recurs();
            for (instant, candidate) in candidates {
                if !is_replaced(&overrides, instant, &candidate.start) {
                    let id = recurs.then_some(instant);
                    found.extend(occurrence(master, &shifts, candidate, id, instant, clock, window));
                }
            }
        }
        for (replaced, event) in &overrides {
            let period = clock.period(&event.start, &event.end);
            if period.shows_in(&window) {
                let recurrence = match (replaced, &event.recurrence_id) {
                    (Replaced::At(instant), _) => Some(*instant),
                    (Replaced::Day(_), id) => id.as_ref().map(|id| clock.instant(&id.at)),
                };
                found.push(Occurrence {
                    event,
                    start: event.start.clone(),
                    period,
                    recurrence,
                });
            }
        }
        found
    }

    fn recurs(&self) -> bool {
        !self.overrides.is_empty()
            || self
                .master
                .is_some_and(|event| !event.rules.is_empty() || !event.rdates.is_empty())
    }

    /// The overrides by what they replace, of several versions the one with the highest `SEQUENCE`.
    fn current_overrides(&self, clock: &Clock) -> BTreeMap<Replaced, &'c Event> {
        let timed = self.master.is_some_and(|master| !master.start.is_date());
        let mut current: BTreeMap<Replaced, &'c Event> = BTreeMap::new();
        for event in &self.overrides {
            let Some(id) = &event.recurrence_id else { continue };
            let replaced = match id.at {
                EventTime::Date(date) if timed => Replaced::Day(date),
                _ => Replaced::At(clock.instant(&id.at)),
            };
            let kept = current.entry(replaced).or_insert(event);
            if event.sequence >= kept.sequence {
                *kept = event;
            }
        }
        current
    }
}

fn is_replaced(overrides: &BTreeMap<Replaced, &Event>, instant: DateTime<Utc>, start: &EventTime) -> bool {
    !overrides.is_empty()
        && (overrides.contains_key(&Replaced::At(instant))
            || overrides.contains_key(&Replaced::Day(start.wall().date())))
}

/// What a candidate becomes: itself, or what an earlier `THISANDFUTURE` makes of it.
fn occurrence<'c>(
    master: &'c Event,
    shifts: &[Shift<'c>],
    candidate: Candidate<'c>,
    recurrence: Option<DateTime<Utc>>,
    instant: DateTime<Utc>,
    clock: &Clock,
    window: Period,
) -> Option<Occurrence<'c>> {
    let shift = shifts.iter().rfind(|shift| shift.from <= instant);
    let (event, start) = match shift {
        None => (master, candidate.start),
        Some(shift) => {
            let wall = candidate.start.wall().checked_add_signed(shift.by)?;
            let start = if shift.event.start.is_date() == candidate.start.is_date() {
                candidate.start.with_wall(wall)
            } else {
                shift.event.start.with_wall(wall)
            };
            (shift.event, start)
        }
    };
    let period = match candidate.end {
        Some(end) if shift.is_none() => clock.period(&start, end),
        _ => Period::new(clock.instant(&start), end_of(event, &start, clock)),
    };
    period.shows_in(&window).then_some(Occurrence {
        event,
        start,
        period,
        recurrence,
    })
}

/// When a recurrence ends: after the same days of a date, the same exact time of an end (RFC 5545, 3.8.5.3), or the
/// same nominal length of a `DURATION`.
fn end_of(event: &Event, start: &EventTime, clock: &Clock) -> DateTime<Utc> {
    match &event.end {
        EventEnd::After(length) => clock.after(start, *length),
        EventEnd::At(end) if *start == event.start => clock.instant(end),
        EventEnd::At(end) if event.start.is_date() && end.is_date() => {
            let days = end.wall() - event.start.wall();
            let wall = start.wall().checked_add_signed(days);
            wall.map_or_else(
                || clock.instant(start),
                |wall| clock.instant(&start.with_wall(wall)),
            )
        }
        EventEnd::At(end) => {
            let exact = clock.instant(end) - clock.instant(&event.start);
            let start = clock.instant(start);
            start.checked_add_signed(exact).unwrap_or(start)
        }
    }
}

fn shifts<'c>(overrides: &BTreeMap<Replaced, &'c Event>, clock: &Clock) -> Vec<Shift<'c>> {
    let mut shifts: Vec<Shift<'c>> = overrides
        .values()
        .filter_map(|event| {
            let id = event.recurrence_id.as_ref().filter(|id| id.this_and_future)?;
            Some(Shift {
                from: clock.instant(&id.at),
                event,
                by: event.start.wall() - id.at.wall(),
            })
        })
        .collect();
    shifts.sort_by_key(|shift| shift.from);
    shifts
}

/// How far a shift may carry a recurrence, either way.
fn widest(shifts: &[Shift<'_>]) -> TimeDelta {
    shifts
        .iter()
        .map(|shift| shift.by.abs())
        .max()
        .unwrap_or_default()
}

/// The recurrences of a master around a window, without those that do not take place, by instant.
fn candidates<'c>(
    master: &'c Event,
    clock: &Clock,
    window: Period,
    slack: TimeDelta,
    steps: &mut Steps,
) -> BTreeMap<DateTime<Utc>, Candidate<'c>> {
    let mut found = BTreeMap::new();
    let mut add = |start: EventTime, end| {
        found
            .entry(clock.instant(&start))
            .or_insert(Candidate { start, end });
    };
    add(master.start.clone(), None);
    for rdate in &master.rdates {
        add(rdate.start.clone(), rdate.end.as_ref());
    }
    let length = end_of(master, &master.start, clock) - clock.instant(&master.start);
    let (from, to) = bounds(master, clock, window, length.max(TimeDelta::zero()) + slack);
    for rule in &master.rules {
        for wall in walk(master, clock, rule, from, to, steps) {
            add(master.start.with_wall(wall), None);
        }
    }
    if master.exdates.is_empty() && master.exclusion_rules.is_empty() {
        return found;
    }
    let mut excluded: HashSet<DateTime<Utc>> = HashSet::new();
    let mut excluded_days: HashSet<NaiveDate> = HashSet::new();
    for exdate in &master.exdates {
        match exdate {
            // A date against timed recurrences takes away those of that day.
            EventTime::Date(date) if !master.start.is_date() => drop(excluded_days.insert(*date)),
            _ => drop(excluded.insert(clock.instant(exdate))),
        }
    }
    for rule in &master.exclusion_rules {
        for wall in walk(master, clock, rule, from, to, steps) {
            excluded.insert(clock.instant(&master.start.with_wall(wall)));
        }
    }
    found.retain(|instant, candidate| {
        !excluded.contains(instant) && !excluded_days.contains(&candidate.start.wall().date())
    });
    found
}

fn walk(
    master: &Event,
    clock: &Clock,
    rule: &Rule,
    from: NaiveDateTime,
    to: NaiveDateTime,
    steps: &mut Steps,
) -> Vec<NaiveDateTime> {
    let mut walls = Vec::new();
    let walk = Walk {
        rule,
        start: master.start.wall(),
        until: until(rule, &master.start, clock),
        from,
        to,
    };
    walk.run(steps, &mut walls);
    walls
}

/// The last wall-clock time that `UNTIL` allows. A date allows its whole day.
fn until(rule: &Rule, start: &EventTime, clock: &Clock) -> Option<NaiveDateTime> {
    Some(match rule.until? {
        Until::Date(date) => date.and_hms_opt(23, 59, 59)?,
        Until::Local(local) => local,
        Until::Utc(instant) if start.is_date() => instant.naive_utc(),
        Until::Utc(instant) => clock.wall(start, instant),
    })
}

/// The wall-clock times that may show in the window, a day wider on either side for offsets.
fn bounds(
    master: &Event,
    clock: &Clock,
    window: Period,
    before: TimeDelta,
) -> (NaiveDateTime, NaiveDateTime) {
    let day = TimeDelta::days(2);
    let from = clock
        .wall(&master.start, window.start)
        .checked_sub_signed(before + day)
        .unwrap_or(NaiveDateTime::MIN);
    let to = clock
        .wall(&master.start, window.end)
        .checked_add_signed(before + day)
        .unwrap_or(NaiveDateTime::MAX);
    (from, to)
}
