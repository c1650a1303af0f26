//! A `VEVENT` component to an [`Event`].

use chrono::{DateTime, NaiveDate, Utc};

use crate::event::default_length;
use crate::read::Complaints;
use crate::read::component::Component;
use crate::read::property::Property;
use crate::read::zone::Zones;
use crate::time::{Moment, parse_moment};
use crate::{
    Event, EventEnd, EventTime, Length, RDate, RecurrenceId, Status, Transparency, Warning, WarningKind,
    ZoneName,
};

/// Reads events, knowing what their zones mean.
pub(crate) struct EventReader<'c> {
    zones: Zones,
    complaints: &'c mut Complaints,
}

impl<'c> EventReader<'c> {
    pub(crate) const fn new(zones: Zones, complaints: &'c mut Complaints) -> Self {
        Self { zones, complaints }
    }

    pub(crate) fn into_zones(self) -> Zones {
        self.zones
    }

    /// The event, unless nobody can say when it begins.
    pub(crate) fn event(&mut self, component: &Component<'_>) -> Option<Event> {
        let start = component
            .first("DTSTART")
            .and_then(|property| self.time(property, property.value()));
        let Some(start) = start else {
            self.complain(component.line, WarningKind::NoStart);
            return None;
        };
        let mut event = Event::new("", start);
        let (mut end, mut length) = (None, None);
        for property in &component.properties {
            match property.name().to_ascii_uppercase().as_str() {
                "DTEND" => {
                    end = self.value_or(property, "DTEND", |reader| {
                        reader.time(property, property.value())
                    });
                }
                "DURATION" => {
                    length = self.value_or(property, "DURATION", |_| Length::parse(property.value()));
                }
                "RECURRENCE-ID" => {
                    let at = self.value_or(property, "RECURRENCE-ID", |reader| {
                        reader.time(property, property.value())
                    });
                    event.recurrence_id = at.map(|at| RecurrenceId {
                        at,
                        this_and_future: property
                            .parameter("RANGE")
                            .is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE")),
                    });
                }
                "RRULE" => self.rule(property, &mut event.rules),
                "EXRULE" => self.rule(property, &mut event.exclusion_rules),
                "RDATE" => self.rdates(property, &mut event.rdates),
                "EXDATE" => self.exdates(property, &mut event.exdates),
                name => describe(&mut event, name, property),
            }
        }
        self.set_end(component.line, &mut event, end, length);
        Some(event)
    }

    /// An end before the start is taken as an exchange of the two: the time between is what somebody meant to take up.
    fn set_end(&mut self, line: u32, event: &mut Event, end: Option<EventTime>, length: Option<Length>) {
        let default = default_length(&event.start);
        event.end = match (end, length) {
            (Some(end), _) if is_before(&end, &event.start) => {
                self.complain(line, WarningKind::EndBeforeStart);
                EventEnd::At(std::mem::replace(&mut event.start, end))
            }
            // A date that ends on the day it starts is how some exporters write one day.
            (Some(end), _) if event.start.is_date() && end == event.start => EventEnd::After(default),
            (Some(end), _) => EventEnd::At(end),
            (None, Some(length)) if length.days < 0 || length.seconds < 0 => {
                self.complain(line, WarningKind::EndBeforeStart);
                EventEnd::After(default)
            }
            (None, length) => EventEnd::After(length.unwrap_or(default)),
        };
    }

    fn rule(&mut self, property: &Property<'_>, into: &mut Vec<crate::Rule>) {
        match property.value().parse() {
            Ok(rule) => into.push(rule),
            Err(error) => self.complain(property.line, WarningKind::Rule(error)),
        }
    }

    fn rdates(&mut self, property: &Property<'_>, into: &mut Vec<RDate>) {
        for value in list(property) {
            let rdate = self.value_or(property, "RDATE", |reader| reader.rdate(property, value));
            into.extend(rdate);
        }
    }

    fn rdate(&mut self, property: &Property<'_>, value: &str) -> Option<RDate> {
        let Some((start, end)) = value.split_once('/') else {
            let start = self.time(property, value)?;
            return Some(RDate { start, end: None });
        };
        let start = self.time(property, start)?;
        let end = match Length::parse(end) {
            Some(length) => EventEnd::After(length),
            None => EventEnd::At(self.time(property, end)?),
        };
        Some(RDate {
            start,
            end: Some(end),
        })
    }

