//! What one master recurs as: `RRULE` and `RDATE` together, without `EXDATE` and `EXRULE`.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use crate::rule::{Steps, Walk};
use crate::{Clock, Event, EventEnd, EventTime, Period, Rule, Until};

/// A master with what it excludes one by one.
pub(super) struct Recurrences<'c, 'k> {
    pub(super) master: &'c Event,
    clock: &'k Clock,
    excluded: HashSet<DateTime<Utc>>,
    /// A date against timed recurrences, or a time against dates, takes away those of that day.
    excluded_days: HashSet<NaiveDate>,
}

/// A recurrence before anything replaces it.
pub(super) struct Recurrence<'c> {
    pub(super) start: EventTime,
    /// Its own end, where an `RDATE` gives one.
    pub(super) end: Option<&'c EventEnd>,
}

/// The wall-clock times between which rules are walked.
#[derive(Clone, Copy)]
struct Range {
    from: NaiveDateTime,
    to: NaiveDateTime,
}

impl<'c, 'k> Recurrences<'c, 'k> {
    pub(super) fn of(master: &'c Event, clock: &'k Clock) -> Self {
        let (same, other): (Vec<_>, Vec<_>) = master
            .exdates
            .iter()
            .partition(|exdate| exdate.is_date() == master.start.is_date());
        Self {
            master,
            clock,
            excluded: same.into_iter().map(|exdate| clock.instant(exdate)).collect(),
            excluded_days: other.into_iter().map(|exdate| exdate.wall().date()).collect(),
        }
    }

    /// Whether an `EXDATE` takes this recurrence away.
    pub(super) fn excludes(&self, instant: DateTime<Utc>) -> bool {
        self.excluded.contains(&instant)
    }

    /// Whether an `EXDATE` takes the recurrences of this day away.
    pub(super) fn excludes_day(&self, day: NaiveDate) -> bool {
        self.excluded_days.contains(&day)
    }

    /// Whether there is a recurrence at this instant.
    pub(super) fn include(&self, instant: DateTime<Utc>, steps: &mut Steps) -> bool {
        let window = Period::new(instant, instant);
        self.around(window, TimeDelta::zero(), steps)
            .contains_key(&instant)
    }

    /// The recurrences that may show in a window, and others near it, by instant. Those at one instant are one
    /// (RFC 5545, 3.8.5.3).
    pub(super) fn around(
        &self,
        window: Period,
        slack: TimeDelta,
        steps: &mut Steps,
    ) -> BTreeMap<DateTime<Utc>, Recurrence<'c>> {
        let (master, clock) = (self.master, self.clock);
        let mut found = BTreeMap::new();
        let mut add = |start: EventTime, end| {
            found
                .entry(clock.instant(&start))
                .or_insert(Recurrence { start, end });
        };
        if !self.ended_before_start() {
            add(master.start.clone(), None);
        }
        for rdate in &master.rdates {
            add(rdate.start.clone(), rdate.end.as_ref());
        }
        let range = self.range(window, slack);
        for rule in &master.rules {
            for wall in self.walk(rule, range, steps) {
                add(master.start.with_wall(wall), None);
            }
        }
        found.retain(|instant, recurrence| {
            !self.excludes(*instant) && !self.excludes_day(recurrence.start.wall().date())
        });
        for rule in &master.exclusion_rules {
            for wall in self.walk(rule, range, steps) {
                found.remove(&clock.instant(&master.start.with_wall(wall)));
            }
        }
        found
    }

    /// Whether every rule ended before the first recurrence: that is how some calendars say that the whole series, its
    /// first recurrence included, was taken away.
    fn ended_before_start(&self) -> bool {
        let ended = |rule| {
            self.until(rule)
                .is_some_and(|until| until < self.master.start.wall())
        };
        !self.master.rules.is_empty() && self.master.rules.iter().all(ended)
    }

    fn walk(&self, rule: &Rule, range: Range, steps: &mut Steps) -> Vec<NaiveDateTime> {
        let mut walls = Vec::new();
        let walk = Walk {
            rule,
            start: self.master.start.wall(),
            until: self.until(rule),
            from: range.from,
            to: range.to,
        };
        walk.run(steps, &mut walls);
        walls
    }

    /// The last wall-clock time that `UNTIL` allows. A date allows its whole day, and a time without a zone is one on
    /// the event's own wall.
    fn until(&self, rule: &Rule) -> Option<NaiveDateTime> {
        Some(match rule.until? {
            Until::Date(date) => date.and_hms_opt(23, 59, 59)?,
            Until::Local(local) => local,
            Until::Utc(instant) if self.master.start.is_date() => instant.naive_utc(),
            Until::Utc(instant) => self.clock.wall(&self.master.start, instant),
        })
    }

    /// Two days more on either side than the wall clocks of the world differ, and as long before as one lasts.
    fn range(&self, window: Period, slack: TimeDelta) -> Range {
        let start = &self.master.start;
        let lasts = end_of(self.master, start, self.clock) - self.clock.instant(start);
        let margin = TimeDelta::days(2) + slack;
        let from = self.clock.wall(start, window.start);
        let to = self.clock.wall(start, window.end);
        Range {
            from: from
                .checked_sub_signed(margin + lasts.max(TimeDelta::zero()))
                .unwrap_or(NaiveDateTime::MIN),
            to: to.checked_add_signed(margin).unwrap_or(NaiveDateTime::MAX),
        }
    }
}

/// When a recurrence ends: of dates, as many days later; of a `DTEND`, the same exact time later; of a `DURATION`, the
/// same nominal length later (RFC 5545, 3.8.5.3).
pub(super) fn end_of(event: &Event, start: &EventTime, clock: &Clock) -> DateTime<Utc> {
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
