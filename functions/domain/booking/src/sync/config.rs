//! What the operator has laid down, as plain values: the manifest holds it, and the caller passes it in.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use chrono_tz::Tz;

/// The operator's rules for a synchronisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Whose calendar it is. It goes into every id that we make elsewhere, so it must never change.
    pub tenant: String,
    /// By the asset's id.
    pub assets: BTreeMap<String, AssetConfig>,
    /// By the listing's id.
    pub listings: BTreeMap<String, ListingConfig>,
    /// Who keeps the time when two of one kind overlap.
    pub policy: Policy,
    /// How long a booking must have been absent from its feed before it counts as cancelled.
    pub min_absence: TimeDelta,
    /// When so much disappears at once that the feed is doubted.
    pub breaker: Breaker,
    /// A feed that was last read longer ago than this raises an alarm.
    pub stale_after: TimeDelta,
}

/// What holds for an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetConfig {
    /// What people call it.
    pub name: String,
    /// Its zone: times are shown and written to guests in it.
    pub zone: Tz,
    /// How much time must lie between two neighbours.
    pub turnover: TimeDelta,
    /// Who cleans it in that time; without a crew no cleaning is planned.
    pub crew: Option<String>,
    /// Whether its events are kept in a Google calendar too.
    pub is_on_google: bool,
}

/// Where an asset is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingConfig {
    /// The platform's id.
    pub platform: String,
    /// The asset's id.
    pub asset: String,
}

/// Who keeps the time when two of one kind overlap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Policy {
    /// Whoever was seen confirmed first.
    #[default]
    FirstConfirmed,
    /// The platform that stands first in this list; own events come before all of them.
    PlatformPriority(Vec<String>),
    /// Whoever pays more; what nobody knows the value of comes last.
    HighestValue,
    /// Nobody, until the operator has decided.
    Manual,
}

/// A feed from which more than this disappears at once is doubted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaker {
    /// So many removals are never too many.
    pub removals: usize,
    /// So many percent of the listing's future events, 0 to 100, are not either.
    pub percent: usize,
}

impl Breaker {
    /// Whether so many removals out of so many future events are too many.
    #[must_use]
    pub const fn trips(&self, removals: usize, future: usize) -> bool {
        removals > self.removals && removals * 100 > future * self.percent
    }
}

impl Default for Breaker {
    fn default() -> Self {
        Self {
            removals: 3,
            percent: 30,
        }
    }
}
