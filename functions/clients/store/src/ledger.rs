//! What a synchronisation remembers, per asset, and who may change it now.
//!
//! ```text
//! pk                sk                         other attributes
//! asset#<asset>     lease                      fence until again revision
//! asset#<asset>     sync#<what>#<id>           version body [expires_at]
//! asset#<asset>     google#<id>                version body
//! asset#<asset>     google-cursor              cursor
//! asset#<asset>     google-channel             again_at
//! channel#<digest>  google                     asset digest expires_at
//! asset#<asset>     pending#<link>             version body expires_at
//! crew#<asset>      notice#<when>#<link>       version body expires_at
//! log#<asset>       <first seen>#<link>#<n>    version body
//! feed#<digest>     feed                       asset listing
//! inquiries         <began at>#<thread>        version body
//! listing#<id>      feed                       digest secret
//! webhook#<digest>  seen                       expires_at
//! ```
//!
//! `body` is the value as JSON, `version` its form. The operator's own events lie in the same partition; see
//! [`crate::Events`]. Invariant: nothing of an asset is written but under its lease, by a transaction that looks at it.

mod channel;
mod crew;
mod feed;
mod google;
mod inquiry;
mod lease;
mod log;
mod own;
mod pending;
mod rows;
mod times;

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use booking::sync::{Decision, Link, State, Write, crew_notice};
use calendar::Period;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, TryStreamExt};

pub use channel::OpenedChannel;
pub use crew::NoticeId;
pub use feed::FeedAddress;
pub use google::GoogleCopy;
pub(crate) use inquiry::part as inquiry_part;
pub use inquiry::{InquiryPage, InquiryPlace};
pub use lease::{GivenBack, Lease, Taken};
pub use log::{LogPage, LogPlace};

use crate::addition::AssetVersion;
use crate::table::{Outcome, Part, Table};
use crate::{Events, StoreError, wire};

/// The ledger of the synchronisation.
#[derive(Debug, Clone)]
pub struct Ledger {
    table: Table,
}

/// An asset's state, as it was read.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What is remembered of the asset.
    pub state: State,
    asset: String,
    /// The version of the own events among the entries: who changes one must have seen the newest.
    version: AssetVersion,
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is stored.
    Done,
    /// An own event was added or changed meanwhile. Nothing was stored: load and plan again.
    Raced,
    /// The lease is somebody else's now. Nothing more was stored: stop.
    Lost,
}

impl Ledger {
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

