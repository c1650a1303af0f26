//! When something happens, as iCalendar can say it.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

/// A date or a time as the feed gave it. Only a [`Clock`](crate::Clock) makes an instant of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EventTime {
    /// A whole day, in whatever zone the reader lives.
    Date(NaiveDate),
    /// A whole day in a zone. RFC 5545 gives dates no zone; feeds that name one all the same mean its midnight.
    ZonedDate {
        /// The day.
        date: NaiveDate,
        /// Where it is that day.
        zone: ZoneName,
    },
    /// A wall-clock time without a zone: the same digits everywhere, or those of the zone that the calendar suggests.
    Floating(NaiveDateTime),
    /// An instant.
    Utc(DateTime<Utc>),
    /// A wall-clock time in a zone.
    Zoned {
        /// What the clock on the wall shows.
        local: NaiveDateTime,
        /// Whose wall.
        zone: ZoneName,
    },
}

/// The zone of an [`EventTime`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ZoneName {
    /// A zone of the IANA database, also when the feed called it by a Windows or Lotus name, or defines it otherwise
    /// ([`WarningKind::ZoneDisagrees`](crate::WarningKind::ZoneDisagrees)).
    Iana(Tz),
    /// Any other `TZID`, as written: the calendar's own `VTIMEZONE` defines it, or nobody does.
    Custom(Arc<str>),
}

/// A span of time as `DURATION` says it: days follow the calendar, seconds follow the clock (RFC 5545, 3.3.6).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Length {
    /// Calendar days, weeks included: 23 to 25 hours each where the zone changes its offset.
    pub days: i32,
    /// Exact seconds.
    pub seconds: i64,
}

impl EventTime {
    /// The digits on the wall; of a date, its midnight; of an instant, those of UTC.
    #[must_use]
    pub fn wall(&self) -> NaiveDateTime {
        match self {
            Self::Date(date) | Self::ZonedDate { date, .. } => (*date).into(),
            Self::Floating(local) | Self::Zoned { local, .. } => *local,
            Self::Utc(instant) => instant.naive_utc(),
        }
    }

    /// The same kind of time, in the same zone, with other digits. Of a date, the time of day is dropped.
    #[must_use]
    pub fn with_wall(&self, wall: NaiveDateTime) -> Self {
        match self {
            Self::Date(_) => Self::Date(wall.date()),
            Self::ZonedDate { zone, .. } => Self::ZonedDate {
                date: wall.date(),
                zone: zone.clone(),
            },
            Self::Floating(_) => Self::Floating(wall),
            Self::Utc(_) => Self::Utc(wall.and_utc()),
            Self::Zoned { zone, .. } => Self::Zoned {
                local: wall,
                zone: zone.clone(),
            },
        }
    }

    /// Whether it is a whole day.
    #[must_use]
    pub const fn is_date(&self) -> bool {
        matches!(self, Self::Date(_) | Self::ZonedDate { .. })
    }
}

impl ZoneName {
    /// The `TZID` to write.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Iana(zone) => zone.name(),
            Self::Custom(name) => name,
        }
    }
}

impl Length {
    /// One calendar day: what an all-day event without an end lasts.
    pub const DAY: Self = Self { days: 1, seconds: 0 };
    /// No time at all: what a timed event without an end lasts.
    pub const ZERO: Self = Self { days: 0, seconds: 0 };
}

/// A value of type `DATE` or `DATE-TIME` before its zone is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    Date(NaiveDate),
    Local(NaiveDateTime),
    Utc(DateTime<Utc>),
}

