//! Every message and what has become of it, with a trail that nobody rewrites.
//!
//! ```text
//! pk                                  sk                      other attributes
//! delivery#<campaign>.<batch>#<n>     <delivery>              version standing body expires_at
//! trail#<delivery>                    <version>               standing body expires_at
//! address#<channel>#<address>         suppression             body [no_marketing] [no_message]
//! address#<channel>#<address>         sent#<when>#<delivery>  expires_at
//! address#<channel>#<address>         turn                    version expires_at
//! audience#<name>                     <channel>#<address>     body
//! booking#<code or id>                <channel>#<address>     body
//! crew-member#<crew>                  <channel>#<address>     body
//! campaigns                           batch#<campaign>.<batch> version body
//! campaigns                           begun#<when>#<campaign>.<batch>  body
//! campaigns                           open#<campaign>.<batch> body
//! campaigns                           pause#<campaign or *>   body
//! campaigns                           pace#<channel>          version next next_marketing
//! campaigns                           account#<channel>       body
//! ```
//!
//! `<n>` is the first hexadecimal digit of the delivery's digest modulo [`SHARDS`], so that no partition takes more than its
//! share of the writes. Invariant: a delivery's row and the line of its trail are written in one transaction, which looks at
//! the version that the change was decided on.

mod address;
mod batch;
mod contact;
mod control;
mod rows;
mod told;

use aws_config::SdkConfig;
use campaign::{Delivery, DeliveryId, Transition};

pub use address::Turn;
pub use batch::{AudienceBatch, Batch, Stage};
pub use contact::ContactsOf;
pub use control::{Account, Mirroring, Pause};
pub use told::Heard;

use crate::table::{Outcome, Part, Table, When};
use crate::{Events, StoreError};

/// Over so many partitions the deliveries of a batch are spread.
pub const SHARDS: u8 = 4;
/// A transaction has at most 100 parts, and a new delivery is two.
const MOST_NEW: usize = 50;
/// So often another transaction may be at the same rows before we give up.
const ATTEMPTS: usize = 8;
const WHAT: &str = "a delivery";

/// Deliveries, their addresses, and what campaigns remember.
#[derive(Debug, Clone)]
pub struct Deliveries {
    table: Table,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is stored.
    Done,
    /// Somebody else changed the delivery meanwhile. Nothing was stored.
    Raced,
    /// The address must not be written to by now, or the turn is another message's. Nothing was stored.
    Forbidden,
}

/// What else must hold, or is written, with a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum With {
    /// Nothing.
    Nothing,
    /// The address may be written to.
    Allowed,
    /// The message counts for the address's frequency cap from now on; with a turn, if no other one took that meanwhile.
    Counted(Option<Turn>),
}

impl Deliveries {
    /// In the DynamoDB table of this name. Opens no connection yet.
    #[must_use]
    pub fn in_table(config: &SdkConfig, name: String) -> Self {
        Self {
            table: Table::in_dynamodb(config, name),
        }
    }

    /// In the table of these events.
    #[must_use]
    pub fn beside(events: &Events) -> Self {
        Self {
            table: events.table.clone(),
        }
    }

