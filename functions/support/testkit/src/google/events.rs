//! One event: get, insert, patch, update, delete.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::Call;
use super::reply::Reply;
use super::when;
use super::world::{Calendar, Entry};

/// What Google sets and callers cannot.
const READ_ONLY: [&str; 11] = [
    "kind",
    "etag",
    "id",
    "htmlLink",
    "created",
    "updated",
    "creator",
    "organizer",
    "iCalUID",
    "recurringEventId",
    "originalStartTime",
];
/// A change of these makes a new sequence number.
const SCHEDULE: [&str; 4] = ["start", "end", "recurrence", "status"];
const ETAG_BASE: u64 = 3_400_000_000_000_000;

pub(super) fn get(calendar: &Calendar, id: &str, call: &Call) -> Result<Reply, Reply> {
    let entry = calendar.events.get(id).ok_or_else(Reply::not_found)?;
    Ok(Reply::ok(shown(entry, call)))
}

pub(super) fn insert(
    calendar: &mut Calendar,
    call: &Call,
    serial: u64,
    now: DateTime<Utc>,
) -> Result<Reply, Reply> {
    let mut fields = call.fields()?;
    let id = match fields.get("id").and_then(Value::as_str) {
        None => format!("{serial:026}"),
        Some(_) if fields.contains_key("iCalUID") => {
            return Err(Reply::invalid("Only one of id and iCalUID may be given."));
        }
        Some(id) if is_id(id) => id.to_owned(),
        Some(_) => return Err(Reply::invalid("Invalid resource id value.")),
    };
    if calendar.events.contains_key(&id) {
        return Err(Reply::error(
            409,
            "global",
            "duplicate",
            "The requested identifier already exists.",
        ));
    }
    for field in READ_ONLY.into_iter().filter(|field| *field != "iCalUID") {
        fields.remove(field);
    }
    let stamp = told(now);
    let given = [
        ("kind", json!("calendar#event")),
        ("id", json!(id)),
        ("created", json!(stamp)),
        (
            "htmlLink",
            json!(format!("https://www.google.com/calendar/event?eid={id}")),
        ),
        (
            "creator",
            json!({ "email": "robot@simulator.example", "self": true }),
        ),
        (
            "organizer",
            json!({ "email": "calendar@simulator.example", "self": true }),
        ),
        ("eventType", json!("default")),
        ("sequence", json!(0)),
    ];
    fields.extend(given.map(|(name, value)| (name.to_owned(), value)));
    fields.entry("status").or_insert_with(|| json!("confirmed"));
    fields
        .entry("iCalUID")
        .or_insert_with(|| json!(format!("{id}@google.com")));
    fields
        .entry("reminders")
        .or_insert_with(|| json!({ "useDefault": true }));
    check(&mut fields, calendar)?;
    Ok(Reply::ok(shown(store(calendar, &id, fields, now), call)))
}

pub(super) fn patch(
    calendar: &mut Calendar,
    id: &str,
    call: &Call,
    now: DateTime<Utc>,
) -> Result<Reply, Reply> {
    let before = current(calendar, id, call)?;
    let mut fields = before.fields.clone();
    merge(&mut fields, writable(call.fields()?));
    finish(calendar, id, &before, fields, call, now)
}

/// Replaces everything that a caller can set.
pub(super) fn update(
    calendar: &mut Calendar,
    id: &str,
    call: &Call,
    now: DateTime<Utc>,
) -> Result<Reply, Reply> {
    let before = current(calendar, id, call)?;
    let mut fields = writable(call.fields()?);
    for name in READ_ONLY.into_iter().chain(["eventType", "sequence"]) {
        if let Some(value) = before.fields.get(name) {
            fields.insert(name.to_owned(), value.clone());
        }
    }
    fields.entry("status").or_insert_with(|| json!("confirmed"));
    finish(calendar, id, &before, fields, call, now)
}

pub(super) fn delete(
    calendar: &mut Calendar,
    id: &str,
    call: &Call,
    now: DateTime<Utc>,
) -> Result<Reply, Reply> {
    let entry = calendar.events.get(id).ok_or_else(Reply::not_found)?;
    if entry.is_deleted() {
        return Err(Reply::error(
            410,
            "global",
            "deleted",
            "Resource has been deleted",
        ));
    }
    let mut fields = current(calendar, id, call)?.fields;
    fields.insert("status".to_owned(), json!("cancelled"));
    store(calendar, id, fields, now);
    Ok(Reply::empty())
}

/// What a person does in Google's page: nothing is checked.
pub(super) fn write_by_hand(calendar: &mut Calendar, id: &str, fields: Value, now: DateTime<Utc>) {
    let known = calendar.events.get(id).map(|entry| entry.fields.clone());
    let mut merged = known.unwrap_or_else(|| {
        Map::from_iter([
            ("kind".to_owned(), json!("calendar#event")),
            ("id".to_owned(), json!(id)),
            ("status".to_owned(), json!("confirmed")),
            ("iCalUID".to_owned(), json!(format!("{id}@google.com"))),
            ("created".to_owned(), json!(told(now))),
            ("sequence".to_owned(), json!(0)),
        ])
    });
    if let Value::Object(fields) = fields {
        merge(&mut merged, fields);
    }
    store(calendar, id, merged, now);
}

