//! A copy of an asset's Google calendar, so that it need not be listed whole each time.

use booking::sync::GoogleEvent;

use super::rows::{body, written};
use super::{Lease, Ledger, MOST_PARTS, Put};
use crate::StoreError;
use crate::table::{Key, Part, When, count, string, text};
use crate::wire;

const PREFIX: &str = "google#";
const CURSOR: &str = "cursor";
const WHAT: &str = "the cursor of a Google calendar";

/// What is known of an asset's Google calendar.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GoogleCopy {
    /// Whence Google tells of changes; `None` before the calendar was listed whole.
    pub cursor: Option<String>,
    /// Its events, by id.
    pub events: Vec<GoogleEvent>,
}

impl Ledger {
    /// The copy of an asset's Google calendar.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn google(&self, asset: &str) -> Result<GoogleCopy, StoreError> {
        let pk = wire::asset_key(asset);
        let cursor = match self.table.get(&cursor_key(asset)).await? {
            Some(row) => Some(
                string(&row, CURSOR)
                    .ok_or(StoreError::Corrupt { what: WHAT })?
                    .to_owned(),
            ),
            None => None,
        };
        let rows = self.table.beginning(&pk, PREFIX).await?;
        Ok(GoogleCopy {
            cursor,
            events: rows.iter().map(body).collect::<Result<_, _>>()?,
        })
    }

    /// Keeps what has changed, and the cursor after all of it: who stops in between lists the same changes again.
    /// `cursor` belongs to the last page of a list; without one the copy stays where it was.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn keep_google(
        &self,
        lease: &Lease,
        changed: &[GoogleEvent],
        gone: &[String],
        cursor: Option<&str>,
    ) -> Result<Put, StoreError> {
        let key = |id: &str| Key::new(wire::asset_key(&lease.asset), format!("{PREFIX}{id}"));
        let puts = changed.iter().map(|event| {
            let mut row = key(&event.id).row();
            row.extend([written(event)?, count("version", &booking::sync::State::VERSION)]);
            Ok(Part::Put(row, When::Always))
        });
        let mut parts = puts.collect::<Result<Vec<_>, StoreError>>()?;
        parts.extend(gone.iter().map(|id| Part::Delete(key(id), When::Always)));
        if let Some(cursor) = cursor {
            let mut row = cursor_key(&lease.asset).row();
            row.extend([text(CURSOR, cursor)]);
            parts.push(Part::Put(row, When::Always));
        }
        for some in parts.chunks(MOST_PARTS) {
            if self.put_rows(lease, some).await? == Put::Lost {
                return Ok(Put::Lost);
            }
        }
        Ok(Put::Done)
    }
}

fn cursor_key(asset: &str) -> Key {
    Key::new(wire::asset_key(asset), "google-cursor")
}
