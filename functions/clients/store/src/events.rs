//! The operator's own events, per asset, and the answers to requests that carried an `Idempotency-Key`.

use aws_config::SdkConfig;
use booking::OwnEvent;
use calendar::Period;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use crate::dynamo::Dynamo;
use crate::memory::Memory;
use crate::{StoreError, wire};

/// The longest event that is stored. Events are found by their start, so a read looks back this far for events that
/// reach into its period; a longer one is better written as two.
pub const MAX_EVENT_LENGTH: TimeDelta = TimeDelta::days(400);
/// How long the answer to an `Idempotency-Key` is kept. A key that returns later is a new request.
pub const ANSWER_LIFETIME: TimeDelta = TimeDelta::hours(24);
/// The most events that one read gives, so that its memory is bounded.
pub(crate) const MAX_EVENTS: usize = 10_000;

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

/// How often an asset's events have changed: what a writer has seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AssetVersion(pub(crate) u64);

/// An asset's events as a decision sees them.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The events that overlap the period, by start, then id.
    pub events: Vec<OwnEvent>,
    /// To be given back when an event is added on the strength of these.
    pub version: AssetVersion,
}

/// A new event, with what its writer knows.
#[derive(Debug, Clone, Copy)]
pub struct Addition<'a> {
    /// The event.
    pub event: &'a OwnEvent,
    /// The version of the asset's events on which the decision rests.
    pub seen: AssetVersion,
    /// The answer to keep for a repetition of the request, stored in the same transaction.
    pub answer: Option<(&'a RequestKey, &'a Answered)>,
}

/// What became of an [`Addition`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddOutcome {
    /// The event is stored.
    Added,
    /// Someone else changed the asset's events, or answered the same request, in between. Nothing was stored: load
    /// again, decide again.
    Raced,
}

/// A request that its sender may repeat: its `Idempotency-Key`, and a digest of what it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    pub(crate) key: String,
    pub(crate) fingerprint: String,
}

/// The stored answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body.
    pub body: String,
}

/// What is known of a request's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recall {
    /// Nothing: the request is new.
    New,
    /// The same request was answered before, like this.
    Answered(Answered),
    /// The key belongs to another request.
    Reused,
}

impl RequestKey {
    /// A key as its sender wrote it, for this action and this body. Only digests are kept, so that neither says
    /// anything to whoever reads the table.
    #[must_use]
    pub fn new(action: &str, key: &str, body: &[u8]) -> Self {
        Self {
            key: hex_digest(&[action.as_bytes(), b"\0", key.as_bytes()]),
            fingerprint: hex_digest(&[body]),
        }
    }

    pub(crate) fn judge(&self, fingerprint: &str, answered: Answered) -> Recall {
        if fingerprint == self.fingerprint {
            Recall::Answered(answered)
        } else {
            Recall::Reused
        }
    }
}

fn hex_digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
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

    /// Whether this request was answered before, at most [`ANSWER_LIFETIME`] ago.
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
