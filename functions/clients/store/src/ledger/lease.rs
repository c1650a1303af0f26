//! Who may change an asset now.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, TimeDelta, Utc};

use super::Ledger;
use crate::StoreError;
use crate::table::{Key, Outcome, Part, Row, When, count, number, string, text};
use crate::wire;

const FENCE: &str = "fence";
const UNTIL: &str = "until";
const AGAIN: &str = "again";
/// Changes with every write of the row, so that a write can tell whether it saw the newest. It begins with the holder's
/// fence: a row that was deleted and made anew by somebody else must not look like the one that was seen.
const REVISION: &str = "revision";
const WHAT: &str = "an asset's lease";
/// So many others may write the row between our look and our write before we give up.
const ATTEMPTS: usize = 32;

/// The right to change an asset, until it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The asset's id.
    pub asset: String,
    /// From here on anybody may take it.
    pub until: DateTime<Utc>,
    /// Nobody else's, ever.
    fence: String,
}

/// What became of taking a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is ours.
    Lease(Lease),
    /// Somebody else has it, and will be told when giving it back that somebody asked.
    Held,
}

/// What became of giving a lease back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GivenBack {
    /// Anybody may take the asset now.
    Free,
    /// Somebody asked for the asset meanwhile: run once more, under this lease.
    Again(Lease),
}

/// The row, as it was read.
struct Seen {
    fence: String,
    until: i64,
    again: bool,
    revision: AttributeValue,
}

impl Ledger {
    /// Takes an asset's lease, or leaves a mark that it was wanted. `owner` must be another for each run.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn take(
        &self,
        asset: &str,
        owner: &str,
        now: DateTime<Utc>,
        lasts: TimeDelta,
    ) -> Result<Taken, StoreError> {
        let lease = Lease {
            asset: asset.to_owned(),
            until: now + lasts,
            fence: format!("{owner}#{}", now.timestamp_micros()),
        };
        for _ in 0..ATTEMPTS {
            let seen = self.seen(asset).await?;
            let (row, is_ours) = match &seen {
                Some(seen) if now.timestamp_millis() < seen.until => (seen.marked(true), false),
                // A mark that nobody has answered is answered by this run.
                _ => (lease.row(), true),
            };
            if self.write(asset, row, seen.as_ref()).await? {
                return Ok(if is_ours { Taken::Lease(lease) } else { Taken::Held });
            }
        }
        Err(StoreError::Unavailable { what: WHAT })
    }

    /// Makes a lease last longer from now on. Whether it is still ours.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn renew(
        &self,
        lease: &mut Lease,
        now: DateTime<Utc>,
        lasts: TimeDelta,
    ) -> Result<bool, StoreError> {
        let longer = Lease {
            until: now + lasts,
            ..lease.clone()
        };
        for _ in 0..ATTEMPTS {
            let Some(seen) = self
                .seen(&lease.asset)
                .await?
                .filter(|seen| seen.fence == lease.fence)
            else {
                return Ok(false);
            };
            let mut row = longer.row();
            row.extend([again(seen.again)]);
            if self.write(&lease.asset, row, Some(&seen)).await? {
                *lease = longer;
                return Ok(true);
            }
        }
        Err(StoreError::Unavailable { what: WHAT })
    }

    /// Gives a lease back, unless somebody has asked for it meanwhile.
    ///
    /// # Errors
    /// See [`StoreError`]. The lease then ends by itself.
    pub async fn give_back(&self, lease: Lease) -> Result<GivenBack, StoreError> {
        for _ in 0..ATTEMPTS {
            let Some(seen) = self
                .seen(&lease.asset)
                .await?
                .filter(|seen| seen.fence == lease.fence)
            else {
                return Ok(GivenBack::Free);
            };
            if seen.again {
                let row = seen.marked(false);
                if self.write(&lease.asset, row, Some(&seen)).await? {
                    return Ok(GivenBack::Again(lease));
                }
                continue;
            }
            let unchanged = When::Is(REVISION, seen.revision);
            let part = Part::Delete(key(&lease.asset), unchanged);
            if self.table.transact(vec![part]).await? == Outcome::Done {
                return Ok(GivenBack::Free);
            }
        }
        Err(StoreError::Unavailable { what: WHAT })
    }

    pub(super) async fn is_held(&self, lease: &Lease) -> Result<bool, StoreError> {
        let seen = self.seen(&lease.asset).await?;
        Ok(seen.is_some_and(|seen| seen.fence == lease.fence))
    }

    async fn seen(&self, asset: &str) -> Result<Option<Seen>, StoreError> {
        let Some(row) = self.table.get(&key(asset)).await? else {
            return Ok(None);
        };
        let read = || {
            Some(Seen {
                fence: string(&row, FENCE)?.to_owned(),
                until: number(&row, UNTIL)?,
                again: number::<u8>(&row, AGAIN)? != 0,
                revision: row.get(REVISION)?.clone(),
            })
        };
        read().map(Some).ok_or(StoreError::Corrupt { what: WHAT })
    }

    /// Replaces the row that was seen. Whether nobody was faster.
    async fn write(&self, asset: &str, mut row: Row, seen: Option<&Seen>) -> Result<bool, StoreError> {
        let (when, writes) = match seen {
            None => (When::Lacks(REVISION), 1),
            Some(seen) => (When::Is(REVISION, seen.revision.clone()), seen.writes() + 1),
        };
        let fence = string(&row, FENCE).unwrap_or_default();
        let revision = text(REVISION, &format!("{fence}#{writes}"));
        row.extend(key(asset).row());
        row.extend([revision]);
        let outcome = self.table.transact(vec![Part::Put(row, when)]).await?;
        Ok(outcome == Outcome::Done)
    }
}

impl Lease {
    /// That the lease is still ours, as a part of a transaction.
    pub(super) fn check(&self) -> Part {
        Part::Check(
            key(&self.asset),
            When::Is(FENCE, AttributeValue::S(self.fence.clone())),
        )
    }

    fn row(&self) -> Row {
        Row::from([
            text(FENCE, &self.fence),
            count(UNTIL, &self.until.timestamp_millis()),
            again(false),
        ])
    }
}

impl Seen {
    /// How many times the row was written.
    fn writes(&self) -> u64 {
        let text = self.revision.as_s().ok();
        let count = text.and_then(|text| text.rsplit_once('#')?.1.parse().ok());
        count.unwrap_or_default()
    }

    /// The same row with or without the mark.
    fn marked(&self, is_wanted: bool) -> Row {
        Row::from([
            text(FENCE, &self.fence),
            count(UNTIL, &self.until),
            again(is_wanted),
        ])
    }
}

fn again(is_wanted: bool) -> (String, AttributeValue) {
    count(AGAIN, &u8::from(is_wanted))
}

fn key(asset: &str) -> Key {
    Key::new(wire::asset_key(asset), "lease")
}
