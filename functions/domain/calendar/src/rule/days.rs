//! Which days a rule means.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, Weekday};

use crate::{ByDay, Frequency, Rule};

/// A rule's days, with what it leaves open taken from `DTSTART` (RFC 5545, 3.3.10).
pub(super) struct DayFilter<'r> {
    rule: &'r Rule,
    start: NaiveDate,
    months: Vec<u32>,
    month_days: Vec<i16>,
    days: Vec<ByDay>,
    /// In what `BYDAY=2MO` counts.
    counts_in: CountsIn,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CountsIn {
    Year,
    Month,
    /// Weeks and days have no second Monday; the number is not heeded.
    Nothing,
}

impl<'r> DayFilter<'r> {
    pub(super) fn new(rule: &'r Rule, start: NaiveDateTime) -> Self {
        let start = start.date();
        let mut filter = Self {
            rule,
            start,
            months: rule.by_month.iter().map(|month| u32::from(*month)).collect(),
            month_days: rule.by_month_day.clone(),
            days: rule.by_day.clone(),
            counts_in: match rule.frequency {
                Frequency::Yearly if rule.by_month.is_empty() => CountsIn::Year,
                Frequency::Yearly | Frequency::Monthly => CountsIn::Month,
                _ => CountsIn::Nothing,
            },
        };
        let open = rule.by_day.is_empty() && rule.by_month_day.is_empty() && rule.by_year_day.is_empty();
        let by_week = !rule.by_week.is_empty();
        match rule.frequency {
            Frequency::Yearly if open && by_week => filter.days.push(every(start.weekday())),
            Frequency::Yearly if open => {
                if filter.months.is_empty() {
                    filter.months.push(start.month());
                }
                filter.month_days.push(day_number(start));
            }
            Frequency::Monthly if open => filter.month_days.push(day_number(start)),
            Frequency::Weekly if open => filter.days.push(every(start.weekday())),
            _ => {}
        }
        filter
    }

    /// The first day of a period and the day after its last, counting periods from that of `DTSTART`. `None` beyond
    /// the year 9999.
    pub(super) fn period(&self, index: i64) -> Option<(NaiveDate, NaiveDate)> {
        let ahead = u64::try_from(index)
            .ok()?
            .checked_mul(self.rule.interval.get().into())?;
        let months = |count: u64| {
            Some(Months::new(
                u32::try_from(count).ok().filter(|count| *count < 200_000)?,
            ))
        };
        let days = |count: u64| Some(Days::new(count)).filter(|_| count < 5_000_000);
        let (first, end) = match self.rule.frequency {
            Frequency::Yearly => {
                let first = self.start.with_ordinal(1)?;
                let first = first.checked_add_months(months(ahead.checked_mul(12)?)?)?;
                (first, first.checked_add_months(Months::new(12))?)
            }
            Frequency::Monthly => {
                let first = self.start.with_day(1)?.checked_add_months(months(ahead)?)?;
                (first, first.checked_add_months(Months::new(1))?)
            }
            Frequency::Weekly => {
                let first = self.start.week(self.rule.week_start).checked_first_day()?;
                let first = first.checked_add_days(days(ahead.checked_mul(7)?)?)?;
                (first, first.checked_add_days(Days::new(7))?)
            }
            _ => {
                let first = self.start.checked_add_days(days(ahead)?)?;
                (first, first.succ_opt()?)
            }
        };
        (first.year() <= 9999).then_some((first, end))
    }

    /// Adds the days of a period that the rule means, and says how many it looked at.
    pub(super) fn days(&self, first: NaiveDate, end: NaiveDate, found: &mut Vec<NaiveDate>) -> usize {
        let mut looked_at = 1;
        let mut day = first;
        while day < end {
            if !self.months.is_empty() && !self.months.contains(&day.month()) {
                looked_at += 1;
                let next = day
                    .with_day(1)
                    .and_then(|day| day.checked_add_months(Months::new(1)));
                match next {
                    Some(next) => day = next,
                    None => break,
                }
                continue;
            }
            looked_at += 1;
            if self.allows(day) {
                found.push(day);
            }
            match day.succ_opt() {
                Some(next) => day = next,
                None => break,
            }
        }
        looked_at
    }

    /// Whether the rule means this day, if it means its period at all.
    pub(super) fn allows(&self, day: NaiveDate) -> bool {
        (self.months.is_empty() || self.months.contains(&day.month()))
            && self.allows_month_day(day)
            && self.allows_weekday(day)
            && self.allows_year_day(day)
            && self.allows_week(day)
    }

    fn allows_month_day(&self, day: NaiveDate) -> bool {
        let from_start = day_number(day);
        let from_end = from_start - i16::from(day.num_days_in_month()) - 1;
        self.month_days.is_empty()
            || self
                .month_days
                .iter()
                .any(|wanted| *wanted == from_start || *wanted == from_end)
    }

    fn allows_year_day(&self, day: NaiveDate) -> bool {
        let length = year_length(day);
        let from_start = i16::try_from(day.ordinal()).unwrap_or(i16::MAX);
        let wanted = &self.rule.by_year_day;
        wanted.is_empty() || wanted.contains(&from_start) || wanted.contains(&(from_start - length - 1))
    }

    fn allows_weekday(&self, day: NaiveDate) -> bool {
        self.days.is_empty() || self.days.iter().any(|wanted| self.is_nth(*wanted, day))
    }

    fn is_nth(&self, wanted: ByDay, day: NaiveDate) -> bool {
        if wanted.day != day.weekday() {
            return false;
        }
        let (before, length) = match self.counts_in {
            CountsIn::Nothing => return true,
            CountsIn::Month => (day_number(day) - 1, i16::from(day.num_days_in_month())),
            CountsIn::Year => (i16::try_from(day.ordinal0()).unwrap_or(0), year_length(day)),
        };
        let after = length - 1 - before;
        match wanted.nth {
            None => true,
            Some(nth) if nth > 0 => before / 7 + 1 == nth,
            Some(nth) => after / 7 + 1 == -nth,
        }
    }

    /// Weeks belong to the year in which they have four days or more, as the rule's week begins.
    fn allows_week(&self, day: NaiveDate) -> bool {
        if self.rule.by_week.is_empty() {
            return true;
        }
        let Some((week, weeks)) = week_of_year(day, self.rule.week_start) else {
            return false;
        };
        self.rule
            .by_week
            .iter()
            .any(|wanted| *wanted == week || *wanted == week - weeks - 1)
    }
}

/// The number of the week in its own year, and how many that year has.
fn week_of_year(day: NaiveDate, week_start: Weekday) -> Option<(i16, i16)> {
    let first = day.week(week_start).checked_first_day()?;
    // The fourth day of a week lies in the year that the week belongs to.
    let middle = first.checked_add_days(Days::new(3))?;
    let week = i16::try_from(middle.ordinal0() / 7).ok()? + 1;
    let last = NaiveDate::from_ymd_opt(middle.year(), 12, 28)?;
    let last_middle = last
        .week(week_start)
        .checked_first_day()?
        .checked_add_days(Days::new(3))?;
    let weeks = i16::try_from(last_middle.ordinal0() / 7).ok()? + 1;
    Some((week, weeks))
}

fn year_length(day: NaiveDate) -> i16 {
    if day.leap_year() { 366 } else { 365 }
}

fn day_number(day: NaiveDate) -> i16 {
    i16::try_from(day.day()).unwrap_or(i16::MAX)
}

const fn every(day: Weekday) -> ByDay {
    ByDay { nth: None, day }
}
