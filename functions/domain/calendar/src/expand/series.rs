//! The events of one `UID`: a master, what it recurs as, and what replaces single recurrences.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::recurrences::{Recurrence, Recurrences, end_of};
use super::{Occurrence, by_uid};
use crate::rule::Steps;
use crate::{Clock, Event, Period};

/// All events of one `UID`.
pub(super) struct Series<'c> {
    master: Option<&'c Event>,
    overrides: Vec<&'c Event>,
    /// Whether masters of one version begin at different times: then the feed gave different events one `UID`.
    pub(super) shared_uid: bool,
}

/// What an override replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Replaced {
    At(DateTime<Utc>),
    /// A date against timed recurrences, or a time against dates: feeds write it so, and mean the one of that day.
    Day(NaiveDate),
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

    /// Of several masters the one with the highest `SEQUENCE` counts, of equals the one stamped last, of those the first.
    fn of_one_uid(group: Vec<&'c Event>) -> Self {
        let (overrides, masters): (Vec<&Event>, Vec<&Event>) =
            group.into_iter().partition(|event| event.recurrence_id.is_some());
        let version = |event: &Event| (event.sequence, event.stamp);
        let master = masters.iter().copied().reduce(|best, event| {
            if version(event) > version(best) {
                event
            } else {
                best
            }
        });
        let shared_uid = master.is_some_and(|best| {
            masters
                .iter()
                .any(|event| version(event) == version(best) && event.start != best.start)
        });
        Self {
            master,
            overrides,
            shared_uid,
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
        match self.master {
            Some(master) if self.overrides.is_empty() && !recurs(master) => {
                let period = clock.period(&master.start, &master.end);
                let shown = period.shows_in(&window);
                let once = || Occurrence {
                    event: master,
                    start: master.start.clone(),
                    period,
                    recurrence: None,
                };
                shown.then(once).into_iter().collect()
            }
            Some(master) => self.expand_recurring(master, clock, window, steps),
            None => overridden(&self.current_overrides(clock), clock, window),
        }
    }

    fn expand_recurring(
        &self,
        master: &'c Event,
        clock: &Clock,
        window: Period,
        steps: &mut Steps,
    ) -> Vec<Occurrence<'c>> {
        let recurrences = Recurrences::of(master, clock);
        let mut overrides = self.current_overrides(clock);
        overrides.retain(|replaced, event| !is_gone(*replaced, event, &recurrences, steps));
        let shifts = shifts(&overrides, clock);
        let slack = shifts.iter().map(|shift| shift.by.abs()).max();
        let mut found = Vec::new();
        for (instant, recurrence) in recurrences.around(window, slack.unwrap_or_default(), steps) {
            let day = recurrence.start.wall().date();
            let replaced =
                overrides.contains_key(&Replaced::At(instant)) || overrides.contains_key(&Replaced::Day(day));
            if !replaced {
                let shift = shifts.iter().rfind(|shift| shift.from <= instant);
                let occurrence = match shift {
                    None => Some(as_planned(master, recurrence, instant, clock)),
                    Some(shift) => shift.apply(&recurrence, instant, clock),
                };
                found.extend(occurrence.filter(|occurrence| occurrence.period.shows_in(&window)));
            }
        }
        found.extend(overridden(&overrides, clock, window));
        found
    }

    /// The overrides by what they replace, of several versions the one with the highest `SEQUENCE`, of equals the first.
    fn current_overrides(&self, clock: &Clock) -> BTreeMap<Replaced, &'c Event> {
        let dated = self.master.map(|master| master.start.is_date());
        let mut current: BTreeMap<Replaced, &'c Event> = BTreeMap::new();
        for event in &self.overrides {
            let Some(id) = &event.recurrence_id else {
                continue;
            };
            let replaced = if dated.is_some_and(|dated| dated != id.at.is_date()) {
                Replaced::Day(id.at.wall().date())
            } else {
                Replaced::At(clock.instant(&id.at))
            };
            let kept = current.entry(replaced).or_insert(event);
            if event.sequence > kept.sequence {
                *kept = event;
            }
        }
        current
    }
}

impl<'c> Shift<'c> {
    /// A recurrence as it is from here on.
    fn apply(
        &self,
        recurrence: &Recurrence<'_>,
        instant: DateTime<Utc>,
        clock: &Clock,
    ) -> Option<Occurrence<'c>> {
        let wall = recurrence.start.wall().checked_add_signed(self.by)?;
        let start = self.event.start.with_wall(wall);
        let period = Period::new(clock.instant(&start), end_of(self.event, &start, clock));
        Some(Occurrence {
            event: self.event,
            start,
            period,
            recurrence: Some(instant),
        })
    }
}

fn as_planned<'c>(
    master: &'c Event,
    recurrence: Recurrence<'c>,
    instant: DateTime<Utc>,
    clock: &Clock,
) -> Occurrence<'c> {
    let period = match recurrence.end {
        Some(end) => clock.period(&recurrence.start, end),
        None => Period::new(instant, end_of(master, &recurrence.start, clock)),
    };
    Occurrence {
        event: master,
        start: recurrence.start,
        period,
        recurrence: Some(instant),
    }
}

fn overridden<'c>(
    overrides: &BTreeMap<Replaced, &'c Event>,
    clock: &Clock,
    window: Period,
) -> Vec<Occurrence<'c>> {
    let occurrence = |event: &'c Event| Occurrence {
        event,
        start: event.start.clone(),
        period: clock.period(&event.start, &event.end),
        recurrence: event.recurrence_id.as_ref().map(|id| clock.instant(&id.at)),
    };
    overrides
        .values()
        .copied()
        .map(occurrence)
        .filter(|occurrence| occurrence.period.shows_in(&window))
        .collect()
}

/// Whether an override stands for something that no longer takes place: its recurrence was taken out after it had been
/// changed, or it is left over from an older version of the whole series, which it still repeats.
fn is_gone(replaced: Replaced, event: &Event, recurrences: &Recurrences<'_, '_>, steps: &mut Steps) -> bool {
    match replaced {
        Replaced::At(instant) => {
            recurrences.excludes(instant)
                || (recurs(event)
                    && event.sequence < recurrences.master.sequence
                    && !recurrences.include(instant, steps))
        }
        Replaced::Day(day) => recurrences.excludes_day(day),
    }
}

fn recurs(event: &Event) -> bool {
    !event.rules.is_empty() || !event.rdates.is_empty() || !event.exdates.is_empty()
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
