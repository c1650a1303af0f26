//! Rows of the state <-> its values.

use booking::sync::{Link, State, Write};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{log, pending, times};
use crate::StoreError;
use crate::table::{Key, Part, Row, SK, When, count, number, string, text};
use crate::wire::{self, EXPIRES_AT};

/// How the sort keys of the state begin.
pub(super) const PREFIX: &str = "sync#";
/// Of them, those of the events.
pub(super) const LINKS: &str = "sync#link#";
/// Of them, those of the decisions.
pub(super) const DECISIONS: &str = "sync#decision#";
/// Of them, those of the sources, which those of the tasks follow.
pub(super) const SOURCES: &str = "sync#source#";
pub(super) const TASKS_END: &str = "sync#task#~";
/// The form of the bodies that this release writes.
const VERSION: u32 = State::VERSION;
const WHAT: &str = "a line of the ledger";
/// For so long after an event is over its lines are kept: what comes back from a feed that looks far into the past is
/// recognised, and decisions can be explained.
const KEPT: TimeDelta = TimeDelta::days(400);

/// Adds a row to the state, unless its time is over.
pub(super) fn read(state: &mut State, row: &Row, now: DateTime<Utc>) -> Result<(), StoreError> {
    if is_over(row, now) {
        return Ok(());
    }
    let corrupt = StoreError::Corrupt { what: WHAT };
    let sort = string(row, SK).and_then(|sort| sort.strip_prefix(PREFIX));
    let (what, id) = sort.and_then(|sort| sort.split_once('#')).ok_or(corrupt)?;
    let id = id.to_owned();
    match what {
        "source" => drop(state.sources.insert(id, body(row)?)),
        "link" => drop(state.links.insert(id, body(row)?)),
        "entry" => drop(state.entries.insert(id, body(row)?)),
        "decision" => drop(state.decisions.insert(id, body(row)?)),
        "task" => drop(state.tasks.insert(id, body(row)?)),
        "slot" => drop(state.slots.insert(id, body(row)?)),
        "outbound" => drop(state.outbound.insert(id, body(row)?)),
        _ => return Err(corrupt),
    }
    Ok(())
}

/// Whether a row's time is over, although it may still be there.
pub(super) fn is_over(row: &Row, now: DateTime<Utc>) -> bool {
    number::<i64>(row, EXPIRES_AT).is_some_and(|at| at <= now.timestamp())
}

/// The rows that a write changes, of the state `before` it. What makes a next run skip the work comes last.
pub(super) fn parts(
    asset: &str,
    write: &Write,
    before: &State,
    now: DateTime<Utc>,
) -> Result<Vec<Part>, StoreError> {
    let forever = None;
    let part = match write {
        Write::PutLink(link) => {
            let (stored, mut parts) = log::logged(link, before, now)?;
            parts.extend(pending::part(before.links.get(&link.id), link)?);
            parts.extend(link_parts(asset, before.links.get(&link.id), &stored, now)?);
            return Ok(parts);
        }
        Write::PutEntry(entry) => put(
            asset,
            "entry",
            &entry.id,
            &**entry,
            kept(entry.content.period().end, now),
        ),
        Write::DropEntry { id, .. } => Ok(remove(asset, "entry", id)),
        Write::PutOutbound(outbound) => put(asset, "outbound", &outbound.listing, outbound, forever),
        Write::Google(_) => return Ok(Vec::new()),
        Write::PutDecision(decision) => put(asset, "decision", &decision.id, &**decision, Some(now + KEPT)),
        Write::PutTask(task) => put(asset, "task", &task.id, task, forever),
        Write::CloseTask { id, .. } => Ok(remove(asset, "task", id)),
        Write::PutSlot(slot) => {
            let until = kept(slot.period.end, now);
            let was = before.slots.get(&slot.link).map(|slot| slot.period);
            let mut parts = vec![put(asset, "slot", &slot.link, slot, until)?];
            let place = (asset, "slot", slot.link.as_str());
            parts.extend(times::put(place, slot, (was, slot.period), until)?);
            return Ok(parts);
        }
        Write::DropSlot(slot) => {
            let was = before.slots.get(&slot.link).unwrap_or(slot);
            let place = (asset, "slot", slot.link.as_str());
            return Ok(vec![
                remove(asset, "slot", &slot.link),
                times::remove(place, was.period),
            ]);
        }
        Write::Touch(touch) => {
            // One reading that is carried out twice must not count as two in which an event was missing, so that
            // absences lie beside the source.
            let keys = touch.keys.keys().filter(|id| !touch.missing.contains_key(*id));
            let ids: Vec<&String> = keys.chain(touch.missing.keys()).collect();
            let links = ids.iter().filter_map(|id| before.links.get_key_value(*id));
            let mut after = State {
                links: links.map(|(id, link)| (id.clone(), link.clone())).collect(),
                ..State::default()
            };
            after.after(write);
            let links = ids.iter().filter_map(|id| after.links.get(*id));
            // The lines themselves stand beside the source as far as they fit, so that the rows by time come before.
            let (mut parts, mut lines) = (Vec::new(), Vec::new());
            for link in links {
                let mut both = link_parts(asset, before.links.get(&link.id), link, now)?.into_iter();
                lines.extend(both.next());
                parts.extend(both);
            }
            parts.extend(lines);
            parts.push(put(asset, "source", &touch.listing, &touch.source, forever)?);
            return Ok(parts);
        }
    };
    Ok(vec![part?])
}

