//! One rule, period by period.
//!
//! A walk costs one step for every day and time it looks at and more for every recurrence it finds, stops at the end of its range, and
//! without `COUNT` starts at the beginning of it, however far back the rule began.

use std::num::NonZeroU32;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use super::days::DayFilter;
use super::steps::{Next, Steps};
use crate::{Frequency, Rule};

/// A rule, where it starts, and which recurrences are asked for.
pub(crate) struct Walk<'r> {
    pub(crate) rule: &'r Rule,
    /// `DTSTART`: it sets what the rule leaves open, and nothing comes before it.
    pub(crate) start: NaiveDateTime,
    /// The last time that may come, itself included.
    pub(crate) until: Option<NaiveDateTime>,
    /// The earliest time that is asked for.
    pub(crate) from: NaiveDateTime,
    /// The latest.
    pub(crate) to: NaiveDateTime,
}

/// The times of day in one period: every hour with every minute with every second, in order.
struct Times {
    hours: Vec<u8>,
    minutes: Vec<u8>,
    seconds: Vec<u8>,
}

impl Walk<'_> {
    /// Adds every recurrence in the range, in order, as far as the steps go.
    pub(crate) fn run(&self, steps: &mut Steps, found: &mut Vec<NaiveDateTime>) {
        let days = DayFilter::new(self.rule, self.start);
        let mut counted = self.rule.count.map(NonZeroU32::get);
        let mut emit = Emit {
            walk: self,
            counted: &mut counted,
            found,
        };
        match self.rule.frequency {
            Frequency::Yearly | Frequency::Monthly | Frequency::Weekly | Frequency::Daily => {
                self.by_days(&days, steps, &mut emit);
            }
            Frequency::Hourly => self.by_clock(&days, 3600, steps, &mut emit),
            Frequency::Minutely => self.by_clock(&days, 60, steps, &mut emit),
            Frequency::Secondly => self.by_clock(&days, 1, steps, &mut emit),
        }
    }

    fn by_days(&self, filter: &DayFilter<'_>, steps: &mut Steps, emit: &mut Emit<'_, '_>) {
        let times = Times::of_day(self.rule, self.start);
        let mut index = self.first_index();
        let mut days = Vec::new();
        while let Some((first, end)) = filter.period(index)
            && first <= self.to.date()
        {
            days.clear();
            let looked_at = filter.days(first, end, &mut days);
            if steps.take(looked_at) == Next::Done || emit.period(&days, &times, steps) == Next::Done {
                return;
            }
            index += 1;
        }
    }

    /// Hours, minutes and seconds: steps of a fixed length on the wall clock, leaping over what the rule excludes.
    fn by_clock(&self, filter: &DayFilter<'_>, unit: i64, steps: &mut Steps, emit: &mut Emit<'_, '_>) {
        let rule = self.rule;
        let step = unit * i64::from(rule.interval.get());
        let base = self.start - TimeDelta::seconds(self.start.and_utc().timestamp().rem_euclid(unit));
        let mut index = self.first_index();
        loop {
            if steps.take(1) == Next::Done {
                return;
            }
            let Some(at) = TimeDelta::try_seconds(index.saturating_mul(step))
                .and_then(|ahead| base.checked_add_signed(ahead))
                .filter(|at| *at <= self.to)
            else {
                return;
            };
            let skip = if !filter.allows(at.date()) {
                86_400 - i64::from(at.num_seconds_from_midnight())
            } else if !within(&rule.by_hour, at.hour()) {
                3600 - i64::from(at.num_seconds_from_midnight() % 3600)
            } else if unit <= 60 && !within(&rule.by_minute, at.minute()) {
                60 - i64::from(at.second())
            } else if unit == 1 && !within(&rule.by_second, at.second()) {
                1
            } else {
                let times = Times::from(rule, self.start, at, unit);
                if emit.period(&[at.date()], &times, steps) == Next::Done {
                    return;
                }
                1
            };
            index += (skip + step - 1) / step;
        }
    }

    /// The first period that may hold something asked for. With `COUNT` all must be counted, from the first.
    fn first_index(&self) -> i64 {
        if self.rule.count.is_some() || self.from <= self.start {
            return 0;
        }
        let (start, from) = (self.start.date(), self.from.date());
        let months =
            i64::from(from.year() - start.year()) * 12 + i64::from(from.month()) - i64::from(start.month());
        let seconds = (self.from - self.start).num_seconds();
        let periods = match self.rule.frequency {
            Frequency::Yearly => i64::from(from.year() - start.year()),
            Frequency::Monthly => months,
            Frequency::Weekly => seconds / (7 * 86_400),
            Frequency::Daily => seconds / 86_400,
            Frequency::Hourly => seconds / 3600,
            Frequency::Minutely => seconds / 60,
            Frequency::Secondly => seconds,
        };
        (periods / i64::from(self.rule.interval.get()) - 1).max(0)
    }
}

