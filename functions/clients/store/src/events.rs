//! The operator's own events, per asset, and the answers to requests that carried an `Idempotency-Key`.

use aws_config::SdkConfig;
use booking::OwnEvent;
use calendar::Period;
use chrono::{DateTime, Utc};

use crate::ContactsOf;
use crate::addition::{AddOutcome, Addition, AssetVersion, MAX_EVENT_LENGTH, Seen};
use crate::request::{Recall, RequestKey};
use crate::table::{Outcome, PK, Part, Table, When};
use crate::{StoreError, wire};

/// The table of own events.
#[derive(Debug)]
pub struct Events {
    pub(crate) table: Table,
}

impl Events {
    /// The DynamoDB table of this name. Opens no connection yet.
    #[must_use]
    pub fn in_table(config: &SdkConfig, name: String) -> Self {
        Self {
            table: Table::in_dynamodb(config, name),
        }
    }

    /// An empty table in memory: for tests. It passes the same tests as the real one.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            table: Table::in_memory(),
        }
    }

    /// The asset's events that overlap the period, by start, then id.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn events_in(&self, asset: &str, period: Period) -> Result<Vec<OwnEvent>, StoreError> {
        let (first, last) = wire::starts_for(period);
        let rows = self.table.between(&wire::asset_key(asset), &first, &last).await?;
        let mut events = rows.iter().map(wire::event_of).collect::<Result<Vec<_>, _>>()?;
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
        let version = self.version(asset).await?;
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
        let mut parts = vec![
            wire::next_version(&addition.event.asset, addition.seen),
            Part::Put(wire::event_row(addition.event), When::Lacks(PK)),
        ];
        if let Some((request, answered)) = addition.answer {
            let is_over = When::AbsentOrAtMost(wire::EXPIRES_AT, now.timestamp());
            parts.push(Part::Put(wire::answer_row(request, answered, now), is_over));
        }
        let guest = ContactsOf::Booking(addition.event.id.clone());
        parts.extend(guest.rows(addition.guest)?);
        Ok(match self.table.transact(parts).await? {
            Outcome::Done => AddOutcome::Added,
            Outcome::Refused => AddOutcome::Raced,
        })
    }

    /// Whether this request was answered before, at most [`crate::ANSWER_LIFETIME`] ago.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn recall(&self, request: &RequestKey, now: DateTime<Utc>) -> Result<Recall, StoreError> {
        let Some(row) = self.table.get(&wire::answer_key(request)).await? else {
            return Ok(Recall::New);
        };
        let answered = wire::answer_of(&row, now)?;
        Ok(answered.map_or(Recall::New, |(fingerprint, answered)| {
            request.judge(&fingerprint, answered)
        }))
    }

    pub(crate) async fn version(&self, asset: &str) -> Result<AssetVersion, StoreError> {
        let row = self.table.get(&wire::version_key(asset)).await?;
        let version = row.as_ref().map(wire::version_of).transpose()?;
        Ok(AssetVersion(version.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests;
