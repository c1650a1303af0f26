//! What campaigns have begun: one row for each batch, a copy of it by the time at which it was begun, so that who asks for
//! the newest reads no others, and one as long as it is open, so that a clock's run costs what there is to do.
//!
//! ```text
//! pk           sk
//! campaigns    batch#<campaign>.<name>
//! campaigns    begun#<opened at>#<campaign>.<name>
//! campaigns    open#<campaign>.<name>
//! ```

use std::collections::BTreeMap;

use campaign::DueAt;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Deliveries, rows};
use crate::StoreError;
use crate::table::{Key, Outcome, Part, When, count};
use crate::wire::{VERSION, sortable, unchanged_since};

/// Deliveries that are stored together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// The campaign's id.
    pub campaign: String,
    /// The batch's own name.
    pub name: String,
    /// What it is, for a batch that is one time of one audience; none for one that collects messages about bookings.
    pub audience: Option<AudienceBatch>,
    /// How far it is.
    pub stage: Stage,
    /// When it was begun.
    pub opened_at: DateTime<Utc>,
    /// Until then something may still be added to it, or come back.
    pub until: DateTime<Utc>,
    /// How many deliveries in each state, when it was last counted.
    pub counts: BTreeMap<String, u64>,
    /// When that was.
    pub counted_at: Option<DateTime<Utc>>,
    /// When somebody must look at one of its deliveries; none while none is open.
    pub look_at: Option<DateTime<Utc>>,
    /// Whether the operator let it go on although many of its mails came back.
    pub is_excused: bool,
    /// Counts the changes of the row.
    pub version: u64,
}

/// One time of one audience.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudienceBatch {
    /// Tells it apart from the campaign's other times.
    pub key: String,
    /// The audience's name.
    pub name: String,
    /// When it is due.
    pub at: DueAt,
    /// To how many it may go at most, as the operator has seen it; none: no limit.
    pub at_most: Option<u64>,
}

/// How far a batch is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "kebab-case")]
pub enum Stage {
    /// It would go to so many people that the operator is asked first.
    Waiting {
        /// To how many.
        recipients: u64,
    },
    /// Its audience is read, up to this place.
    Planning {
        /// The place.
        after: Option<String>,
        /// How many there are so far.
        recipients: u64,
    },
    /// Everybody has a delivery.
    Planned,
    /// Nothing is open, and nothing will be added.
    Closed,
}

const PARTITION: &str = "campaigns";
const OPEN: &str = "open#";
/// So many others may write the row between our look and our write before we give up.
const ATTEMPTS: usize = 16;

