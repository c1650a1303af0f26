//! `VTIMEZONE`s and `TZID`s to zones, and everything to a calendar.

use std::collections::HashMap;
use std::sync::Arc;

use calcard::common::timezone::Tz as KnownZone;
use chrono_tz::Tz;

use crate::read::Complaints;
use crate::read::component::{Component, Components, ZoneComponent};
use crate::read::event::EventReader;
use crate::read::property::Property;
use crate::time::{Moment, parse_moment, parse_offset};
use crate::zone::iana_zone;
use crate::{Calendar, CustomZone, Observance, Warning, WarningKind, ZoneName};

/// What the `TZID`s of one body mean.
pub(crate) struct Zones {
    known: HashMap<String, ZoneName>,
    defined: Vec<CustomZone>,
}

/// Makes the calendar of its components.
pub(crate) fn assemble(components: &Components<'_>, complaints: &mut Complaints) -> Calendar {
    let zones = Zones::of(&components.zones, complaints);
    let mut reader = EventReader::new(zones, complaints);
    let events = components
        .events
        .iter()
        .filter_map(|event| reader.event(event))
        .collect();
    let zones = reader.into_zones();
    let first = |name: &str| {
        components
            .calendar
            .iter()
            .filter(|property| property.name().eq_ignore_ascii_case(name))
            .find_map(Property::text_value)
    };
    Calendar {
        product: first("PRODID"),
        name: first("X-WR-CALNAME").or_else(|| first("NAME")),
        zone_hint: first("X-WR-TIMEZONE"),
        zones,
        events,
    }
}

impl Zones {
    fn of(components: &[ZoneComponent<'_>], complaints: &mut Complaints) -> Self {
        let mut zones = Self {
            known: HashMap::new(),
            defined: Vec::new(),
        };
        for component in components {
            let Some(id) = property(&component.own, "TZID").and_then(Property::text_value) else {
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
                Some(zone) => ZoneName::Iana(zone),
                None => {
                    let shared: Arc<str> = id.as_str().into();
                    zones.defined.push(CustomZone {
                        id: shared.clone(),
                        observances: observances(component, complaints),
                    });
                    ZoneName::Custom(shared)
                }
            };
            zones.known.insert(id, meaning);
        }
        zones
    }

    /// What a `TZID` means, and whether anybody defines it.
    pub(crate) fn meaning(&mut self, id: &str) -> (ZoneName, bool) {
        if let Some(known) = self.known.get(id) {
            let defined = match known {
                ZoneName::Iana(_) => true,
                ZoneName::Custom(name) => self.defined.iter().any(|zone| zone.id == *name),
            };
            return (known.clone(), defined);
        }
        let meaning = iana_zone(id).map_or_else(|| ZoneName::Custom(id.into()), ZoneName::Iana);
        let defined = matches!(meaning, ZoneName::Iana(_));
        self.known.insert(id.to_owned(), meaning.clone());
        (meaning, defined)
    }

    pub(crate) fn into_defined(self) -> Vec<CustomZone> {
        self.defined
    }
}

/// The IANA zone that a `VTIMEZONE` says it stands for.
fn hinted(component: &Component<'_>) -> Option<Tz> {
    let location = property(component, "X-LIC-LOCATION").and_then(Property::text_value);
    let outlook = property(component, "X-MICROSOFT-CDO-TZID").and_then(Property::text_value);
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
    let offset = |name| parse_offset(property(part, name)?.value());
    let start = match parse_moment(property(part, "DTSTART")?.value())? {
        Moment::Date(date) => date.into(),
        Moment::Local(local) => local,
        Moment::Utc(instant) => instant.naive_utc(),
    };
    let offset_to = offset("TZOFFSETTO")?;
    let offset_from = offset("TZOFFSETFROM").unwrap_or(offset_to);
    let mut rules = Vec::new();
    for property in properties(part, "RRULE") {
        match property.value().parse() {
            Ok(rule) => rules.push(rule),
            Err(error) => complaints.push(Warning::at(property.line, WarningKind::Rule(error))),
        }
    }
    let onsets = properties(part, "RDATE")
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

pub(crate) fn properties<'c, 'a>(
    component: &'c Component<'a>,
    name: &str,
) -> impl Iterator<Item = &'c Property<'a>> {
    component
        .properties
        .iter()
        .filter(move |property| property.name().eq_ignore_ascii_case(name))
}

/// The first property of a name.
pub(crate) fn property<'c, 'a>(component: &'c Component<'a>, name: &str) -> Option<&'c Property<'a>> {
    properties(component, name).next()
}
