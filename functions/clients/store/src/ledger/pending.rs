//! The requests that wait for the operator's answer, beside their lines of the ledger: who asks for them reads these
//! rows and no others.

use booking::sync::{Link, Pending, State, pending};
use chrono::{DateTime, Utc};

use super::Ledger;
use super::rows::{LINKS, body, read, written};
use crate::StoreError;
use crate::table::{Key, Part, Row, When, count, number};
use crate::wire::{EXPIRES_AT, asset_key};

const PREFIX: &str = "pending#";

impl Ledger {
    /// The requests for an asset that wait for an answer. It needs no lease.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn pending(&self, asset: &str, now: DateTime<Utc>) -> Result<Vec<Pending>, StoreError> {
        let rows = self.table.beginning(&asset_key(asset), PREFIX).await?;
        let is_over = |row: &&Row| number::<i64>(row, EXPIRES_AT).is_some_and(|at| at <= now.timestamp());
        rows.iter().filter(|row| !is_over(row)).map(body).collect()
    }

    /// One line of an asset's events, for who only reads. It needs no lease.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn line(&self, asset: &str, id: &str, now: DateTime<Utc>) -> Result<Option<Link>, StoreError> {
        let key = Key::new(asset_key(asset), format!("{LINKS}{id}"));
        let Some(row) = self.table.get(&key).await? else {
            return Ok(None);
        };
        let mut state = State::default();
        read(&mut state, &row, now)?;
        Ok(state.links.remove(id))
    }
}

/// What a line of the ledger that is stored makes of the requests: one more, one less, or nothing.
pub(super) fn part(before: Option<&Link>, after: &Link) -> Result<Option<Part>, StoreError> {
    let was = before.and_then(pending);
    let key = || Key::new(asset_key(&after.asset), format!("{PREFIX}{}", after.id));
    match pending(after) {
        Some(request) if was.as_ref() != Some(&request) => {
            let mut row = key().row();
            row.extend([
                written(&request)?,
                count("version", &State::VERSION),
                count(EXPIRES_AT, &request.face.period.end.timestamp()),
            ]);
            Ok(Some(Part::Put(row, When::Always)))
        }
        None if was.is_some() => Ok(Some(Part::Delete(key(), When::Always))),
        _ => Ok(None),
    }
}