impl Deliveries {
    /// A batch as it is now.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn batch(&self, campaign: &str, name: &str) -> Result<Option<Batch>, StoreError> {
        let row = self.table.get(&key(campaign, name)).await?;
        row.map(|row| rows::body(&row)).transpose()
    }

    /// Every batch of a campaign, or of all of them, in order.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn batches(&self, campaign: Option<&str>) -> Result<Vec<Batch>, StoreError> {
        let prefix = campaign.map_or_else(|| "batch#".to_owned(), |campaign| format!("batch#{campaign}."));
        let rows = self.table.beginning(PARTITION, &prefix).await?;
        rows.iter().map(rows::body).collect()
    }

    /// Every batch that is not closed, in order.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn open_batches(&self) -> Result<Vec<Batch>, StoreError> {
        let rows = self.table.beginning(PARTITION, OPEN).await?;
        rows.iter().map(rows::body).collect()
    }

    /// The name of a campaign's first batch behind this one, in the order of names; of its very first one behind none.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn batch_behind(
        &self,
        campaign: &str,
        name: Option<&str>,
    ) -> Result<Option<String>, StoreError> {
        let first = format!("batch#{campaign}.");
        let (after, last) = (
            format!("{first}{}", name.unwrap_or_default()),
            format!("{first}~"),
        );
        let rows = self.table.page(PARTITION, (&after, &last), 1).await?;
        let found: Option<Batch> = rows.first().map(rows::body).transpose()?;
        Ok(found.map(|batch| batch.name))
    }

    /// The batches that were begun since then, the oldest first. What it costs follows these, and not what is stored.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn batches_since(&self, begun: DateTime<Utc>) -> Result<Vec<Batch>, StoreError> {
        let first = format!("begun#{}", sortable(begun));
        let rows = self.table.between(PARTITION, &first, "begun#~").await?;
        rows.iter().map(rows::body).collect()
    }

    /// Stores a batch. Whether nobody was faster; its `version` is then the stored one.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn put_batch(&self, batch: &mut Batch) -> Result<bool, StoreError> {
        let key = key(&batch.campaign, &batch.name);
        let next = Batch {
            version: batch.version + 1,
            ..batch.clone()
        };
        let mut row = rows::with_body(&key, &next)?;
        row.extend([count(VERSION, &next.version)]);
        let when = unchanged_since((batch.version > 0).then_some(batch.version));
        let copy = rows::with_body(&by_time(&next), &next)?;
        let open = Key::new(PARTITION, format!("{OPEN}{}", next.full_name()));
        let open = match next.stage {
            Stage::Closed => Part::Delete(open, When::Always),
            _ => Part::Put(rows::with_body(&open, &next)?, When::Always),
        };
        let parts = vec![Part::Put(row, when), Part::Put(copy, When::Always), open];
        let is_stored = self.table.transact(parts).await? == Outcome::Done;
        if is_stored {
            *batch = next;
        }
        Ok(is_stored)
    }

    /// Changes a batch, however many others write it at the same time; the batch as it is then. `None`: there is none.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn change_batch(
        &self,
        campaign: &str,
        name: &str,
        change: impl Fn(&mut Batch) + Send,
    ) -> Result<Option<Batch>, StoreError> {
        for _ in 0..ATTEMPTS {
            let Some(before) = self.batch(campaign, name).await? else {
                return Ok(None);
            };
            let mut after = before.clone();
            change(&mut after);
            if after == before || self.put_batch(&mut after).await? {
                return Ok(Some(after));
            }
        }
        Err(StoreError::Unavailable { what: "a batch" })
    }

    /// The operator's word that a campaign, or everything, may go on: its pause is over, and its open batches are looked at
    /// at once. A word about one campaign also lets go what waits for one, and excuses what came back so far. The pause ends
    /// last: whoever is interrupted says it again.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn resume(&self, campaign: Option<&str>, now: DateTime<Utc>) -> Result<(), StoreError> {
        let open = self.open_batches().await?;
        let meant = |batch: &&Batch| campaign.is_none_or(|campaign| campaign == batch.campaign);
        for batch in open.iter().filter(meant) {
            self.change_batch(&batch.campaign, &batch.name, |batch| {
                batch.go_on(campaign.is_some(), now);
            })
            .await?;
        }
        self.end_pause(campaign).await
    }
}

impl Batch {
    /// A batch that begins now.
    #[must_use]
    pub fn new(campaign: &str, name: &str, (now, until): (DateTime<Utc>, DateTime<Utc>)) -> Self {
        Self {
            campaign: campaign.to_owned(),
            name: name.to_owned(),
            audience: None,
            stage: Stage::Planned,
            opened_at: now,
            until,
            counts: BTreeMap::new(),
            counted_at: None,
            look_at: None,
            is_excused: false,
            version: 0,
        }
    }

    /// What the operator's word does to it. To end the pause of everything is no word about what any one campaign may do.
    fn go_on(&mut self, is_about_campaign: bool, now: DateTime<Utc>) {
        if self.stage == Stage::Closed {
            return;
        }
        self.look_at = Some(now);
        if !is_about_campaign {
            return;
        }
        self.is_excused = true;
        if matches!(self.stage, Stage::Waiting { .. }) {
            self.stage = Stage::Planning {
                after: None,
                recipients: 0,
            };
            if let Some(audience) = &mut self.audience {
                audience.at_most = None;
            }
        }
    }

    /// `<campaign>.<name>`, as its deliveries' ids begin.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.campaign, self.name)
    }
}

fn key(campaign: &str, name: &str) -> Key {
    Key::new(PARTITION, format!("batch#{campaign}.{name}"))
}

/// When a batch was begun never changes: the copy stays where it is.
fn by_time(batch: &Batch) -> Key {
    let begun = sortable(batch.opened_at);
    Key::new(PARTITION, format!("begun#{begun}#{}", batch.full_name()))
}