/// An event as it is shown: of a deleted one only what Google promises, and no more guests than asked for.
pub(super) fn shown(entry: &Entry, call: &Call) -> Value {
    let mut fields = entry.fields.clone();
    if entry.is_deleted() {
        let promised = [
            "kind",
            "etag",
            "id",
            "status",
            "recurringEventId",
            "originalStartTime",
        ];
        fields.retain(|name, _| promised.contains(&name.as_str()));
        return Value::Object(fields);
    }
    let most = call.query.get("maxAttendees").and_then(|most| most.parse().ok());
    if let (Some(most), Some(Value::Array(attendees))) = (most, fields.get_mut("attendees"))
        && attendees.len() > most
    {
        attendees.truncate(most);
        fields.insert("attendeesOmitted".to_owned(), json!(true));
    }
    Value::Object(fields)
}

/// The event, if the caller's `If-Match` holds.
fn current(calendar: &Calendar, id: &str, call: &Call) -> Result<Entry, Reply> {
    let entry = calendar.events.get(id).ok_or_else(Reply::not_found)?;
    let etag = entry.fields.get("etag").and_then(Value::as_str);
    match call.header("if-match") {
        Some(wanted) if wanted != "*" && Some(wanted) != etag => Err(Reply::error(
            412,
            "global",
            "conditionNotMet",
            "Precondition Failed",
        )),
        _ => Ok(entry.clone()),
    }
}

fn finish(
    calendar: &mut Calendar,
    id: &str,
    before: &Entry,
    mut fields: Map<String, Value>,
    call: &Call,
    now: DateTime<Utc>,
) -> Result<Reply, Reply> {
    check(&mut fields, calendar)?;
    if SCHEDULE
        .iter()
        .any(|name| fields.get(*name) != before.fields.get(*name))
    {
        let sequence = before.fields.get("sequence").and_then(Value::as_u64).unwrap_or(0);
        fields.insert("sequence".to_owned(), json!(sequence + 1));
    }
    Ok(Reply::ok(shown(store(calendar, id, fields, now), call)))
}

fn store<'c>(
    calendar: &'c mut Calendar,
    id: &str,
    mut fields: Map<String, Value>,
    now: DateTime<Utc>,
) -> &'c Entry {
    calendar.revision += 1;
    let revision = calendar.revision;
    fields.insert(
        "etag".to_owned(),
        json!(format!("\"{}\"", ETAG_BASE + 2 * revision)),
    );
    fields.insert("updated".to_owned(), json!(told(now)));
    let entry = Entry { fields, revision };
    calendar
        .events
        .entry(id.to_owned())
        .insert_entry(entry)
        .into_mut()
}

fn check(fields: &mut Map<String, Value>, calendar: &Calendar) -> Result<(), Reply> {
    for field in ["start", "end"] {
        let when = fields
            .get(field)
            .ok_or_else(|| Reply::required(&format!("{field} time")))?;
        if fields.contains_key("recurrence")
            && when.get("dateTime").is_some()
            && when.get("timeZone").is_none()
        {
            return Err(Reply::required(&format!("time zone definition for {field} time")));
        }
        let when = when::normalise(field, when, calendar.zone)?;
        fields.insert(field.to_owned(), when);
    }
    when::check_times(fields)?;
    let lines = fields.get("recurrence").and_then(Value::as_array);
    let is_known = |line: &Value| {
        let name = line.as_str().and_then(|line| line.split([':', ';']).next());
        matches!(name, Some("RRULE" | "EXRULE" | "RDATE" | "EXDATE"))
    };
    if lines.is_some_and(|lines| !lines.iter().all(is_known)) {
        return Err(Reply::invalid("Invalid recurrence rule."));
    }
    Ok(())
}

fn writable(mut fields: Map<String, Value>) -> Map<String, Value> {
    fields.retain(|name, _| !READ_ONLY.contains(&name.as_str()));
    fields
}

/// Patch semantics: objects are merged, null takes a field away, everything else replaces.
fn merge(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (name, value) in from {
        match (into.get_mut(&name), value) {
            (_, Value::Null) => {
                into.remove(&name);
            }
            (Some(Value::Object(into)), Value::Object(from)) => merge(into, from),
            (_, Value::Object(from)) => {
                let mut fresh = Map::new();
                merge(&mut fresh, from);
                into.insert(name, Value::Object(fresh));
            }
            (_, value) => {
                into.insert(name, value);
            }
        }
    }
}

fn is_id(text: &str) -> bool {
    (5..=1024).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b'a'..=b'v' | b'0'..=b'9'))
}

fn told(now: DateTime<Utc>) -> String {
    now.to_rfc3339_opts(SecondsFormat::Millis, true)
}
