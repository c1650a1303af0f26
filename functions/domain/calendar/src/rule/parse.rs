//! `RRULE` text to [`Rule`].

use std::ops::RangeInclusive;
use std::str::FromStr;

use super::{ByDay, Frequency, Rule, RuleError, Until, WEEKDAYS};
use crate::time::{Moment, parse_moment};

impl FromStr for Rule {
    type Err = RuleError;

    /// Reads a rule. Case, spaces, empty parts and `X-` parts do not matter; of a part given twice the last counts.
    fn from_str(text: &str) -> Result<Self, RuleError> {
        let mut rule = Self::every(Frequency::Daily);
        let mut frequency = None;
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            // What has no `=` says nothing, so it cannot be a mistyped limit.
            let Some((name, value)) = part.split_once('=') else {
                continue;
            };
            let name = name.trim().to_ascii_uppercase();
            let value = value.trim().to_ascii_uppercase();
            if name == "FREQ" {
                frequency = Some(parse_frequency(&value)?);
            } else {
                rule.set(&name, &value)?;
            }
        }
        rule.frequency = frequency.ok_or(RuleError::NoFrequency)?;
        Ok(rule)
    }
}

impl Rule {
    fn set(&mut self, name: &str, value: &str) -> Result<(), RuleError> {
        match name {
            "INTERVAL" => {
                let interval: u32 = number("INTERVAL", value)?;
                self.interval = interval.try_into().map_err(|_| RuleError::IntervalZero)?;
            }
            "COUNT" => self.count = Some(number("COUNT", value)?),
            "UNTIL" => self.until = Some(parse_until(value)?),
            "BYSECOND" => self.by_second = numbers("BYSECOND", value, 0..=60)?,
            "BYMINUTE" => self.by_minute = numbers("BYMINUTE", value, 0..=59)?,
            "BYHOUR" => self.by_hour = numbers("BYHOUR", value, 0..=23)?,
            "BYDAY" => self.by_day = each(value).map(parse_day).collect::<Result<_, _>>()?,
            "BYMONTHDAY" => self.by_month_day = signed("BYMONTHDAY", value, 31)?,
            "BYYEARDAY" => self.by_year_day = signed("BYYEARDAY", value, 366)?,
            "BYWEEKNO" => self.by_week = signed("BYWEEKNO", value, 53)?,
            "BYMONTH" => self.by_month = numbers("BYMONTH", value, 1..=12)?,
            "BYSETPOS" => self.by_position = signed("BYSETPOS", value, 366)?,
            "WKST" => {
                self.week_start = parse_weekday(value).ok_or(RuleError::BadValue("WKST"))?;
            }
            "RSCALE" if value == "GREGORIAN" => {}
            "SKIP" if value == "OMIT" => {}
            "RSCALE" | "SKIP" => return Err(RuleError::OtherCalendar),
            _ if name.starts_with("X-") => {}
            _ => return Err(RuleError::UnknownPart),
        }
        Ok(())
    }
}

fn parse_frequency(value: &str) -> Result<Frequency, RuleError> {
    Frequency::ALL
        .iter()
        .find(|(name, _)| *name == value)
        .map(|(_, frequency)| *frequency)
        .ok_or(RuleError::BadValue("FREQ"))
}

fn parse_until(value: &str) -> Result<Until, RuleError> {
    match parse_moment(value) {
        Some(Moment::Date(date)) => Ok(Until::Date(date)),
        Some(Moment::Local(local)) => Ok(Until::Local(local)),
        Some(Moment::Utc(instant)) => Ok(Until::Utc(instant)),
        None => Err(RuleError::BadValue("UNTIL")),
    }
}

fn parse_day(value: &str) -> Result<ByDay, RuleError> {
    let bad = RuleError::BadValue("BYDAY");
    let split = value.len().checked_sub(2).ok_or(bad)?;
    let (nth, day) = value.split_at_checked(split).ok_or(bad)?;
    let day = parse_weekday(day).ok_or(bad)?;
    let nth = match nth.trim() {
        "" => None,
        text => Some(text.parse().map_err(|_| bad)?),
    };
    match nth {
        Some(0) => Err(bad),
        Some(far) if !(-53..=53).contains(&far) => Err(bad),
        nth => Ok(ByDay { nth, day }),
    }
}

fn parse_weekday(value: &str) -> Option<chrono::Weekday> {
    WEEKDAYS
        .iter()
        .find(|(name, _)| *name == value)
        .map(|(_, day)| *day)
}

fn each(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn number<T: FromStr>(part: &'static str, value: &str) -> Result<T, RuleError> {
    value.parse().map_err(|_| RuleError::BadValue(part))
}

fn numbers(part: &'static str, value: &str, range: RangeInclusive<u8>) -> Result<Vec<u8>, RuleError> {
    each(value)
        .map(|item| number(part, item))
        .map(|item| {
            item.and_then(|number| {
                if range.contains(&number) {
                    Ok(number)
                } else {
                    Err(RuleError::BadValue(part))
                }
            })
        })
        .collect()
}

fn signed(part: &'static str, value: &str, most: i16) -> Result<Vec<i16>, RuleError> {
    each(value)
        .map(|item| match number(part, item)? {
            found if found != 0 && (-most..=most).contains(&found) => Ok(found),
            _ => Err(RuleError::BadValue(part)),
        })
        .collect()
}