    /// An empty one in memory: for tests.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            table: Table::in_memory(),
        }
    }

    /// What is remembered of an asset. Lines whose time is over are left out, although they may still be there.
    ///
    /// # Errors
    /// See [`StoreError`]; a row that cannot be read is [`StoreError::Corrupt`] and never left out.
    pub async fn load(&self, asset: &str, now: DateTime<Utc>) -> Result<Loaded, StoreError> {
        // The version comes first: an event that is added after it makes a later write of an event race.
        let version = match self.table.get(&wire::version_key(asset)).await? {
            Some(row) => AssetVersion(wire::version_of(&row)?),
            None => AssetVersion::default(),
        };
        let pk = wire::asset_key(asset);
        let mut state = State::default();
        for row in self.table.beginning(&pk, rows::PREFIX).await? {
            rows::read(&mut state, &row, now)?;
        }
        for row in self.table.beginning(&pk, own::PREFIX).await? {
            let entry = own::entry_of(&wire::event_of(&row)?);
            state.entries.insert(entry.id.clone(), entry);
        }
        Ok(Loaded {
            state,
            asset: asset.to_owned(),
            version,
        })
    }

    /// The lines of an asset's events, for who only reads. It needs no lease.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn lines(&self, asset: &str, now: DateTime<Utc>) -> Result<Vec<Link>, StoreError> {
        let mut state = State::default();
        let pk = wire::asset_key(asset);
        for row in self.table.beginning(&pk, rows::LINKS).await? {
            rows::read(&mut state, &row, now)?;
        }
        Ok(state.links.into_values().collect())
    }

    /// What is shown of an asset: how its feeds are doing, what the operator has to do, what was decided, the events and slots of
    /// a window, and the events that decisions are about. It needs no lease, and what it costs does not follow the events that
    /// are stored.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn shown(&self, asset: &str, window: Period, now: DateTime<Utc>) -> Result<State, StoreError> {
        let pk = wire::asset_key(asset);
        let (decisions, rest, (links, slots)) = futures_util::future::try_join3(
            self.table.beginning(&pk, rows::DECISIONS),
            self.table.between(&pk, rows::SOURCES, rows::TASKS_END),
            self.during(asset, window, now),
        )
        .await?;
        let mut state = State::default();
        for row in decisions.iter().chain(&rest) {
            rows::read(&mut state, row, now)?;
        }
        state.links = links.into_iter().map(|link| (link.id.clone(), link)).collect();
        state.slots = slots.into_iter().map(|slot| (slot.link.clone(), slot)).collect();
        let decided = state.decisions.values().flat_map(Decision::overlapping);
        let elsewhere: BTreeSet<String> = decided
            .filter(|id| !state.links.contains_key(*id))
            .cloned()
            .collect();
        let found: Vec<Option<Link>> = futures_util::stream::iter(elsewhere)
            .map(|id| async move { self.line(asset, &id, now).await })
            .buffered(CONCURRENT)
            .try_collect()
            .await?;
        state
            .links
            .extend(found.into_iter().flatten().map(|link| (link.id.clone(), link)));
        Ok(state)
    }

    /// Stores what a write changes, and keeps `loaded` as the store now is.
    ///
    /// # Errors
    /// See [`StoreError`]. After [`StoreError::Unavailable`] it may have been stored: load again. A write to Google is
    /// none of ours and changes nothing here.
    pub async fn put(
        &self,
        lease: &Lease,
        loaded: &mut Loaded,
        write: &Write,
        now: DateTime<Utc>,
    ) -> Result<Put, StoreError> {
        if let Some(changed) = own::changed(&loaded.state, write) {
            let mut parts = own::parts(&changed, loaded)?;
            parts.push(lease.check());
            if self.table.transact(parts).await? == Outcome::Refused {
                return self.judge(lease).await;
            }
            loaded.version = AssetVersion(loaded.version.0 + 1);
            loaded.state.after(write);
            return Ok(Put::Done);
        }
        let mut parts = rows::parts(&loaded.asset, write, &loaded.state, now)?;
        if let Some(notice) = crew_notice(&loaded.state, write) {
            parts.push(crew::part(&notice, now)?);
        }
        // What makes a next run skip the work is in the last rows: they get one transaction as far as they fit.
        let (first, full) = parts.split_at(parts.len() % MOST_PARTS);
        for some in std::iter::once(first).chain(full.chunks(MOST_PARTS)) {
            if self.put_rows(lease, some).await? == Put::Lost {
                return Ok(Put::Lost);
            }
        }
        loaded.state.after(write);
        Ok(Put::Done)
    }

    /// Stores rows that nobody writes but who holds the lease: at most [`MOST_PARTS`].
    async fn put_rows(&self, lease: &Lease, parts: &[Part]) -> Result<Put, StoreError> {
        if parts.is_empty() {
            return Ok(Put::Done);
        }
        for _ in 0..ATTEMPTS {
            let mut parts = parts.to_vec();
            parts.push(lease.check());
            if self.table.transact(parts).await? == Outcome::Done {
                return Ok(Put::Done);
            }
            // Held and yet refused: somebody was leaving a mark on the lease at that moment.
            if !self.is_held(lease).await? {
                return Ok(Put::Lost);
            }
        }
        Err(StoreError::Unavailable { what: WHAT })
    }

    /// Why a transaction was refused.
    async fn judge(&self, lease: &Lease) -> Result<Put, StoreError> {
        Ok(if self.is_held(lease).await? {
            Put::Raced
        } else {
            Put::Lost
        })
    }
}

const WHAT: &str = "the ledger";
/// So many lines are looked up at the same time.
const CONCURRENT: usize = 16;
/// A transaction has at most 100 parts, of which the look at the lease is one.
const MOST_PARTS: usize = 99;
/// So often others may be at the lease's row while we write under it before we give up.
const ATTEMPTS: usize = 8;

#[cfg(test)]
mod tests;
