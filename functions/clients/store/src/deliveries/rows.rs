//! Rows of the deliveries <-> their values.

use campaign::{Delivery, DeliveryId, Transition};
use chrono::TimeDelta;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::SHARDS;
use crate::StoreError;
use crate::table::{Key, Part, Row, When, count, string, text};
use crate::wire::{EXPIRES_AT, VERSION, unchanged_since};

const BODY: &str = "body";
const WHAT: &str = "a delivery";
/// Who was written to, when and with what result is asked for long after.
const KEPT: TimeDelta = TimeDelta::days(731);

pub(super) fn partition(batch: &str, shard: u8) -> String {
    format!("delivery#{batch}#{shard}")
}

pub(super) fn trail(id: &DeliveryId) -> String {
    format!("trail#{id}")
}

pub(super) fn key(id: &DeliveryId) -> Key {
    let digit = id.digest().chars().next().and_then(|digit| digit.to_digit(16));
    let shard = u8::try_from(digit.unwrap_or_default()).unwrap_or_default() % SHARDS;
    let batch = format!("{}.{}", id.campaign(), id.batch());
    Key::new(partition(&batch, shard), id.as_str())
}

/// A new delivery and the first line of its trail.
pub(super) fn new(delivery: &Delivery) -> Result<[Part; 2], StoreError> {
    Ok([put(delivery, None)?, line(&delivery.id, &delivery.made())?])
}

/// The delivery's row, in the place of the version that was seen.
pub(super) fn put(delivery: &Delivery, seen: Option<u64>) -> Result<Part, StoreError> {
    let mut row = key(&delivery.id).row();
    row.extend([
        count(VERSION, &delivery.version),
        text("standing", delivery.standing().name()),
        text(BODY, &json(delivery)?),
        count(
            EXPIRES_AT,
            &(delivery.due_at.max(delivery.since) + KEPT).timestamp(),
        ),
    ]);
    let when = unchanged_since(seen);
    Ok(Part::Put(row, when))
}

/// A line of a trail: nobody writes it twice.
pub(super) fn line(id: &DeliveryId, line: &Transition) -> Result<Part, StoreError> {
    let mut row = Key::new(trail(id), format!("{:08}", line.version)).row();
    row.extend([
        text("standing", line.to.name()),
        text(BODY, &json(line)?),
        count(EXPIRES_AT, &(line.at + KEPT).timestamp()),
    ]);
    Ok(Part::Put(row, When::Lacks("standing")))
}

pub(super) fn delivery_of(row: &Row) -> Result<Delivery, StoreError> {
    body(row)
}

pub(super) fn body<T: DeserializeOwned>(row: &Row) -> Result<T, StoreError> {
    let corrupt = StoreError::Corrupt { what: WHAT };
    serde_json::from_str(string(row, BODY).ok_or(corrupt)?).map_err(|_| corrupt)
}

pub(super) fn with_body<T: Serialize>(key: &Key, value: &T) -> Result<Row, StoreError> {
    let mut row = key.row();
    row.extend([text(BODY, &json(value)?)]);
    Ok(row)
}

fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Corrupt { what: WHAT })
}
