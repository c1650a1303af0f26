//! Google's recurrence lines: those of RFC 5545, which our own reader and writer know.

use calendar::{
    Calendar, Event, EventEnd, EventTime, Limits, RDate, Rule, Until, ZoneName, read as read_text,
    resolve_local, write as write_text,
};
use chrono::DateTime;
use chrono_tz::Tz;

use crate::draft::Unmappable;
use crate::when::settle;

/// The properties that Google takes ("Events", field `recurrence`).
const NAMES: [&str; 4] = ["RRULE", "EXRULE", "RDATE", "EXDATE"];

/// Reads recurrence lines into an event. A line that is not understood whole gives nothing: an event with half of its rule
/// would leave times free that are taken.
pub(crate) fn read(lines: &[String], event: &mut Event) -> Option<()> {
    if lines.is_empty() {
        return Some(());
    }
    if !lines.iter().all(|line| is_one_line(line)) {
        return None;
    }
    let text = format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART:20000101T000000Z\r\n{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        lines.join("\r\n")
    );
    let reading = read_text(text.as_bytes(), &Limits::default()).ok()?;
    let mut events = reading.calendar.events.into_iter();
    let (Some(found), None, true) = (events.next(), events.next(), reading.warnings.is_empty()) else {
        return None;
    };
    event.rules = found.rules;
    event.exclusion_rules = found.exclusion_rules;
    event.rdates = found.rdates;
    event.exdates = found.exdates;
    Some(())
}

fn is_one_line(line: &str) -> bool {
    let name_end = line.find([':', ';']).unwrap_or(line.len());
    let is_known = NAMES
        .iter()
        .any(|name| line[..name_end].eq_ignore_ascii_case(name));
    is_known && !line.contains(['\r', '\n'])
}

/// Writes an event's recurrence as lines, always the same ones for the same recurrence.
pub(crate) fn write(event: &Event, floating: Tz) -> Result<Vec<String>, Unmappable> {
    let mut stub = Event::new("", EventTime::Utc(DateTime::UNIX_EPOCH));
    let zone = zone_of(&event.start, floating);
    stub.rules = event.rules.iter().map(|rule| anchored(rule, zone)).collect();
    stub.exclusion_rules = event
        .exclusion_rules
        .iter()
        .map(|rule| anchored(rule, zone))
        .collect();
    for rdate in &event.rdates {
        let end = match &rdate.end {
            Some(EventEnd::At(end)) => Some(EventEnd::At(settle(end, floating)?.time())),
            other => other.clone(),
        };
        stub.rdates.push(RDate {
            start: settle(&rdate.start, floating)?.time(),
            end,
        });
    }
    for exdate in &event.exdates {
        stub.exdates.push(settle(exdate, floating)?.time());
    }
    let calendar = Calendar {
        events: vec![stub],
        ..Calendar::default()
    };
    let text = write_text(&calendar).replace("\r\n ", "");
    let mut lines: Vec<String> = text
        .split("\r\n")
        // What comes before defines zones, which have rules of their own.
        .skip_while(|line| *line != "BEGIN:VEVENT")
        .filter(|line| is_one_line(line))
        .map(str::to_owned)
        .collect();
    lines.sort_unstable();
    Ok(lines)
}

/// Google wants the end of a rule in UTC, or as a day.
fn anchored(rule: &Rule, zone: Tz) -> Rule {
    let mut rule = rule.clone();
    if let Some(Until::Local(local)) = rule.until {
        rule.until = Some(Until::Utc(resolve_local(zone, local)));
    }
    rule
}

fn zone_of(start: &EventTime, floating: Tz) -> Tz {
    match start {
        EventTime::Utc(_) => Tz::UTC,
        EventTime::Zoned {
            zone: ZoneName::Iana(zone),
            ..
        } => *zone,
        _ => floating,
    }
}
