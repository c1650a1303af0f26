//! The operator's own events, per asset, and the answers to requests that carried an `Idempotency-Key`.

use aws_config::SdkConfig;
use booking::OwnEvent;
use calendar::Period;
use chrono::{DateTime, Utc};

use crate::addition::{AddOutcome, Addition, MAX_EVENT_LENGTH, Seen};
use crate::dynamo::Dynamo;
use crate::memory::Memory;
use crate::request::{Recall, RequestKey};
use crate::{StoreError, wire};

/// The table of own events.
#[derive(Debug)]
pub struct Events {
    table: Table,
}

#[derive(Debug)]
enum Table {
    Dynamo(Dynamo),
    Memory(Memory),
}

impl Events {
    /// The DynamoDB table of this name. Opens no connection yet.
    #[must_use]
    pub fn in_table(config: &SdkConfig, name: String) -> Self {
        Self {
            table: Table::Dynamo(Dynamo::new(config, name)),
        }
    }

    /// An empty table in memory: for tests. It passes the same tests as the real one.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            table: Table::Memory(Memory::default()),
        }
    }

    /// The asset's events that overlap the period, by start, then id.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn events_in(&self, asset: &str, period: Period) -> Result<Vec<OwnEvent>, StoreError> {
        let mut events = match &self.table {
            Table::Dynamo(table) => table.events_starting_in(asset, wire::starts_for(period)).await?,
            Table::Memory(table) => table.events(asset),
        };
        events.retain(|event| event.period.overlaps(&period));
        events.sort_by(|a, b| (a.period.start, &a.id).cmp(&(b.period.start, &b.id)));
        Ok(events)
    }

    /// What a decision on this asset and period needs.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn seen(&self, asset: &str, period: Period) -> Result<Seen, StoreError> {
        // The version comes first: an event that is added after it makes the later write race, never slip through.
        let version = match &self.table {
            Table::Dynamo(table) => table.version(asset).await?,
            Table::Memory(table) => table.version(asset),
        };
        let events = self.events_in(asset, period).await?;
        Ok(Seen { events, version })
    }

    /// Adds the event unless the asset's events have changed since they were seen.
    ///
    /// # Errors
    /// See [`StoreError`]. After [`StoreError::Unavailable`] the event may have been stored: look before trying again.
    pub async fn add_event(
        &self,
        addition: Addition<'_>,
        now: DateTime<Utc>,
    ) -> Result<AddOutcome, StoreError> {
        let period = addition.event.period;
        if period.end - period.start > MAX_EVENT_LENGTH {
            return Err(StoreError::TooLong);
        }
        match &self.table {
            Table::Dynamo(table) => table.add_event(addition, now).await,
            Table::Memory(table) => Ok(table.add_event(addition, now)),
        }
    }

    /// Whether this request was answered before, at most [`crate::ANSWER_LIFETIME`] ago.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn recall(&self, request: &RequestKey, now: DateTime<Utc>) -> Result<Recall, StoreError> {
        match &self.table {
            Table::Dynamo(table) => table.recall(request, now).await,
            Table::Memory(table) => Ok(table.recall(request, now)),
        }
    }
}

#[cfg(test)]
mod tests;
