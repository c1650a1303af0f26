//! Lines of events and slots of crews by the time at which they are: who asks for a window reads it and no more.
//!
//! ```text
//! pk                sk                                   other attributes
//! asset#<asset>     time#short#<start>#<what>#<id>       version body expires_at
//! asset#<asset>     time#long#<end>#<what>#<id>          version body expires_at
//! ```
//!
//! What is short begins at most [`SHORT`] before a window that it reaches into. What is longer is rare, and found by its end:
//! all that is not over is read. Invariant: the row is written, moved and removed with the line's own, in one transaction.

use booking::sync::{Link, Slot};
use calendar::Period;
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Ledger;
use super::rows::{body, expiring, is_over};
use crate::StoreError;
use crate::table::{Key, Part, Row, SK, When, string};
use crate::wire::{asset_key, sortable};

/// Bookings are of hours and days; what is longer is a season's block.
const SHORT: TimeDelta = TimeDelta::days(7);
const WHAT: &str = "a line by its time";

impl Ledger {
    /// The lines of an asset's events, and the slots of its crew, that lie in a window, as far as they reach. It needs no lease.
    /// What it costs follows the window, and not what is stored.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn during(
        &self,
        asset: &str,
        window: Period,
        now: DateTime<Utc>,
    ) -> Result<(Vec<Link>, Vec<Slot>), StoreError> {
        let pk = asset_key(asset);
        let earliest = window
            .start
            .checked_sub_signed(SHORT)
            .unwrap_or(DateTime::UNIX_EPOCH);
        // A line follows its time, so that what is at the very end sorts behind this.
        let (short, long) = futures_util::future::try_join(
            self.table.between(
                &pk,
                &format!("time#short#{}", text(earliest)),
                &format!("time#short#{}#~", text(window.end)),
            ),
            self.table
                .between(&pk, &format!("time#long#{}", text(window.start)), "time#long#~"),
        )
        .await?;
        let (mut lines, mut slots) = (Vec::new(), Vec::new());
        for row in short.iter().chain(&long).filter(|row| !is_over(row, now)) {
            match what(row)? {
                "link" => add::<Link>(&mut lines, row, |link| link.content.period(), window)?,
                "slot" => add::<Slot>(&mut slots, row, |slot| slot.period, window)?,
                _ => return Err(StoreError::Corrupt { what: WHAT }),
            }
        }
        Ok((lines, slots))
    }
}

/// Puts the row of a line, and removes the one that stood at another time.
pub(super) fn put<T: Serialize>(
    (asset, what, id): (&str, &'static str, &str),
    value: &T,
    (before, after): (Option<Period>, Period),
    expires_at: Option<DateTime<Utc>>,
) -> Result<Vec<Part>, StoreError> {
    let place = key(asset, what, id, after);
    let moved = before
        .map(|before| key(asset, what, id, before))
        .filter(|before| *before != place);
    let mut parts = vec![Part::Put(expiring(&place, value, expires_at)?, When::Always)];
    parts.extend(moved.map(|before| Part::Delete(before, When::Always)));
    Ok(parts)
}

/// Removes the row of a line that was there at this time.
pub(super) fn remove((asset, what, id): (&str, &'static str, &str), at: Period) -> Part {
    Part::Delete(key(asset, what, id, at), When::Always)
}

fn key(asset: &str, what: &str, id: &str, at: Period) -> Key {
    let sort = if at.end - at.start <= SHORT {
        format!("time#short#{}#{what}#{id}", text(at.start))
    } else {
        format!("time#long#{}#{what}#{id}", text(at.end))
    };
    Key::new(asset_key(asset), sort)
}

/// An instant as a part of a sort key: years have four digits, or order by text ends.
fn text(at: DateTime<Utc>) -> String {
    match at.year() {
        ..0 => "0000".to_owned(),
        10_000.. => "9999-12-31T23:59:60".to_owned(),
        _ => sortable(at),
    }
}

fn what(row: &Row) -> Result<&str, StoreError> {
    let sort = string(row, SK).and_then(|sort| sort.split('#').nth(3));
    sort.ok_or(StoreError::Corrupt { what: WHAT })
}

fn add<T: DeserializeOwned>(
    found: &mut Vec<T>,
    row: &Row,
    period: impl Fn(&T) -> Period,
    window: Period,
) -> Result<(), StoreError> {
    let value: T = body(row)?;
    let at = period(&value);
    if at.overlaps(&window) || at.shows_in(&window) {
        found.push(value);
    }
    Ok(())
}
