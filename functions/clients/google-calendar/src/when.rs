//! Google's times and the model's.

use calendar::{EventTime, ZoneName, resolve_local};
use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

use crate::draft::Unmappable;
use crate::wire::When;

/// A day, or an instant and where its clock hangs: what Google can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settled {
    Date(NaiveDate),
    At {
        instant: DateTime<Utc>,
        /// None is UTC.
        zone: Option<Tz>,
    },
}

/// A time as Google tells it. The offset of `dateTime` is that of the calendar's zone and says nothing of the event's own,
/// which is in `timeZone`. A time that only an offset can name, in the second pass through a repeated hour, stays an instant.
pub(crate) fn read(when: &When) -> Option<EventTime> {
    if let Some(date) = &when.date {
        return date.parse().ok().map(EventTime::Date);
    }
    let text = when.date_time.as_deref()?;
    let zone = when.time_zone.as_deref().and_then(zone_of);
    let Ok(instant) = DateTime::parse_from_rfc3339(text) else {
        let local: NaiveDateTime = text.parse().ok()?;
        return Some(match zone {
            Some(zone) => zoned(local, zone),
            None => EventTime::Floating(local),
        });
    };
    let instant = instant.to_utc();
    let Some(zone) = zone else {
        return Some(EventTime::Utc(instant));
    };
    let local = instant.with_timezone(&zone).naive_local();
    Some(if resolve_local(zone, local) == instant {
        zoned(local, zone)
    } else {
        EventTime::Utc(instant)
    })
}

fn zone_of(name: &str) -> Option<Tz> {
    let zone: Tz = name.parse().ok()?;
    (!is_utc(zone)).then_some(zone)
}

fn is_utc(zone: Tz) -> bool {
    matches!(zone, Tz::UTC | Tz::Etc__UTC)
}

const fn zoned(local: NaiveDateTime, zone: Tz) -> EventTime {
    EventTime::Zoned {
        local,
        zone: ZoneName::Iana(zone),
    }
}

/// What Google will hold of a time. `floating` is the zone of times that name none.
pub(crate) fn settle(time: &EventTime, floating: Tz) -> Result<Settled, Unmappable> {
    let at = |local: NaiveDateTime, zone: Tz| Settled::At {
        instant: resolve_local(zone, local),
        zone: (!is_utc(zone)).then_some(zone),
    };
    Ok(match time {
        EventTime::Date(date) | EventTime::ZonedDate { date, .. } => Settled::Date(*date),
        EventTime::Floating(local) => at(*local, floating),
        EventTime::Utc(instant) => Settled::At {
            instant: *instant,
            zone: None,
        },
        EventTime::Zoned { local, zone } => match zone {
            ZoneName::Iana(zone) => at(*local, *zone),
            ZoneName::Custom(_) => return Err(Unmappable::CustomZone),
        },
    })
}

impl Settled {
    /// The model's time for it.
    pub(crate) fn time(self) -> EventTime {
        match self {
            Self::Date(date) => EventTime::Date(date),
            Self::At { instant, zone: None } => EventTime::Utc(instant),
            Self::At {
                instant,
                zone: Some(zone),
            } => zoned(instant.with_timezone(&zone).naive_local(), zone),
        }
    }

    pub(crate) fn wire(self) -> When {
        match self {
            Self::Date(date) => When {
                date: Some(date.to_string()),
                ..When::default()
            },
            Self::At { instant, zone } => {
                let zone = zone.unwrap_or(Tz::UTC);
                let local = instant.with_timezone(&zone);
                When {
                    date_time: Some(local.to_rfc3339_opts(SecondsFormat::Secs, true)),
                    time_zone: Some(zone.name().to_owned()),
                    ..When::default()
                }
            }
        }
    }

    /// Whether both are the same day or instant. The zone is for recurrences; Google tells a single time in whatever zone
    /// it likes.
    pub(crate) fn is_same_moment(self, other: Self) -> bool {
        match (self, other) {
            (Self::Date(one), Self::Date(other)) => one == other,
            (Self::At { instant: one, .. }, Self::At { instant: other, .. }) => one == other,
            _ => false,
        }
    }
}