/// Reads `20250131`, `20250131T080000`, `20250131T080000Z`, and what feeds write instead: without seconds, with
/// the dashes and colons of RFC 3339, with an offset, with hour 24 or second 60.
pub(crate) fn parse_moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text.strip_suffix(['Z', 'z']).unwrap_or(text), None),
    };
    let [year, month, day] = digits(date, [4, 2, 2])?;
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    let Some(time) = time else {
        return Some(Moment::Date(date));
    };
    let split = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, offset) = time.split_at(split);
    let clock = clock.split_once('.').map_or(clock, |(whole, _)| whole);
    let [hour, minute, second] =
        digits(clock, [2, 2, 2]).or_else(|| digits(clock, [2, 2]).map(|[hour, minute]| [hour, minute, 0]))?;
    let local = if (hour, minute, second) == (24, 0, 0) {
        date.succ_opt()?.into()
    } else {
        date.and_hms_opt(hour, minute, second.min(59))
            .filter(|_| second <= 60)?
    };
    match offset {
        "" => Some(Moment::Local(local)),
        "Z" | "z" => Some(Moment::Utc(local.and_utc())),
        _ => {
            let seconds = parse_offset(offset)?;
            let utc = local.checked_sub_signed(TimeDelta::seconds(seconds.into()))?;
            Some(Moment::Utc(utc.and_utc()))
        }
    }
}

/// Reads `+0130`, `-08:00` or `+013045` as seconds east of UTC.
pub(crate) fn parse_offset(text: &str) -> Option<i32> {
    let text = text.trim();
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let rest = &text[1..];
    let [hours, minutes, seconds] = digits(rest, [2, 2, 2])
        .or_else(|| digits(rest, [2, 2]).map(|[hours, minutes]| [hours, minutes, 0]))?;
    let within = hours < 24 && minutes < 60 && seconds < 60;
    let total = i32::try_from(hours * 3600 + minutes * 60 + seconds).ok()?;
    within.then_some(sign * total)
}

/// Reads fields of so many digits each, with at most one `-` or `:` between two.
fn digits<const N: usize>(text: &str, widths: [usize; N]) -> Option<[u32; N]> {
    let mut rest = text;
    let mut fields = [0; N];
    for (index, (field, width)) in fields.iter_mut().zip(widths).enumerate() {
        if index > 0 {
            rest = rest.strip_prefix(['-', ':']).unwrap_or(rest);
        }
        let (head, tail) = rest.split_at_checked(width)?;
        if !head.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *field = head.parse().ok()?;
        rest = tail;
    }
    rest.is_empty().then_some(fields)
}

impl Length {
    /// Reads a `DURATION`: `P1W`, `-PT15M`, `P1DT2H`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_uppercase();
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(&text)),
        };
        let rest = rest.strip_prefix('P')?;
        let (mut days, mut seconds) = (0_i64, 0_i64);
        let mut number: Option<i64> = None;
        let mut units = 0;
        for byte in rest.bytes() {
            if byte.is_ascii_digit() {
                let digit = i64::from(byte - b'0');
                number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
                continue;
            }
            if byte == b'T' && number.is_none() {
                continue;
            }
            let count = number.take().filter(|count| *count <= MOST_UNITS)?;
            units += 1;
            match byte {
                b'W' => days += count * 7,
                b'D' => days += count,
                b'H' => seconds += count * 3600,
                b'M' => seconds += count * 60,
                b'S' => seconds += count,
                _ => return None,
            }
        }
        let whole = number.is_none() && (1..=5).contains(&units);
        whole.then_some(())?;
        Some(Self {
            days: i32::try_from(sign * days).ok()?,
            seconds: sign * seconds,
        })
    }
}

/// The most weeks, days, hours, minutes or seconds that a `DURATION` may count: about 30 years of seconds.
const MOST_UNITS: i64 = 1_000_000_000;

pub(crate) fn write_date(date: NaiveDate) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

pub(crate) fn write_local(local: NaiveDateTime) -> String {
    let (hour, minute, second) = (local.hour(), local.minute(), local.second());
    format!("{}T{hour:02}{minute:02}{second:02}", write_date(local.date()))
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // RFC 5545 has one sign for both, so a length whose parts differ in sign is told in seconds.
        let (days, seconds) = if i64::from(self.days).signum() * self.seconds.signum() < 0 {
            (0, i64::from(self.days) * 86_400 + self.seconds)
        } else {
            (i64::from(self.days), self.seconds)
        };
        let sign = if days < 0 || seconds < 0 { "-" } else { "" };
        write!(f, "{sign}P")?;
        if days != 0 {
            write!(f, "{}D", days.unsigned_abs())?;
        }
        if seconds != 0 || days == 0 {
            write!(f, "T{}S", seconds.unsigned_abs())?;
        }
        Ok(())
    }
}