/// An event's line, and its row by its time.
fn link_parts(
    asset: &str,
    before: Option<&Link>,
    link: &Link,
    now: DateTime<Utc>,
) -> Result<Vec<Part>, StoreError> {
    let period = link.content.period();
    let until = kept(period.end, now);
    let was = before.map(|before| before.content.period());
    let mut parts = vec![put(asset, "link", &link.id, link, until)?];
    parts.extend(times::put((asset, "link", &link.id), link, (was, period), until)?);
    Ok(parts)
}

pub(super) fn put<T: Serialize>(
    asset: &str,
    what: &str,
    id: &str,
    value: &T,
    expires_at: Option<DateTime<Utc>>,
) -> Result<Part, StoreError> {
    let row = expiring(&key(asset, what, id), value, expires_at)?;
    Ok(Part::Put(row, When::Always))
}

/// A value's row, until its time is over.
pub(super) fn expiring<T: Serialize>(
    key: &Key,
    value: &T,
    expires_at: Option<DateTime<Utc>>,
) -> Result<Row, StoreError> {
    let mut row = key.row();
    row.extend([written(value)?, count("version", &VERSION)]);
    row.extend(expires_at.map(|at| count(EXPIRES_AT, &at.timestamp())));
    Ok(row)
}

/// A value as the attribute that holds it.
pub(super) fn written<T: Serialize>(
    value: &T,
) -> Result<(String, aws_sdk_dynamodb::types::AttributeValue), StoreError> {
    let body = serde_json::to_string(value).map_err(|_| StoreError::Corrupt { what: WHAT })?;
    Ok(text("body", &body))
}

/// The value that a row holds.
pub(super) fn body<T: DeserializeOwned>(row: &Row) -> Result<T, StoreError> {
    let corrupt = StoreError::Corrupt { what: WHAT };
    if number::<u32>(row, "version") != Some(VERSION) {
        return Err(corrupt);
    }
    let body = string(row, "body").ok_or(corrupt)?;
    serde_json::from_str(body).map_err(|_| corrupt)
}

fn remove(asset: &str, what: &str, id: &str) -> Part {
    Part::Delete(key(asset, what, id), When::Always)
}

fn key(asset: &str, what: &str, id: &str) -> Key {
    Key::new(wire::asset_key(asset), format!("{PREFIX}{what}#{id}"))
}

/// Until when a line about an event is kept. A clock that runs behind must not make it end before it begins.
fn kept(end: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    end.max(now).checked_add_signed(KEPT)
}
