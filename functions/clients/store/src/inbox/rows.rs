//! Rows and keys of messages <-> their values.

use ::inbox::{Counts, Known, Message, MessageId, Thread, ThreadId, ThreadState};
use chrono::{DateTime, SecondsFormat, Utc};
use contract::inbox::KEPT_PREFIX;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::read::Line;
use crate::StoreError;
use crate::table::{Key, Part, Row, When, count, number, string, text};
use crate::wire::{VERSION, unchanged_since};

pub(super) const JSON: &str = "application/json";
/// The partition of what there is one of.
pub(super) const PARTITION: &str = "inbox";
const BODY: &str = "body";
const CORRUPT: StoreError = StoreError::Corrupt { what: super::WHAT };
/// Instants are told from here backwards, so that the newest sorts first: the year 5138.
const END_OF_TIME_MS: i64 = 99_999_999_999_999;

/// What a message's row says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Remembered {
    #[serde(flatten)]
    pub(super) known: Known,
    /// The key of its newest object.
    pub(super) key: String,
    /// The sort key of its line in the thread: it stays when the message is edited.
    pub(super) line: String,
    pub(super) version: u64,
}

pub(super) fn message_key(message: &Message) -> String {
    let Message {
        platform,
        thread,
        id,
        revision,
        ..
    } = message;
    format!("{KEPT_PREFIX}{platform}/{thread}/{id}/{revision}.json")
}

pub(super) fn original_key(platform: &str, id: &MessageId, bytes: &[u8]) -> String {
    format!("{KEPT_PREFIX}original/{platform}/{id}/{}", digest(bytes))
}

pub(super) fn quarantine_key(platform: Option<&str>, digest: &str) -> String {
    format!(
        "{KEPT_PREFIX}quarantine/{}/{digest}",
        platform.unwrap_or("unknown")
    )
}

pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

pub(super) fn remembered_key(id: &MessageId) -> Key {
    Key::new(format!("inbox-message#{id}"), "message")
}

pub(super) fn thread_partition(id: &ThreadId) -> String {
    format!("inbox-thread#{id}")
}

pub(super) fn thread_key(id: &ThreadId) -> Key {
    Key::new(thread_partition(id), "thread")
}

pub(super) fn state_partition(state: ThreadState) -> String {
    format!("inbox-threads#{}", state.name())
}

pub(super) fn state_sort(thread: &Thread) -> String {
    format!("{}#{}", newest_first(thread.last_at), thread.id)
}

/// The later an instant, the earlier it sorts.
pub(super) fn newest_first(instant: DateTime<Utc>) -> String {
    let left = END_OF_TIME_MS.saturating_sub(instant.timestamp_millis()).max(0);
    format!("{left:014}")
}

pub(super) fn counts_key() -> Key {
    Key::new(PARTITION, "counts")
}

/// A message's row, and its line in the thread.
pub(super) fn message(
    message: &Message,
    remembered: Option<Remembered>,
    key: &str,
) -> Result<Vec<Part>, StoreError> {
    let seen = remembered.as_ref().map(|remembered| remembered.version);
    let line = remembered.as_ref().map_or_else(
        || format!("message#{}#{}", sortable(message.sent_at), message.id),
        |remembered| remembered.line.clone(),
    );
    let known = remembered.map(|remembered| remembered.known);
    let remembered = Remembered {
        known: Known::after(known, message.revision, message.fingerprint(), message.since()),
        key: key.to_owned(),
        line: line.clone(),
        version: seen.unwrap_or_default() + 1,
    };
    let row = versioned(&remembered_key(&message.id), &remembered, remembered.version)?;
    let shown = Line::of(message, key, &line);
    let shown = with_body(&Key::new(thread_partition(&message.thread), line), &shown)?;
    Ok(vec![
        Part::Put(row, unchanged_since(seen)),
        Part::Put(shown, When::Always),
    ])
}

/// A thread's row, and its place among those of its state.
pub(super) fn thread(before: Option<&Thread>, after: &Thread) -> Result<Vec<Part>, StoreError> {
    let row = versioned(&thread_key(&after.id), after, after.version)?;
    let place = |thread: &Thread| Key::new(state_partition(thread.state), state_sort(thread));
    let mut parts = vec![
        Part::Put(row, unchanged_since(before.map(|before| before.version))),
        Part::Put(with_body(&place(after), after)?, When::Always),
    ];
    if let Some(before) = before.map(place).filter(|before| *before != place(after)) {
        parts.push(Part::Delete(before, When::Always));
    }
    Ok(parts)
}

pub(super) fn counts(counts: Counts, version: Option<u64>) -> Result<Part, StoreError> {
    let next = version.unwrap_or_default() + 1;
    let row = versioned(&counts_key(), &counts, next)?;
    Ok(Part::Put(row, unchanged_since(version)))
}

pub(super) fn counts_of(row: Option<&Row>) -> Result<(Counts, Option<u64>), StoreError> {
    let Some(row) = row else {
        return Ok((Counts::default(), None));
    };
    let version = number(row, VERSION).ok_or(CORRUPT)?;
    Ok((body(row)?, Some(version)))
}

pub(super) fn bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(value).map_err(|_| CORRUPT)
}

pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|_| CORRUPT)
}

pub(super) fn body<T: DeserializeOwned>(row: &Row) -> Result<T, StoreError> {
    parse(string(row, BODY).ok_or(CORRUPT)?.as_bytes())
}

pub(super) fn with_body<T: Serialize>(key: &Key, value: &T) -> Result<Row, StoreError> {
    let mut row = key.row();
    let json = serde_json::to_string(value).map_err(|_| CORRUPT)?;
    row.extend([text(BODY, &json)]);
    Ok(row)
}

fn versioned<T: Serialize>(key: &Key, value: &T, version: u64) -> Result<Row, StoreError> {
    let mut row = with_body(key, value)?;
    row.extend([count(VERSION, &version)]);
    Ok(row)
}

pub(super) fn sortable(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}
