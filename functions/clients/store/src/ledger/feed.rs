//! Where each listing's outbound feed is found, and which webhooks were seen.

use aws_sdk_dynamodb::types::AttributeValue;
use booking::sync::Outbound;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::Ledger;
use super::rows::body;
use crate::StoreError;
use crate::table::{Key, Outcome, Part, When, count, number, string, text};
use crate::wire::{self, EXPIRES_AT};

const WHAT: &str = "a feed's address";
const DIGEST: &str = "digest";
const SECRET: &str = "secret";
const ATTEMPTS: usize = 8;

/// A listing's outbound feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedAddress {
    /// The asset's id.
    pub asset: String,
    /// The listing's id.
    pub listing: String,
}

impl Ledger {
    /// What a listing's outbound feed shows; `None` before the first run.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn outbound(&self, asset: &str, listing: &str) -> Result<Option<Outbound>, StoreError> {
        let key = Key::new(wire::asset_key(asset), format!("sync#outbound#{listing}"));
        let row = self.table.get(&key).await?;
        row.as_ref().map(body).transpose()
    }

    /// The secret part of a listing's feed address, if it has one.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn feed_secret(&self, listing: &str) -> Result<Option<String>, StoreError> {
        let Some(row) = self.table.get(&listing_key(listing)).await? else {
            return Ok(None);
        };
        // Without a secret it is no listing that has none yet: that one would get another address unasked.
        let secret = string(&row, SECRET).ok_or(StoreError::Corrupt { what: WHAT })?;
        Ok(Some(secret.to_owned()))
    }

    /// Gives a listing's feed another address. The old one ends in the same transaction. `secret` must be
    /// unguessable: 32 random bytes or more, as text.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn rotate_feed_secret(&self, address: &FeedAddress, secret: &str) -> Result<(), StoreError> {
        for _ in 0..ATTEMPTS {
            let before = self.table.get(&listing_key(&address.listing)).await?;
            let before = before
                .as_ref()
                .and_then(|row| string(row, DIGEST))
                .map(str::to_owned);
            let mut found = feed_key(&digest(secret)).row();
            found.extend([text("asset", &address.asset), text("listing", &address.listing)]);
            let mut named = listing_key(&address.listing).row();
            named.extend([text(DIGEST, &digest(secret)), text(SECRET, secret)]);
            let when = match &before {
                Some(before) => When::Is(DIGEST, AttributeValue::S(before.clone())),
                None => When::Lacks(DIGEST),
            };
            let mut parts = vec![Part::Put(found, When::Always), Part::Put(named, when)];
            let old = before.filter(|before| *before != digest(secret));
            parts.extend(old.map(|old| Part::Delete(feed_key(&old), When::Always)));
            if self.table.transact(parts).await? == Outcome::Done {
                return Ok(());
            }
        }
        Err(StoreError::Unavailable { what: WHAT })
    }

    /// Whose feed is at this address.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn listing_of_feed(&self, secret: &str) -> Result<Option<FeedAddress>, StoreError> {
        let Some(row) = self.table.get(&feed_key(&digest(secret))).await? else {
            return Ok(None);
        };
        let read = || {
            Some(FeedAddress {
                asset: string(&row, "asset")?.to_owned(),
                listing: string(&row, "listing")?.to_owned(),
            })
        };
        read().map(Some).ok_or(StoreError::Corrupt { what: WHAT })
    }

    /// Whether a webhook's id is remembered.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn was_webhook_seen(
        &self,
        platform: &str,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let row = self.table.get(&webhook_key(platform, id)).await?;
        // DynamoDB removes what has expired some time later.
        let lives_until = row.as_ref().and_then(|row| number::<i64>(row, EXPIRES_AT));
        Ok(lives_until.is_some_and(|until| until > now.timestamp()))
    }

    /// Remembers a webhook's id for a while. Whether it is the first time.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn seen_webhook(
        &self,
        platform: &str,
        id: &str,
        now: DateTime<Utc>,
        lifetime: TimeDelta,
    ) -> Result<bool, StoreError> {
        let mut row = webhook_key(platform, id).row();
        row.extend([count(EXPIRES_AT, &(now + lifetime).timestamp())]);
        let is_new = When::AbsentOrAtMost(EXPIRES_AT, now.timestamp());
        let outcome = self.table.transact(vec![Part::Put(row, is_new)]).await?;
        Ok(outcome == Outcome::Done)
    }
}

fn feed_key(digest: &str) -> Key {
    Key::new(format!("feed#{digest}"), "feed")
}

fn webhook_key(platform: &str, id: &str) -> Key {
    let digest = digest(&format!("{platform}\0{id}"));
    Key::new(format!("webhook#{digest}"), "seen")
}

fn listing_key(listing: &str) -> Key {
    Key::new(format!("listing#{listing}"), "feed")
}

fn digest(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
