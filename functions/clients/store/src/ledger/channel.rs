//! The push channels by which Google says that a calendar has changed.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{Lease, Ledger, Put};
use crate::StoreError;
use crate::table::{Key, Part, When, count, number, string, text};
use crate::wire::{self, EXPIRES_AT};

const WHAT: &str = "a push channel";
const DIGEST: &str = "digest";
const ASSET: &str = "asset";
const AGAIN: &str = "again_at";

/// A channel that was opened.
#[derive(Debug, Clone, Copy)]
pub struct OpenedChannel<'a> {
    /// Its id, of our choice.
    pub id: &'a str,
    /// What each notification brings back. Only a digest of it is kept.
    pub token: &'a str,
    /// When it ends.
    pub until: DateTime<Utc>,
}

impl Ledger {
    /// From when on an asset's calendar should get another channel; `None` when it never had one.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn channel_again_at(&self, asset: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        let row = self.table.get(&asset_key(asset)).await?;
        let at = row.map(|row| number::<i64>(&row, AGAIN).and_then(|at| DateTime::from_timestamp(at, 0)));
        at.map(|at| at.ok_or(StoreError::Corrupt { what: WHAT }))
            .transpose()
    }

    /// Keeps that a channel was opened, or that none could be; the next one is due at `again_at`.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn keep_channel(
        &self,
        lease: &Lease,
        opened: Option<OpenedChannel<'_>>,
        again_at: DateTime<Utc>,
    ) -> Result<Put, StoreError> {
        let mut row = asset_key(&lease.asset).row();
        row.extend([count(AGAIN, &again_at.timestamp())]);
        let mut parts = vec![Part::Put(row, When::Always)];
        if let Some(opened) = opened {
            let mut row = channel_key(opened.id).row();
            row.extend([
                text(ASSET, &lease.asset),
                text(DIGEST, &digest(opened.token)),
                count(EXPIRES_AT, &opened.until.timestamp()),
            ]);
            parts.push(Part::Put(row, When::Always));
        }
        self.put_rows(lease, &parts).await
    }

    /// Whose calendar a channel watches, if there is one of this id with this token.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn asset_of_channel(&self, id: &str, token: &str) -> Result<Option<String>, StoreError> {
        let Some(row) = self.table.get(&channel_key(id)).await? else {
            return Ok(None);
        };
        let corrupt = StoreError::Corrupt { what: WHAT };
        // Digests are compared: how long that takes tells nothing of the token.
        let is_it = string(&row, DIGEST).ok_or(corrupt)? == digest(token);
        let asset = string(&row, ASSET).ok_or(corrupt)?;
        Ok(is_it.then(|| asset.to_owned()))
    }
}

fn asset_key(asset: &str) -> Key {
    Key::new(wire::asset_key(asset), "google-channel")
}

/// Ids come from anybody, so that a key is made of their digest.
fn channel_key(id: &str) -> Key {
    Key::new(format!("channel#{}", digest(id)), "google")
}

fn digest(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
