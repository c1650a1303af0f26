//! Rows of the events table <-> domain values.
//!
//! ```text
//! pk                      sk                       other attributes
//! asset#<asset>           version                  version
//! asset#<asset>           event#<start>#<id>       id asset title start end kind created_at
//! request#<digest>        answer                   fingerprint status body expires_at
//! ```
//!
//! `<start>` is RFC 3339 in UTC with nine decimals, so that text order is time order. `expires_at` is in Unix seconds,
//! as DynamoDB's time to live wants it.

use aws_sdk_dynamodb::types::AttributeValue;
use booking::{OwnEvent, OwnEventKind};
use calendar::Period;
use chrono::{DateTime, SecondsFormat, Utc};

use crate::StoreError;
use crate::addition::{AssetVersion, MAX_EVENT_LENGTH};
use crate::request::{ANSWER_LIFETIME, Answered, RequestKey};
use crate::table::{Key, Part, Row, When, number, string, text};

pub(crate) const VERSION: &str = "version";
pub(crate) const EXPIRES_AT: &str = "expires_at";

const EVENT: &str = "an event";
const ANSWER: &str = "a stored answer";

/// The sort keys, both inclusive, between which every event lies that can overlap the period.
pub(crate) fn starts_for(period: Period) -> (String, String) {
    let earliest = period
        .start
        .checked_sub_signed(MAX_EVENT_LENGTH)
        .unwrap_or(DateTime::UNIX_EPOCH);
    // No event's key is just a start: an id follows, so an event that starts at the very end sorts behind this.
    (
        format!("event#{}", sortable(earliest)),
        format!("event#{}", sortable(period.end)),
    )
}

pub(crate) fn asset_key(asset: &str) -> String {
    format!("asset#{asset}")
}

pub(crate) fn version_key(asset: &str) -> Key {
    Key::new(asset_key(asset), VERSION)
}

/// That a row is as it was seen: of this version, or not there.
pub(crate) fn unchanged_since(seen: Option<u64>) -> When {
    match seen {
        None => When::Lacks(VERSION),
        Some(seen) => When::Is(VERSION, AttributeValue::N(seen.to_string())),
    }
}

/// Counts a change of an asset's events, unless somebody else has counted one since `seen`.
pub(crate) fn next_version(asset: &str, seen: AssetVersion) -> Part {
    let number = |count: u64| AttributeValue::N(count.to_string());
    let when = unchanged_since((seen != AssetVersion::default()).then_some(seen.0));
    Part::Set(version_key(asset), VERSION, number(seen.0 + 1), when)
}

pub(crate) fn answer_key(request: &RequestKey) -> Key {
    Key::new(format!("request#{}", request.key), "answer")
}

pub(crate) fn event_key(event: &OwnEvent) -> Key {
    let sort = format!("event#{}#{}", sortable(event.period.start), event.id);
    Key::new(asset_key(&event.asset), sort)
}

pub(crate) fn event_row(event: &OwnEvent) -> Row {
    let mut row = event_key(event).row();
    row.extend([
        text("id", &event.id),
        text("asset", &event.asset),
        text("title", &event.title),
        text("start", &sortable(event.period.start)),
        text("end", &sortable(event.period.end)),
        text("kind", kind_name(event.kind)),
        text("created_at", &sortable(event.created_at)),
    ]);
    row
}

pub(crate) fn event_of(row: &Row) -> Result<OwnEvent, StoreError> {
    let corrupt = StoreError::Corrupt { what: EVENT };
    let read = || {
        let (start, end) = (instant(row, "start")?, instant(row, "end")?);
        Some(OwnEvent {
            id: string(row, "id")?.to_owned(),
            asset: string(row, "asset")?.to_owned(),
            title: string(row, "title")?.to_owned(),
            period: (start < end).then_some(Period { start, end })?,
            kind: kind_of(string(row, "kind")?)?,
            created_at: instant(row, "created_at")?,
        })
    };
    read().ok_or(corrupt)
}

pub(crate) fn version_of(row: &Row) -> Result<u64, StoreError> {
    number(row, VERSION).ok_or(StoreError::Corrupt {
        what: "an asset's version",
    })
}

pub(crate) fn answer_row(request: &RequestKey, answered: &Answered, now: DateTime<Utc>) -> Row {
    let mut row = answer_key(request).row();
    row.extend([
        text("fingerprint", &request.fingerprint),
        text("body", &answered.body),
        (
            "status".to_owned(),
            AttributeValue::N(answered.status.to_string()),
        ),
        (
            EXPIRES_AT.to_owned(),
            AttributeValue::N((now + ANSWER_LIFETIME).timestamp().to_string()),
        ),
    ]);
    row
}

/// The answer and the fingerprint of its request; `None` when its time is over and DynamoDB has not yet removed it.
pub(crate) fn answer_of(row: &Row, now: DateTime<Utc>) -> Result<Option<(String, Answered)>, StoreError> {
    let read = || {
        let expires_at: i64 = number(row, EXPIRES_AT)?;
        let answered = Answered {
            status: number(row, "status")?,
            body: string(row, "body")?.to_owned(),
        };
        Some((expires_at, string(row, "fingerprint")?.to_owned(), answered))
    };
    let (expires_at, fingerprint, answered) = read().ok_or(StoreError::Corrupt { what: ANSWER })?;
    Ok((now.timestamp() < expires_at).then_some((fingerprint, answered)))
}

fn instant(row: &Row, name: &str) -> Option<DateTime<Utc>> {
    let read = DateTime::parse_from_rfc3339(string(row, name)?).ok()?;
    Some(read.to_utc())
}

pub(crate) fn sortable(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Nanos, true)
}

fn kind_name(kind: OwnEventKind) -> &'static str {
    match kind {
        OwnEventKind::Booking => "booking",
        OwnEventKind::Block => "block",
    }
}

fn kind_of(name: &str) -> Option<OwnEventKind> {
    match name {
        "booking" => Some(OwnEventKind::Booking),
        "block" => Some(OwnEventKind::Block),
        _ => None,
    }
}
