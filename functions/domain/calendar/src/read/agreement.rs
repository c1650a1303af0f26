//! Whether a body defines the zones that everybody knows as everybody knows them.
//!
//! RFC 5545 has the definition in the body rule. We let the IANA database rule where it knows the name, as other readers
//! do: exporters carry definitions that are shortened to one year or older than the last change of the law, and what
//! they mean is the clock on the wall of that place. But where it makes a difference, we say so.

use std::collections::HashMap;

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
        if let std::collections::hash_map::Entry::Vacant(entry) = self.lines.entry(zone) {
            entry.insert(line);
            self.zones.push(CustomZone {
                id: zone.name().into(),
                observances: parts(),
            });
        }
    }

    /// Complains of each definition that gives another offset than the IANA database when an event starts or ends.
    pub(crate) fn compare(mut self, events: &[Event], complaints: &mut Complaints) {
        let table = ZoneTable::of(&self.zones);
        if table.is_short {
            return;
        }
        for event in events {
            let end = match &event.end {
                EventEnd::At(end) => Some(end),
                EventEnd::After(_) => None,
            };
            for time in [Some(&event.start), end].into_iter().flatten() {
                let EventTime::Zoned {
                    local,
                    zone: ZoneName::Iana(zone),
                } = time
                else {
                    continue;
                };
                let Some(line) = self.lines.get(zone) else {
                    continue;
                };
                let other = table.get(zone.name()).and_then(|defined| defined.at_wall(*local));
                if other.is_some_and(|offset| differs(*zone, *local, offset)) {
                    complaints.push(Warning::at(*line, WarningKind::ZoneDisagrees));
                    self.lines.remove(zone);
                }
            }
        }
    }
}

/// Whether the IANA database has another offset. It is no judge of times before 1970, nor of those that nobody can know.
fn differs(zone: Tz, local: NaiveDateTime, offset: i32) -> bool {
    (1970..2100).contains(&local.year())
        && resolve_local(zone, local).naive_utc() != local - TimeDelta::seconds(offset.into())
}
