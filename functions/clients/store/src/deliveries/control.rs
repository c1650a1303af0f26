//! What senders obey: the operator's pauses, and the rate that all of them share.

use aws_sdk_dynamodb::types::AttributeValue;
use campaign::{Channel, Pace, Purpose, Rate, Reserved};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Deliveries, rows};
use crate::StoreError;
use crate::table::{Key, Outcome, Part, Row, When, count, number};
use crate::wire::{VERSION, unchanged_since};

/// That nothing is sent, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// The campaign; none for all of them.
    pub campaign: Option<String>,
    /// Why, as a fragment.
    pub why: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// What an account may send, as it was last told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// How fast.
    pub rate: Rate,
    /// How many messages are left of the day's quota.
    pub left_today: u64,
    /// Why it may send nothing now, as a stable name.
    pub stopped: Option<String>,
    /// Why it shall send no marketing now, as a stable name.
    pub marketing_stopped: Option<String>,
    /// Up to when the account's own list of suppressed addresses is mirrored.
    pub mirrored_at: Option<DateTime<Utc>>,
    /// How far it is read at present; none: to its end.
    #[serde(default)]
    pub mirroring: Option<Mirroring>,
    /// When it was told.
    pub at: DateTime<Utc>,
}

/// A reading of the account's own list that is not at its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mirroring {
    /// When it was begun.
    pub began: DateTime<Utc>,
    /// Where its next page begins, as SES calls it.
    pub page: String,
}

const PARTITION: &str = "campaigns";
const ALL: &str = "*";
/// Marks a pause that is over.
const ENDED: &str = "ended";
/// So many others may reserve between our look and our write before we give up.
const ATTEMPTS: usize = 32;
const WHAT: &str = "the sending rate";

impl Deliveries {
    /// Why nothing of this campaign may be sent now; its own pause, or that of all.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn pause_of(&self, campaign: &str) -> Result<Option<Pause>, StoreError> {
        let (all, own) = (pause_key(ALL), pause_key(campaign));
        let (all, own) = futures_util::future::try_join(self.table.get(&all), self.table.get(&own)).await?;
        let holds = |row: &Row| !row.contains_key(ENDED);
        let pause = all.filter(holds).or(own.filter(holds));
        pause.map(|row| rows::body(&row)).transpose()
    }

    /// Every pause.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn pauses(&self) -> Result<Vec<Pause>, StoreError> {
        let rows = self.table.beginning(PARTITION, "pause#").await?;
        let hold = rows.iter().filter(|row| !row.contains_key(ENDED));
        hold.map(rows::body).collect()
    }

    /// Stops a campaign, or all of them. From the next claim on nothing is sent.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn pause(&self, pause: &Pause) -> Result<(), StoreError> {
        let key = pause_key(pause.campaign.as_deref().unwrap_or(ALL));
        let row = rows::with_body(&key, pause)?;
        self.surely(Part::Put(row, When::Always), "a pause").await
    }

    /// Ends a pause. Its row stays and says so: not every function that may do this may delete.
    pub(super) async fn end_pause(&self, campaign: Option<&str>) -> Result<(), StoreError> {
        let key = pause_key(campaign.unwrap_or(ALL));
        let ended = Part::Set(key, ENDED, AttributeValue::Bool(true), When::Always);
        self.surely(ended, "a pause").await
    }

    /// Reserves times at which messages may be sent; `None` when the first would be too late.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn reserve(
        &self,
        channel: Channel,
        (rate, purpose, messages): (Rate, Purpose, u32),
        (now, patience): (DateTime<Utc>, TimeDelta),
    ) -> Result<Option<Reserved>, StoreError> {
        let key = Key::new(PARTITION, format!("pace#{}", channel.name()));
        for _ in 0..ATTEMPTS {
            let row = self.table.get(&key).await?;
            let (pace, version) = row.as_ref().map_or_else(Default::default, read_pace);
            let Some((next, reserved)) = pace.reserve(rate, purpose, messages, (now, patience)) else {
                return Ok(None);
            };
            let mut row = key.row();
            row.extend([
                count(VERSION, &(version + 1)),
                count("next", &next.next_us),
                count("next_marketing", &next.next_marketing_us),
            ]);
            let when = unchanged_since((version > 0).then_some(version));
            if self.table.transact(vec![Part::Put(row, when)]).await? == Outcome::Done {
                return Ok(Some(reserved));
            }
        }
        Err(StoreError::Unavailable { what: WHAT })
    }

    /// What an account may send, as it was last told.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn account(&self, channel: Channel) -> Result<Option<Account>, StoreError> {
        let row = self.table.get(&account_key(channel)).await?;
        row.map(|row| rows::body(&row)).transpose()
    }

    /// Keeps what an account may send.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn put_account(&self, channel: Channel, account: &Account) -> Result<(), StoreError> {
        let row = rows::with_body(&account_key(channel), account)?;
        self.surely(Part::Put(row, When::Always), "an account").await
    }
}

fn read_pace(row: &Row) -> (Pace, u64) {
    let pace = Pace {
        next_us: number(row, "next").unwrap_or_default(),
        next_marketing_us: number(row, "next_marketing").unwrap_or_default(),
    };
    (pace, number(row, VERSION).unwrap_or_default())
}

fn pause_key(campaign: &str) -> Key {
    Key::new(PARTITION, format!("pause#{campaign}"))
}

fn account_key(channel: Channel) -> Key {
    Key::new(PARTITION, format!("account#{}", channel.name()))
}
