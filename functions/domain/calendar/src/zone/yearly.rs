//! Days of successive years, and the rule that says them.

use chrono::{Datelike, NaiveDate, Weekday};

use crate::{ByDay, Frequency, Rule};

/// One day in each of successive years, all in one month, as far as one rule can mean them all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Yearly {
    month: u32,
    last_year: i32,
    earliest: u32,
    latest: u32,
    /// The weekday of them all, if it is one.
    weekday: Option<Weekday>,
    /// Which of its weekdays in the month each is, if it is the same.
    nth: Option<u32>,
    /// Whether each is the last of its weekdays in the month.
    is_last: bool,
}

impl Yearly {
    pub(super) fn of(day: NaiveDate) -> Self {
        Self {
            month: day.month(),
            last_year: day.year(),
            earliest: day.day(),
            latest: day.day(),
            weekday: Some(day.weekday()),
            nth: Some(nth(day)),
            is_last: is_last(day),
        }
    }

    /// With the day of the next year; `None` if it is of another, or no rule means it too.
    pub(super) fn with(self, day: NaiveDate) -> Option<Self> {
        let merged = Self {
            last_year: day.year(),
            earliest: self.earliest.min(day.day()),
            latest: self.latest.max(day.day()),
            weekday: self.weekday.filter(|weekday| *weekday == day.weekday()),
            nth: self.nth.filter(|nth_before| *nth_before == nth(day)),
            is_last: self.is_last && is_last(day),
            month: self.month,
        };
        let follows = day.year() == self.last_year + 1 && day.month() == self.month;
        let one_day = merged.earliest == merged.latest;
        let one_week = merged.weekday.is_some() && merged.latest - merged.earliest < 7;
        (follows && (one_day || one_week)).then_some(merged)
    }

    /// The rule that means these days: the last Sunday, the second Sunday, the ninth, or the Sunday between the eighth and
    /// the fourteenth, whichever holds first.
    pub(super) fn rule(self) -> Rule {
        let mut rule = Rule::every(Frequency::Yearly);
        rule.by_month = small(self.month).into_iter().collect();
        let Some(day) = self.weekday else {
            rule.by_month_day = small(self.earliest).into_iter().collect();
            return rule;
        };
        let nth = if self.is_last {
            Some(-1)
        } else {
            self.nth.and_then(small)
        };
        rule.by_day = vec![ByDay { nth, day }];
        if nth.is_none() {
            let from = self.earliest.min(25);
            rule.by_month_day = (from..from + 7).filter_map(small).collect();
        }
        rule
    }
}

/// Which of its weekdays in the month a day is, from 1.
fn nth(day: NaiveDate) -> u32 {
    day.day0() / 7 + 1
}

fn is_last(day: NaiveDate) -> bool {
    day.day() + 7 > u32::from(day.num_days_in_month())
}

fn small<T: TryFrom<u32>>(number: u32) -> Option<T> {
    T::try_from(number).ok()
}
