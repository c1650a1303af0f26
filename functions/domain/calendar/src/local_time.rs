//! From the wall clock to instants.

use chrono::{DateTime, MappedLocalTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::zone::{ZoneTable, iana_zone};
use crate::{Calendar, EventEnd, EventTime, Length, Period, ZoneName};

/// Makes instants of a calendar's times: it knows the zone for floating times and dates, and the calendar's own zones.
#[derive(Debug, Clone)]
pub struct Clock {
    /// For dates.
    dates: Tz,
    /// For floating times: what the calendar itself suggests, or else the same.
    floating: Tz,
    zones: ZoneTable,
}

/// The instant of a wall-clock time, by RFC 5545's rule (3.3.5): a time that a clock change skips counts with the
/// offset before the change, and one that it repeats means the first.
#[must_use]
pub fn resolve_local(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    let local = within_reach(local);
    if let MappedLocalTime::Single(found) | MappedLocalTime::Ambiguous(found, _) =
        zone.from_local_datetime(&local)
    {
        return found.to_utc();
    }
    // Gaps begin and end on quarters of an hour, and the longest skipped a whole day (Samoa, 2011).
    for quarters in 1..=4 * 26 {
        let before = local - TimeDelta::minutes(15 * quarters);
        if let MappedLocalTime::Single(found) | MappedLocalTime::Ambiguous(_, found) =
            zone.from_local_datetime(&before)
        {
            return found.to_utc() + TimeDelta::minutes(15 * quarters);
        }
    }
    local.and_utc()
}

impl Clock {
    /// A clock for a calendar, which takes dates to be of this zone, and floating times too unless the calendar suggests
    /// another (`X-WR-TIMEZONE`): its writer knows what was meant.
    #[must_use]
    pub fn new(calendar: &Calendar, floating: Tz) -> Self {
        let zones = ZoneTable::of(&calendar.zones);
        let suggested = calendar.zone_hint.as_deref().and_then(iana_zone);
        Self {
            dates: floating,
            floating: suggested.unwrap_or(floating),
            zones,
        }
    }

    /// The instant of a time; of a date, its midnight.
    #[must_use]
    pub fn instant(&self, time: &EventTime) -> DateTime<Utc> {
        match time {
            EventTime::Date(date) => resolve_local(self.dates, (*date).into()),
            EventTime::Floating(local) => resolve_local(self.floating, *local),
            EventTime::Utc(instant) => *instant,
            EventTime::ZonedDate { date, zone } => self.in_zone(zone, (*date).into()),
            EventTime::Zoned { local, zone } => self.in_zone(zone, *local),
        }
    }

    fn in_zone(&self, zone: &ZoneName, local: NaiveDateTime) -> DateTime<Utc> {
        let local = within_reach(local);
        match zone {
            ZoneName::Iana(zone) => resolve_local(*zone, local),
            ZoneName::Custom(name) => match self.zones.get(name).and_then(|zone| zone.at_wall(local)) {
                Some(offset) => (local - TimeDelta::seconds(offset.into())).and_utc(),
                None => resolve_local(self.floating, local),
            },
        }
    }

    /// The period from a start to its end. All-day events cover their local days, be they 23 or 25 hours long; an end
    /// before the start is none.
    #[must_use]
    pub fn period(&self, start: &EventTime, end: &EventEnd) -> Period {
        let end = match end {
            EventEnd::At(end) => self.instant(end),
            EventEnd::After(length) => self.after(start, *length),
        };
        Period::new(self.instant(start), end)
    }

    /// The instant a length after a start: the days on the wall, then the seconds on the clock.
    pub(crate) fn after(&self, start: &EventTime, length: Length) -> DateTime<Utc> {
        let days = start
            .wall()
            .checked_add_signed(TimeDelta::days(length.days.into()));
        let base = self.instant(&days.map_or_else(|| start.clone(), |wall| start.with_wall(wall)));
        TimeDelta::try_seconds(length.seconds)
            .and_then(|seconds| base.checked_add_signed(seconds))
            .unwrap_or(base)
    }

    /// The wall clock at an instant, where this time is told.
    pub(crate) fn wall(&self, time: &EventTime, instant: DateTime<Utc>) -> NaiveDateTime {
        let instant = within_reach(instant.naive_utc()).and_utc();
        let zone = match time {
            EventTime::Utc(_) => return instant.naive_utc(),
            EventTime::Date(_) => return instant.with_timezone(&self.dates).naive_local(),
            EventTime::Floating(_) => return instant.with_timezone(&self.floating).naive_local(),
            EventTime::ZonedDate { zone, .. } | EventTime::Zoned { zone, .. } => zone,
        };
        let offset = match zone {
            ZoneName::Iana(zone) => return instant.with_timezone(zone).naive_local(),
            ZoneName::Custom(name) => self
                .zones
                .get(name)
                .and_then(|zone| zone.at_instant(instant.naive_utc())),
        };
        let Some(offset) = offset else {
            return instant.with_timezone(&self.floating).naive_local();
        };
        let utc = instant.naive_utc();
        utc + TimeDelta::seconds(offset.into())
    }

    /// Whether a zone of the calendar's own has more changes than were worked out.
    pub(crate) const fn is_short(&self) -> bool {
        self.zones.is_short
    }
}

/// The nearest time of the years 0 to 9999, all that iCalendar can write, with room for any offset: beyond these no
/// arithmetic here is needed, and near the ends of what chrono holds it would panic.
fn within_reach(time: NaiveDateTime) -> NaiveDateTime {
    let year = |year| NaiveDate::from_ymd_opt(year, 1, 1).map(NaiveDateTime::from);
    time.clamp(
        year(-1).unwrap_or(NaiveDateTime::MIN),
        year(10_001).unwrap_or(NaiveDateTime::MAX),
    )
}
