//! A [`Calendar`] to iCalendar text.

mod line;
#[cfg(test)]
mod tests;
mod zone;

use chrono::{DateTime, Utc};

use line::Writer;
use zone::write_zones;

use crate::time::{write_date, write_local};
use crate::{Calendar, Event, EventEnd, EventTime, RDate, Status, Transparency};

/// What we call ourselves when the calendar names no writer.
const PRODUCT: &str = "-//Landfall//Landfall//EN";

/// Writes a calendar as RFC 5545 has it: CRLF, folded at 75 octets, texts escaped. No value can end its line, so none
/// can add a property. What [`read`](crate::read) made of any feed is written so that it reads the same again.
///
/// Every zone that an event names is defined, as the RFC has it: those of the IANA database too, from a year before the
/// first of their times until the last. A rule that goes on is written as a rule without an end; of a zone without one, a
/// series without an end is told its changes 20 years ahead.
#[must_use]
pub fn write(calendar: &Calendar) -> String {
    write_as(calendar, None)
}

/// Writes a calendar for whoever subscribes to it: [`write`] with `METHOD:PUBLISH`, which asks for no answer.
#[must_use]
pub fn publish(calendar: &Calendar) -> String {
    write_as(calendar, Some("PUBLISH"))
}

fn write_as(calendar: &Calendar, method: Option<&str>) -> String {
    let mut writer = Writer::new();
    writer.raw("BEGIN", "VCALENDAR");
    writer.raw("VERSION", "2.0");
    writer.optional("METHOD", method);
    writer.text("PRODID", calendar.product.as_deref().unwrap_or(PRODUCT));
    writer.optional("X-WR-CALNAME", calendar.name.as_deref());
    writer.optional("X-WR-TIMEZONE", calendar.zone_hint.as_deref());
    write_zones(&mut writer, calendar);
    for event in &calendar.events {
        write_event(&mut writer, event);
    }
    writer.raw("END", "VCALENDAR");
    writer.finish()
}

fn write_event(writer: &mut Writer, event: &Event) {
    writer.raw("BEGIN", "VEVENT");
    if !event.uid.is_empty() {
        writer.text("UID", &event.uid);
    }
    writer.raw("DTSTAMP", &instant(event.stamp));
    if let Some(id) = &event.recurrence_id {
        let range = if id.this_and_future {
            ";RANGE=THISANDFUTURE"
        } else {
            ""
        };
        write_time(writer, &format!("RECURRENCE-ID{range}"), &id.at);
    }
    write_time(writer, "DTSTART", &event.start);
    match &event.end {
        EventEnd::At(end) => write_time(writer, "DTEND", end),
        EventEnd::After(length) => writer.raw("DURATION", &length.to_string()),
    }
    if event.sequence > 0 {
        writer.raw("SEQUENCE", &event.sequence.to_string());
    }
    writer.optional("SUMMARY", event.summary.as_deref());
    writer.optional("DESCRIPTION", event.description.as_deref());
    writer.optional("LOCATION", event.location.as_deref());
    if let Some(url) = &event.url {
        writer.raw("URL", url);
    }
    match event.status {
        Status::Confirmed => {}
        Status::Tentative => writer.raw("STATUS", "TENTATIVE"),
        Status::Cancelled => writer.raw("STATUS", "CANCELLED"),
    }
    if event.transparency == Transparency::Transparent {
        writer.raw("TRANSP", "TRANSPARENT");
    }
    writer.text_list("CATEGORIES", &event.categories);
    for (name, at) in [("CREATED", event.created), ("LAST-MODIFIED", event.last_modified)] {
        if let Some(at) = at {
            writer.raw(name, &instant(at));
        }
    }
    write_recurrence(writer, event);
    writer.raw("END", "VEVENT");
}

fn write_recurrence(writer: &mut Writer, event: &Event) {
    for rule in &event.rules {
        writer.raw("RRULE", &rule.to_string());
    }
    for rule in &event.exclusion_rules {
        writer.raw("EXRULE", &rule.to_string());
    }
    for rdate in &event.rdates {
        write_rdate(writer, rdate);
    }
    for exdate in &event.exdates {
        write_time(writer, "EXDATE", exdate);
    }
}

fn write_rdate(writer: &mut Writer, rdate: &RDate) {
    let Some(end) = &rdate.end else {
        return write_time(writer, "RDATE", &rdate.start);
    };
    let end = match end {
        EventEnd::At(end) => value(end),
        EventEnd::After(length) => length.to_string(),
    };
    let period = format!("{}/{end}", value(&rdate.start));
    writer.zoned("RDATE;VALUE=PERIOD", zone_of(&rdate.start), &period);
}

fn write_time(writer: &mut Writer, name: &str, time: &EventTime) {
    let name = if time.is_date() {
        format!("{name};VALUE=DATE")
    } else {
        name.to_owned()
    };
    writer.zoned(&name, zone_of(time), &value(time));
}

fn zone_of(time: &EventTime) -> Option<&str> {
    match time {
        EventTime::Zoned { zone, .. } | EventTime::ZonedDate { zone, .. } => Some(zone.as_str()),
        _ => None,
    }
}

fn value(time: &EventTime) -> String {
    match time {
        EventTime::Date(date) | EventTime::ZonedDate { date, .. } => write_date(*date),
        EventTime::Floating(local) | EventTime::Zoned { local, .. } => write_local(*local),
        EventTime::Utc(at) => instant(*at),
    }
}

fn instant(at: DateTime<Utc>) -> String {
    format!("{}Z", write_local(at.naive_utc()))
}

fn offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let size = seconds.unsigned_abs();
    let (hours, minutes, rest) = (size / 3600, size / 60 % 60, size % 60);
    if rest == 0 {
        format!("{sign}{hours:02}{minutes:02}")
    } else {
        format!("{sign}{hours:02}{minutes:02}{rest:02}")
    }
}
