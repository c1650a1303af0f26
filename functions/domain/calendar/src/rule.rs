//! Recurrence rules: `RRULE` text to [`Rule`] and back, and the walk along one on a wall clock. What recurs, and in what zone,
//! is the business of others.

mod days;
mod parse;
mod steps;
#[cfg(test)]
pub(crate) mod tests;
mod walk;

use std::fmt;
use std::num::NonZeroU32;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc, Weekday};

pub(crate) use steps::Steps;
pub(crate) use walk::Walk;

use crate::time::{write_date, write_local};

/// A recurrence rule (RFC 5545, 3.3.10), each value within the range that the RFC gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// `FREQ`
    pub frequency: Frequency,
    /// `INTERVAL`
    pub interval: NonZeroU32,
    /// `COUNT`: at most so many recurrences, from the first.
    pub count: Option<NonZeroU32>,
    /// `UNTIL`: no recurrence after it, itself included.
    pub until: Option<Until>,
    /// `BYSECOND`, 0 to 60.
    pub by_second: Vec<u8>,
    /// `BYMINUTE`, 0 to 59.
    pub by_minute: Vec<u8>,
    /// `BYHOUR`, 0 to 23.
    pub by_hour: Vec<u8>,
    /// `BYDAY`
    pub by_day: Vec<ByDay>,
    /// `BYMONTHDAY`, 1 to 31, or negative from the month's end.
    pub by_month_day: Vec<i16>,
    /// `BYYEARDAY`, 1 to 366, or negative from the year's end.
    pub by_year_day: Vec<i16>,
    /// `BYWEEKNO`, 1 to 53, or negative from the year's end.
    pub by_week: Vec<i16>,
    /// `BYMONTH`, 1 to 12.
    pub by_month: Vec<u8>,
    /// `BYSETPOS`, 1 to 366, or negative from the period's end.
    pub by_position: Vec<i16>,
    /// `WKST`
    pub week_start: Weekday,
}

/// `FREQ`, the finest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Frequency {
    /// Every second.
    Secondly,
    /// Every minute.
    Minutely,
    /// Every hour.
    Hourly,
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// Every year.
    Yearly,
}

/// One value of `BYDAY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ByDay {
    /// Which of that weekday in the month or year, from 1, or negative from the end; absent for every one.
    pub nth: Option<i16>,
    /// The weekday.
    pub day: Weekday,
}

/// `UNTIL`, in the form in which it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Until {
    /// Through this day.
    Date(NaiveDate),
    /// Through this time on the event's own wall.
    Local(NaiveDateTime),
    /// Through this instant.
    Utc(DateTime<Utc>),
}

/// Why a rule is no rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Nothing says how often.
    #[error("FREQ is missing")]
    NoFrequency,
    /// It would never move on.
    #[error("INTERVAL=0 never moves on")]
    IntervalZero,
    /// A value is unreadable or out of its range.
    #[error("{0} has a bad value")]
    BadValue(&'static str),
    /// A part that RFC 5545 does not know. It may be a mistyped limit, so the rule is not guessed at.
    #[error("unknown part")]
    UnknownPart,
    /// A calendar other than the Gregorian, or a way of skipping invalid dates other than leaving them out.
    #[error("RSCALE and SKIP of RFC 7529 are not supported")]
    OtherCalendar,
}

impl RuleError {
    /// A stable name for machines.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NoFrequency => "rule-without-frequency",
            Self::IntervalZero => "interval-zero",
            Self::BadValue(_) => "rule-with-bad-value",
            Self::UnknownPart => "rule-with-unknown-part",
            Self::OtherCalendar => "rule-of-other-calendar",
        }
    }
}

impl Rule {
    /// A rule that says how often and nothing else.
    #[must_use]
    pub const fn every(frequency: Frequency) -> Self {
        Self {
            frequency,
            interval: NonZeroU32::MIN,
            count: None,
            until: None,
            by_second: Vec::new(),
            by_minute: Vec::new(),
            by_hour: Vec::new(),
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_year_day: Vec::new(),
            by_week: Vec::new(),
            by_month: Vec::new(),
            by_position: Vec::new(),
            week_start: Weekday::Mon,
        }
    }
}

impl Frequency {
    const ALL: [(&'static str, Self); 7] = [
        ("SECONDLY", Self::Secondly),
        ("MINUTELY", Self::Minutely),
        ("HOURLY", Self::Hourly),
        ("DAILY", Self::Daily),
        ("WEEKLY", Self::Weekly),
        ("MONTHLY", Self::Monthly),
        ("YEARLY", Self::Yearly),
    ];

    fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, frequency)| *frequency == self)
            .map_or("", |(name, _)| name)
    }
}

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Mon),
    ("TU", Weekday::Tue),
    ("WE", Weekday::Wed),
    ("TH", Weekday::Thu),
    ("FR", Weekday::Fri),
    ("SA", Weekday::Sat),
    ("SU", Weekday::Sun),
];

fn weekday_name(day: Weekday) -> &'static str {
    WEEKDAYS[day.num_days_from_monday() as usize].0
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FREQ={}", self.frequency.name())?;
        match self.until {
            Some(Until::Date(date)) => write!(f, ";UNTIL={}", write_date(date))?,
            Some(Until::Local(local)) => write!(f, ";UNTIL={}", write_local(local))?,
            Some(Until::Utc(instant)) => write!(f, ";UNTIL={}Z", write_local(instant.naive_utc()))?,
            None => {}
        }
        if let Some(count) = self.count {
            write!(f, ";COUNT={count}")?;
        }
        if self.interval != NonZeroU32::MIN {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        list(f, "BYSECOND", &self.by_second)?;
        list(f, "BYMINUTE", &self.by_minute)?;
        list(f, "BYHOUR", &self.by_hour)?;
        list(f, "BYDAY", &self.by_day)?;
        list(f, "BYMONTHDAY", &self.by_month_day)?;
        list(f, "BYYEARDAY", &self.by_year_day)?;
        list(f, "BYWEEKNO", &self.by_week)?;
        list(f, "BYMONTH", &self.by_month)?;
        list(f, "BYSETPOS", &self.by_position)?;
        if self.week_start != Weekday::Mon {
            write!(f, ";WKST={}", weekday_name(self.week_start))?;
        }
        Ok(())
    }
}

impl fmt::Display for ByDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(nth) = self.nth {
            write!(f, "{nth}")?;
        }
        f.write_str(weekday_name(self.day))
    }
}

fn list(f: &mut fmt::Formatter<'_>, name: &str, values: &[impl fmt::Display]) -> fmt::Result {
    for (index, value) in values.iter().enumerate() {
        if index == 0 {
            write!(f, ";{name}={value}")?;
        } else {
            write!(f, ",{value}")?;
        }
    }
    Ok(())
}
