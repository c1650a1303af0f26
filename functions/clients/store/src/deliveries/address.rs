//! What is kept of an address: whether it may be written to, and how much it was.

use campaign::{Address, Delivery, DeliveryId, News, Purpose, Suppression};
use chrono::{DateTime, TimeDelta, Utc};

use super::{Deliveries, rows};
use crate::StoreError;
use crate::table::{Key, Outcome, Part, Row, SK, When, count, number, string, text};
use crate::wire::{EXPIRES_AT, VERSION, unchanged_since};

/// Set while no marketing may go to the address.
const NO_MARKETING: &str = "no_marketing";
/// Set while nothing at all may go to the address.
const NO_MESSAGE: &str = "no_message";
/// Changes with every write of the row.
const BODY: &str = "body";
const WHAT: &str = "an address";
const ATTEMPTS: usize = 16;
/// The longest frequency cap is a year.
const SENT_KEPT: TimeDelta = TimeDelta::days(367);

impl Deliveries {
    /// What is kept of an address.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn suppression(&self, address: &Address) -> Result<Suppression, StoreError> {
        let row = self.table.get(&suppression_key(address)).await?;
        row.map_or_else(|| Ok(Suppression::default()), |row| rows::body(&row))
    }

    /// Adds something that was learned of an address. Whether it was news.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn learn(&self, address: &Address, news: &News) -> Result<bool, StoreError> {
        let key = suppression_key(address);
        for _ in 0..ATTEMPTS {
            let row = self.table.get(&key).await?;
            let before: Suppression = match &row {
                Some(row) => rows::body(row)?,
                None => Suppression::default(),
            };
            let after = before.after(news);
            if after == before {
                return Ok(false);
            }
            let mut next = rows::with_body(&key, &after)?;
            for (attribute, purpose) in [
                (NO_MARKETING, Purpose::Marketing),
                (NO_MESSAGE, Purpose::Transactional),
            ] {
                if let Some(why) = after.forbids(purpose) {
                    next.extend([text(attribute, why)]);
                }
            }
            let when = match row.as_ref().and_then(|row| row.get(BODY)) {
                Some(body) => When::Is(BODY, body.clone()),
                None => When::Lacks(BODY),
            };
            if self.table.transact(vec![Part::Put(next, when)]).await? == Outcome::Done {
                return Ok(true);
            }
        }
        Err(StoreError::Unavailable { what: WHAT })
    }

    /// Takes away all that keeps us from writing to an address: the operator's word.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn forgive(&self, address: &Address) -> Result<(), StoreError> {
        let part = Part::Delete(suppression_key(address), When::Always);
        self.surely(part, WHAT).await
    }

    /// How many marketing messages were due for an address from then on and sent, as far as it matters: at most `most`.
    /// The delivery that asks does not count itself.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn marketing_since(
        &self,
        address: &Address,
        since: DateTime<Utc>,
        most: u16,
        asks: Option<&DeliveryId>,
    ) -> Result<u32, StoreError> {
        let pk = partition(address);
        let after = format!("sent#{:016}", since.timestamp_micros());
        let range = (after.as_str(), "sent#\u{10ffff}");
        let rows = self.table.page(&pk, range, most.saturating_add(1)).await?;
        let is_own = |row: &&Row| {
            let sort = string(row, SK).unwrap_or_default();
            asks.is_some_and(|asks| sort.ends_with(&format!("#{asks}")))
        };
        let others = rows.iter().filter(|row| !is_own(row)).take(most.into()).count();
        Ok(u32::try_from(others).unwrap_or(u32::MAX))
    }

    /// The turn of the next marketing message to an address. Whatever is counted after this look takes it.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn turn(&self, address: &Address) -> Result<Turn, StoreError> {
        let row = self.table.get(&turn_key(address)).await?;
        Ok(Turn(row.and_then(|row| number(&row, VERSION))))
    }
}

/// The place of a marketing message among those of its address: it is taken once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn(Option<u64>);

/// That a marketing message goes to an address. A second attempt of it is the same message.
pub(super) fn sent(delivery: &Delivery) -> Part {
    let due_at = delivery.due_at;
    let sort = format!("sent#{:016}#{}", due_at.timestamp_micros(), delivery.id);
    let mut row = Key::new(partition(&delivery.address), sort).row();
    row.extend([count(EXPIRES_AT, &(due_at + SENT_KEPT).timestamp())]);
    Part::Put(row, When::Always)
}

/// That it is the one after those that were looked at.
pub(super) fn taken(turn: Turn, delivery: &Delivery) -> Part {
    let mut row = turn_key(&delivery.address).row();
    let kept_until = delivery.due_at + SENT_KEPT;
    row.extend([
        count(VERSION, &(turn.0.unwrap_or_default() + 1)),
        count(EXPIRES_AT, &kept_until.timestamp()),
    ]);
    Part::Put(row, unchanged_since(turn.0))
}

fn turn_key(address: &Address) -> Key {
    Key::new(partition(address), "turn")
}

pub(super) fn suppression_key(address: &Address) -> Key {
    Key::new(partition(address), "suppression")
}

pub(super) const fn forbidden_by(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Marketing => NO_MARKETING,
        Purpose::Transactional | Purpose::Personal => NO_MESSAGE,
    }
}

fn partition(address: &Address) -> String {
    format!("address#{}#{}", address.channel().name(), address.as_str())
}