    fn exdates(&mut self, property: &Property<'_>, into: &mut Vec<EventTime>) {
        for value in list(property) {
            let exdate = self.value_or(property, "EXDATE", |reader| reader.time(property, value));
            into.extend(exdate);
        }
    }

    fn time(&mut self, property: &Property<'_>, value: &str) -> Option<EventTime> {
        let moment = parse_moment(value)?;
        let as_date = property
            .parameter("VALUE")
            .is_some_and(|kind| kind.eq_ignore_ascii_case("DATE"));
        Some(match moment {
            Moment::Date(date) => self.date(property, date),
            Moment::Local(local) if as_date => self.date(property, local.date()),
            Moment::Utc(instant) if as_date => self.date(property, instant.date_naive()),
            Moment::Utc(instant) => EventTime::Utc(instant),
            Moment::Local(local) => match self.zone(property) {
                None => EventTime::Floating(local),
                Some(zone) => EventTime::Zoned { local, zone },
            },
        })
    }

    fn date(&mut self, property: &Property<'_>, date: NaiveDate) -> EventTime {
        match self.zone(property) {
            None => EventTime::Date(date),
            Some(zone) => EventTime::ZonedDate { date, zone },
        }
    }

    fn zone(&mut self, property: &Property<'_>) -> Option<ZoneName> {
        let id = property.parameter("TZID")?;
        let (zone, defined) = self.zones.meaning(id);
        if !defined {
            self.complain(property.line, WarningKind::UnknownZone);
        }
        Some(zone)
    }

    fn value_or<T>(
        &mut self,
        property: &Property<'_>,
        name: &'static str,
        get: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let value = get(self);
        if value.is_none() {
            self.complain(property.line, WarningKind::UnreadableTime(name));
        }
        value
    }

    fn complain(&mut self, line: u32, kind: WarningKind) {
        self.complaints.push(Warning::at(line, kind));
    }
}

/// Whether one time of the same kind and zone lies before the other.
fn is_before(one: &EventTime, other: &EventTime) -> bool {
    one.wall() < other.wall() && other.with_wall(one.wall()) == *one
}

/// Takes a property that tells nothing of when.
fn describe(event: &mut Event, name: &str, property: &Property<'_>) {
    match name {
        "UID" => event.uid = property.text_value().unwrap_or_default(),
        "SEQUENCE" => event.sequence = property.value().trim().parse().unwrap_or(0),
        "SUMMARY" => event.summary = property.text_value(),
        "DESCRIPTION" => event.description = property.text_value(),
        "LOCATION" => event.location = property.text_value(),
        "URL" => {
            let url = property.value().trim();
            event.url = (!url.is_empty()).then(|| url.to_owned());
        }
        "STATUS" => {
            event.status = match property.value().trim().to_ascii_uppercase().as_str() {
                "TENTATIVE" => Status::Tentative,
                "CANCELLED" | "CANCELED" => Status::Cancelled,
                _ => Status::Confirmed,
            }
        }
        "TRANSP" if property.value().trim().eq_ignore_ascii_case("TRANSPARENT") => {
            event.transparency = Transparency::Transparent;
        }
        "CATEGORIES" => event.categories.extend(property.text_list()),
        "DTSTAMP" => event.stamp = stamp(property).unwrap_or_default(),
        "CREATED" => event.created = stamp(property),
        "LAST-MODIFIED" => event.last_modified = stamp(property),
        _ => {}
    }
}

/// An instant that RFC 5545 wants in UTC; a floating one is taken as that.
fn stamp(property: &Property<'_>) -> Option<DateTime<Utc>> {
    match parse_moment(property.value())? {
        Moment::Date(date) => Some(date.and_time(chrono::NaiveTime::MIN).and_utc()),
        Moment::Local(local) => Some(local.and_utc()),
        Moment::Utc(instant) => Some(instant),
    }
}

fn list<'p>(property: &'p Property<'_>) -> impl Iterator<Item = &'p str> {
    property
        .value()
        .split([',', ';'])
        .filter(|value| !value.trim().is_empty())
}
