//! Whether a body defines the zones that everybody knows as everybody knows them.
//!
//! RFC 5545 has the definition in the body rule. We let the IANA database rule where it knows the name, as other readers
//! do: exporters carry definitions that are shortened to one year or older than the last change of the law, and what
//! they mean is the clock on the wall of that place. But where it makes a difference, we say so.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use chrono::{Datelike, NaiveDateTime, TimeDelta};
use chrono_tz::Tz;

use crate::read::Complaints;
use crate::zone::ZoneTable;
use crate::{
    CustomZone, Event, EventEnd, EventTime, Observance, Warning, WarningKind, ZoneName, resolve_local,
};

/// Definitions of zones of the IANA database, one for each.
#[derive(Default)]
pub(crate) struct Redefined {
    zones: Vec<CustomZone>,
    /// Where they begin.
    lines: HashMap<Tz, u32>,
}

impl Redefined {
    /// Notes a definition. Of two of one zone the first is looked at, whatever they call it.
    pub(crate) fn note(&mut self, zone: Tz, line: u32, parts: impl FnOnce() -> Vec<Observance>) {
        if let Entry::Vacant(entry) = self.lines.entry(zone) {
            entry.insert(line);
            self.zones.push(CustomZone {
                id: zone.name().into(),
                observances: parts(),
            });
        }
    }

    /// Complains of each definition that gives another offset than the IANA database when an event starts or ends.
    pub(crate) fn compare(mut self, events: &[Event], complaints: &mut Complaints) {
        let times: Vec<(Tz, NaiveDateTime)> = events
            .iter()
            .flat_map(known_times)
            .filter(|(zone, local)| self.lines.contains_key(zone) && YEARS.contains(&local.year()))
            .collect();
        let Some(last) = times.iter().map(|(_, local)| local.year()).max() else {
            return;
        };
        let table = ZoneTable::over(&(YEARS.start - 1..=last), &self.zones);
        if table.is_short {
            return;
        }
        for (zone, local) in times {
            let Some(offset) = table.get(zone.name()).and_then(|own| own.at_wall(local)) else {
                continue;
            };
            let own = local - TimeDelta::seconds(offset.into());
            if resolve_local(zone, local).naive_utc() != own
                && let Some(line) = self.lines.remove(&zone)
            {
                complaints.push(Warning::at(line, WarningKind::ZoneDisagrees));
            }
        }
    }
}

/// The years in which the two are compared: the IANA database is no judge of times before 1970, nor of those that nobody
/// can know.
const YEARS: Range<i32> = 1970..2100;

/// When an event starts and ends, where it says so in a zone of the IANA database.
fn known_times(event: &Event) -> impl Iterator<Item = (Tz, NaiveDateTime)> {
    let end = match &event.end {
        EventEnd::At(end) => Some(end),
        EventEnd::After(_) => None,
    };
    [Some(&event.start), end]
        .into_iter()
        .flatten()
        .filter_map(|time| match time {
            EventTime::Zoned {
                local,
                zone: ZoneName::Iana(zone),
            } => Some((*zone, *local)),
            _ => None,
        })
}