/// Where the recurrences of one period go.
struct Emit<'w, 'f> {
    walk: &'w Walk<'w>,
    counted: &'w mut Option<u32>,
    found: &'f mut Vec<NaiveDateTime>,
}

impl Emit<'_, '_> {
    fn period(&mut self, days: &[NaiveDate], times: &Times, steps: &mut Steps) -> Next {
        let total = days.len() * times.len();
        let positions = &self.walk.rule.by_position;
        if positions.is_empty() {
            for index in 0..total {
                if self.one(days, times, index, steps) == Next::Done {
                    return Next::Done;
                }
            }
            return Next::On;
        }
        let mut chosen: Vec<usize> = positions
            .iter()
            .filter_map(|position| {
                let size = usize::from(position.unsigned_abs());
                if *position > 0 {
                    Some(size - 1)
                } else {
                    total.checked_sub(size)
                }
            })
            .filter(|index| *index < total)
            .collect();
        chosen.sort_unstable();
        chosen.dedup();
        for index in chosen {
            if self.one(days, times, index, steps) == Next::Done {
                return Next::Done;
            }
        }
        Next::On
    }

    fn one(&mut self, days: &[NaiveDate], times: &Times, index: usize, steps: &mut Steps) -> Next {
        if steps.take(1) == Next::Done {
            return Next::Done;
        }
        let walk = self.walk;
        let day = days[index / times.len()];
        let Some(at) = times.at(index % times.len()).map(|time| day.and_time(time)) else {
            return Next::On;
        };
        if at < walk.start {
            return Next::On;
        }
        if at > walk.to || walk.until.is_some_and(|until| at > until) {
            return Next::Done;
        }
        if let Some(left) = self.counted {
            let Some(less) = left.checked_sub(1) else {
                return Next::Done;
            };
            *left = less;
        }
        if at >= walk.from {
            if steps.take(Steps::PER_FOUND) == Next::Done {
                return Next::Done;
            }
            self.found.push(at);
        }
        Next::On
    }
}

impl Times {
    /// What a rule of days or longer leaves to `DTSTART`.
    fn of_day(rule: &Rule, start: NaiveDateTime) -> Self {
        Self {
            hours: sorted_or(&rule.by_hour, start.hour()),
            minutes: sorted_or(&rule.by_minute, start.minute()),
            seconds: sorted_or(&rule.by_second, start.second()),
        }
    }

    /// What is finer than the rule's own unit, within the hour, minute or second that begins at `at`.
    fn from(rule: &Rule, start: NaiveDateTime, at: NaiveDateTime, unit: i64) -> Self {
        let own = |value: u32| vec![value.try_into().unwrap_or(0)];
        Self {
            hours: own(at.hour()),
            minutes: if unit == 3600 {
                sorted_or(&rule.by_minute, start.minute())
            } else {
                own(at.minute())
            },
            seconds: if unit >= 60 {
                sorted_or(&rule.by_second, start.second())
            } else {
                own(at.second())
            },
        }
    }

    fn len(&self) -> usize {
        self.hours.len() * self.minutes.len() * self.seconds.len()
    }

    /// `None` for second 60: no clock here shows a leap second.
    fn at(&self, index: usize) -> Option<NaiveTime> {
        let (minutes, seconds) = (self.minutes.len(), self.seconds.len());
        let hour = self.hours[index / (minutes * seconds)];
        let minute = self.minutes[index / seconds % minutes];
        let second = self.seconds[index % seconds];
        NaiveTime::from_hms_opt(hour.into(), minute.into(), second.into())
    }
}

fn within(allowed: &[u8], value: u32) -> bool {
    allowed.is_empty() || allowed.iter().any(|item| u32::from(*item) == value)
}

fn sorted_or(values: &[u8], default: u32) -> Vec<u8> {
    let mut values = values.to_vec();
    if values.is_empty() {
        values.push(default.try_into().unwrap_or(0));
    }
    values.sort_unstable();
    values.dedup();
    values
}
