//! `VTIMEZONE`s and `TZID`s to zones.

use std::collections::HashMap;
use std::sync::Arc;

use calcard::common::timezone::Tz as KnownZone;
use chrono_tz::Tz;

use crate::read::Complaints;
use crate::read::agreement::Redefined;
use crate::read::component::{Component, ZoneComponent};
use crate::read::property::Property;
use crate::time::{Moment, parse_moment, parse_offset};
use crate::zone::iana_zone;
use crate::{CustomZone, Observance, Warning, WarningKind, ZoneName};

/// What the `TZID`s of one body mean.
pub(crate) struct Zones {
    /// Each with whether anybody defines it.
    known: HashMap<String, (ZoneName, bool)>,
    defined: Vec<CustomZone>,
    redefined: Redefined,
}

impl Zones {
    pub(crate) fn of(components: &[ZoneComponent<'_>], complaints: &mut Complaints) -> Self {
        let mut zones = Self {
            known: HashMap::new(),
            defined: Vec::new(),
            redefined: Redefined::default(),
        };
        for component in components {
            let Some(id) = component.own.first("TZID").and_then(Property::text_value) else {
                let line = component.own.line;
                complaints.push(Warning::at(line, WarningKind::UnreadableZone));
                continue;
            };
            let id = id.trim().to_owned();
            if zones.known.contains_key(&id) {
                continue;
            }
            let name = iana_zone(&id).or_else(|| hinted(&component.own));
            let meaning = match name {
                Some(zone) => {
                    let unheard = &mut Complaints::new(0);
                    let parts = || observances(component, unheard);
                    zones.redefined.note(zone, component.own.line, parts);
                    (ZoneName::Iana(zone), true)
                }
                None => zones.define(&id, component, complaints),
            };
            zones.known.insert(id, meaning);
        }
        zones
    }

    /// A zone of the calendar's own. Without a readable part it is no better than none: whatever names it says so.
    fn define(
        &mut self,
        id: &str,
        component: &ZoneComponent<'_>,
        complaints: &mut Complaints,
    ) -> (ZoneName, bool) {
        let id: Arc<str> = id.into();
        let observances = observances(component, complaints);
        let defined = !observances.is_empty();
        self.defined.push(CustomZone {
            id: id.clone(),
            observances,
        });
        (ZoneName::Custom(id), defined)
    }

    /// What a `TZID` means, and whether anybody defines it.
    pub(crate) fn meaning(&mut self, id: &str) -> (ZoneName, bool) {
        if let Some(known) = self.known.get(id) {
            return known.clone();
        }
        let meaning = match iana_zone(id) {
            Some(zone) => (ZoneName::Iana(zone), true),
            None => (ZoneName::Custom(id.into()), false),
        };
        self.known.insert(id.to_owned(), meaning.clone());
        meaning
    }

    /// The calendar's own zones, and what it says of others.
    pub(crate) fn into_parts(self) -> (Vec<CustomZone>, Redefined) {
        (self.defined, self.redefined)
    }
}

/// The IANA zone that a `VTIMEZONE` says it stands for.
fn hinted(component: &Component<'_>) -> Option<Tz> {
    let location = component.first("X-LIC-LOCATION").and_then(Property::text_value);
    let outlook = component
        .first("X-MICROSOFT-CDO-TZID")
        .and_then(Property::text_value);
    let outlook = || match KnownZone::from_ms_cdo_zone_id(outlook?.trim())? {
        KnownZone::Tz(zone) => Some(zone),
        KnownZone::Fixed(_) | KnownZone::Floating => None,
    };
    location.and_then(|name| iana_zone(name.trim())).or_else(outlook)
}

fn observances(zone: &ZoneComponent<'_>, complaints: &mut Complaints) -> Vec<Observance> {
    let mut found = Vec::new();
    for (daylight, part) in &zone.parts {
        match observance(*daylight, part, complaints) {
            Some(observance) => found.push(observance),
            None => complaints.push(Warning::at(part.line, WarningKind::UnreadableZone)),
        }
    }
    found
}

fn observance(daylight: bool, part: &Component<'_>, complaints: &mut Complaints) -> Option<Observance> {
    let offset = |name| parse_offset(part.first(name)?.value());
    let start = match parse_moment(part.first("DTSTART")?.value())? {
        Moment::Date(date) => date.into(),
        Moment::Local(local) => local,
        Moment::Utc(instant) => instant.naive_utc(),
    };
    let offset_to = offset("TZOFFSETTO")?;
    let offset_from = offset("TZOFFSETFROM").unwrap_or(offset_to);
    let mut rules = Vec::new();
    for property in part.all("RRULE") {
        match property.value().parse() {
            Ok(rule) => rules.push(rule),
            Err(error) => complaints.push(Warning::at(property.line, WarningKind::Rule(error))),
        }
    }
    let onsets = part
        .all("RDATE")
        .flat_map(|property| property.value().split(','))
        .filter_map(|value| match parse_moment(value)? {
            Moment::Date(date) => Some(date.into()),
            Moment::Local(local) => Some(local),
            Moment::Utc(instant) => {
                Some(instant.naive_utc() + chrono::TimeDelta::seconds(offset_from.into()))
            }
        })
        .collect();
    Some(Observance {
        daylight,
        start,
        offset_from,
        offset_to,
        rules,
        onsets,
    })
}
