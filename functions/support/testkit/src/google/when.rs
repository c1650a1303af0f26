//! Times as Google takes and tells them.

use chrono::{DateTime, MappedLocalTime, NaiveDate, NaiveDateTime, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::reply::Reply;

/// Checks a start or end and brings it into the form in which Google tells it back: the offset of `dateTime` is that of
/// the calendar's zone, and `timeZone` is the event's own, or the calendar's when none was given.
pub(super) fn normalise(field: &str, when: &Value, calendar: Tz) -> Result<Value, Reply> {
    let text = |name| when.get(name).and_then(Value::as_str);
    let zone = match text("timeZone") {
        None => None,
        Some(name) => Some(
            name.parse::<Tz>()
                .map_err(|_| Reply::invalid("Invalid time zone definition"))?,
        ),
    };
    match (text("date"), text("dateTime")) {
        (Some(_), Some(_)) | (None, None) => Err(Reply::invalid(&format!("Invalid {field} time."))),
        (Some(date), None) => {
            let date: NaiveDate = date
                .parse()
                .map_err(|_| Reply::invalid(&format!("Invalid value for {field}.date")))?;
            Ok(json!({ "date": date.to_string() }))
        }
        (None, Some(time)) => {
            let instant = instant(time, zone.unwrap_or(calendar))
                .ok_or_else(|| Reply::invalid(&format!("Invalid value for {field}.dateTime")))?;
            let told = instant
                .with_timezone(&calendar)
                .to_rfc3339_opts(SecondsFormat::Secs, true);
            Ok(json!({ "dateTime": told, "timeZone": zone.unwrap_or(calendar).name() }))
        }
    }
}

fn instant(text: &str, zone: Tz) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    let local: NaiveDateTime = text.parse().ok()?;
    match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(time) | MappedLocalTime::Ambiguous(time, _) => Some(time.to_utc()),
        MappedLocalTime::None => None,
    }
}

/// Whether an event's times make sense together.
pub(super) fn check_times(event: &Map<String, Value>) -> Result<(), Reply> {
    let part = |field: &str, name: &str| event.get(field)?.get(name)?.as_str().map(str::to_owned);
    let backwards = match (part("start", "date"), part("end", "date")) {
        (Some(start), Some(end)) => end < start,
        (None, None) => {
            let at = |field| DateTime::parse_from_rfc3339(&part(field, "dateTime")?).ok();
            at("end") < at("start")
        }
        _ => {
            return Err(Reply::invalid(
                "Start and end times must either both be date or both be dateTime.",
            ));
        }
    };
    if backwards {
        return Err(Reply::error(
            400,
            "calendar",
            "timeRangeEmpty",
            "The specified time range is empty.",
        ));
    }
    Ok(())
}