    /// Empty ones in memory: for tests.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            table: Table::in_memory(),
        }
    }

    /// The same deliveries, for somebody to whom things go wrong: for simulations, and only of those in memory.
    #[cfg(feature = "faults")]
    #[must_use]
    pub fn through(&self, faults: crate::Faults) -> Self {
        Self {
            table: self.table.through(faults),
        }
    }

    /// Stores new deliveries; which of them are new. One that exists is left as it is.
    ///
    /// # Errors
    /// See [`StoreError`]. Then some may have been stored: do it again.
    pub async fn create(&self, deliveries: &[Delivery]) -> Result<Vec<bool>, StoreError> {
        let mut made = Vec::with_capacity(deliveries.len());
        for some in deliveries.chunks(MOST_NEW) {
            let mut parts = Vec::with_capacity(some.len() * 2);
            for delivery in some {
                parts.extend(rows::new(delivery)?);
            }
            if self.table.transact(parts).await? == Outcome::Done {
                made.extend(some.iter().map(|_| true));
                continue;
            }
            for delivery in some {
                made.push(self.create_one(delivery).await?);
            }
        }
        Ok(made)
    }

    async fn create_one(&self, delivery: &Delivery) -> Result<bool, StoreError> {
        for _ in 0..ATTEMPTS {
            if self.table.transact(rows::new(delivery)?.into()).await? == Outcome::Done {
                return Ok(true);
            }
            if self.load(&delivery.id).await?.is_some() {
                return Ok(false);
            }
        }
        Err(StoreError::Unavailable { what: WHAT })
    }

    /// A delivery as it is now.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn load(&self, id: &DeliveryId) -> Result<Option<Delivery>, StoreError> {
        let row = self.table.get(&rows::key(id)).await?;
        row.map(|row| rows::delivery_of(&row)).transpose()
    }

    /// Stores what has become of a delivery, with the lines that say so.
    ///
    /// # Errors
    /// See [`StoreError`]. After [`StoreError::Unavailable`] it may have been stored: load again.
    pub async fn change(
        &self,
        before: &Delivery,
        (after, lines): (&Delivery, &[Transition]),
        with: With,
    ) -> Result<Change, StoreError> {
        for _ in 0..ATTEMPTS {
            let mut parts = vec![rows::put(after, Some(before.version))?];
            for line in lines {
                parts.push(rows::line(&after.id, line)?);
            }
            match with {
                With::Nothing => {}
                With::Allowed => parts.push(Part::Check(
                    address::suppression_key(&after.address),
                    When::Lacks(address::forbidden_by(after.purpose)),
                )),
                With::Counted(turn) => {
                    parts.push(address::sent(after));
                    parts.extend(turn.map(|turn| address::taken(turn, after)));
                }
            }
            if self.table.transact(parts).await? == Outcome::Done {
                return Ok(Change::Done);
            }
            let found = self.load(&before.id).await?;
            if found.is_none_or(|found| found.version != before.version) {
                return Ok(Change::Raced);
            }
            let is_forbidden = match with {
                With::Allowed => self.is_forbidden(after).await?,
                With::Counted(Some(turn)) => self.turn(&after.address).await? != turn,
                With::Nothing | With::Counted(None) => false,
            };
            if is_forbidden {
                return Ok(Change::Forbidden);
            }
        }
        Err(StoreError::Unavailable { what: WHAT })
    }

    /// Does what depends on nothing. Somebody else may be at the same rows all the same: then nothing was done.
    async fn surely(&self, part: Part, what: &'static str) -> Result<(), StoreError> {
        self.surely_all(&[part], what).await
    }

    async fn surely_all(&self, parts: &[Part], what: &'static str) -> Result<(), StoreError> {
        for _ in 0..ATTEMPTS {
            if self.table.transact(parts.to_vec()).await? == Outcome::Done {
                return Ok(());
            }
        }
        Err(StoreError::Unavailable { what })
    }

    async fn is_forbidden(&self, delivery: &Delivery) -> Result<bool, StoreError> {
        let suppression = self.suppression(&delivery.address).await?;
        Ok(suppression.forbids(delivery.purpose).is_some())
    }

    /// Every line of a delivery's trail, in order.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn trail(&self, id: &DeliveryId) -> Result<Vec<Transition>, StoreError> {
        let rows = self.table.beginning(&rows::trail(id), "0").await?;
        rows.iter().map(rows::body).collect()
    }

    /// At most so many deliveries of one of a batch's partitions, behind the one of this id. None: there are no more.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn page(
        &self,
        batch: &str,
        shard: u8,
        after: Option<&DeliveryId>,
        most: u16,
    ) -> Result<Vec<Delivery>, StoreError> {
        let after = after.map(DeliveryId::as_str).unwrap_or_default();
        let rows = self
            .table
            .page(&rows::partition(batch, shard), (after, "\u{10ffff}"), most)
            .await?;
        rows.iter().map(rows::delivery_of).collect()
    }
}

#[cfg(test)]
mod tests;
