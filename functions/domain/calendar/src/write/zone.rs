//! `VTIMEZONE`s: the calendar's own, and one for each zone of the IANA database that its events name (RFC 5545, 3.6.5).

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};

use chrono::{NaiveDateTime, TimeDelta};
use chrono_tz::Tz;

use super::line::Writer;
use super::offset;
use crate::time::write_local;
use crate::zone::Coverage;
use crate::{Calendar, CustomZone, Event, EventEnd, EventTime, Until, ZoneName, resolve_local};

/// The wall-clock times that the events name in each zone, by its name.
#[derive(Default)]
struct Named(BTreeMap<&'static str, (Tz, Walls)>);

#[derive(Clone, Copy)]
struct Walls {
    first: NaiveDateTime,
    last: NaiveDateTime,
    open: bool,
}

/// Defines every zone that is named, each once.
pub(super) fn write_zones(writer: &mut Writer, calendar: &Calendar) {
    let own: HashSet<&str> = calendar.zones.iter().map(|zone| &*zone.id).collect();
    for zone in &calendar.zones {
        write_zone(writer, zone);
    }
    let mut named = Named::default();
    for event in &calendar.events {
        named.note_event(event);
    }
    for (name, (zone, walls)) in &named.0 {
        if !own.contains(name) {
            write_zone(writer, &CustomZone::define(*zone, &walls.coverage(*zone)));
        }
    }
}

impl Named {
    fn note_event(&mut self, event: &Event) {
        self.note(&event.start);
        self.note_end(&event.start, &event.end);
        if let Some(id) = &event.recurrence_id {
            self.note(&id.at);
        }
        for rdate in &event.rdates {
            self.note(&rdate.start);
            self.note_end(&rdate.start, rdate.end.as_ref().unwrap_or(&event.end));
        }
        for exdate in &event.exdates {
            self.note(exdate);
        }
        for rule in &event.rules {
            match rule.until {
                Some(Until::Date(date)) => self.note(&event.start.with_wall(date.into())),
                Some(Until::Local(local)) => self.note(&event.start.with_wall(local)),
                Some(Until::Utc(instant)) => self.note(&event.start.with_wall(instant.naive_utc())),
                // Where a count ends is the expansion's business; it is told as if it went on.
                None => self.note_open(&event.start),
            }
        }
    }

    fn note(&mut self, time: &EventTime) {
        let Some(zone) = known_zone(time) else { return };
        let wall = time.wall();
        let (_, walls) = self.0.entry(zone.name()).or_insert_with(|| {
            let walls = Walls {
                first: wall,
                last: wall,
                open: false,
            };
            (zone, walls)
        });
        walls.first = walls.first.min(wall);
        walls.last = walls.last.max(wall);
    }

    fn note_end(&mut self, start: &EventTime, end: &EventEnd) {
        match end {
            EventEnd::At(end) => self.note(end),
            EventEnd::After(length) => {
                let days = TimeDelta::try_days(length.days.into());
                let wall = days
                    .zip(TimeDelta::try_seconds(length.seconds))
                    .and_then(|(days, seconds)| {
                        start.wall().checked_add_signed(days)?.checked_add_signed(seconds)
                    });
                if let Some(wall) = wall {
                    self.note(&start.with_wall(wall));
                }
            }
        }
    }

    fn note_open(&mut self, start: &EventTime) {
        self.note(start);
        if let Some((_, walls)) = known_zone(start).and_then(|zone| self.0.get_mut(zone.name())) {
            walls.open = true;
        }
    }
}

/// The zone of a time, if it is one of the IANA database.
const fn known_zone(time: &EventTime) -> Option<Tz> {
    match time {
        EventTime::ZonedDate {
            zone: ZoneName::Iana(zone),
            ..
        }
        | EventTime::Zoned {
            zone: ZoneName::Iana(zone),
            ..
        } => Some(*zone),
        _ => None,
    }
}

impl Walls {
    /// A day more on either side: the walls of others may show these times earlier or later.
    fn coverage(self, zone: Tz) -> Coverage {
        let day = TimeDelta::days(1);
        Coverage {
            first: resolve_local(zone, self.first) - day,
            last: resolve_local(zone, self.last) + day,
            open: self.open,
        }
    }
}

fn write_zone(writer: &mut Writer, zone: &CustomZone) {
    writer.raw("BEGIN", "VTIMEZONE");
    writer.text("TZID", &zone.id);
    for part in &zone.observances {
        let kind = if part.daylight { "DAYLIGHT" } else { "STANDARD" };
        writer.raw("BEGIN", kind);
        writer.raw("DTSTART", &write_local(part.start));
        writer.raw("TZOFFSETFROM", &offset(part.offset_from));
        writer.raw("TZOFFSETTO", &offset(part.offset_to));
        for rule in &part.rules {
            writer.raw("RRULE", &rule.to_string());
        }
        for onset in &part.onsets {
            writer.raw("RDATE", &write_local(*onset));
        }
        writer.raw("END", kind);
    }
    writer.raw("END", "VTIMEZONE");
}
