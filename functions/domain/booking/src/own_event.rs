//! The operator's own events.

use std::fmt;

use calendar::Period;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An event that the operator made with us, not on a platform.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnEvent {
    /// Opaque, unique among the operator's events.
    pub id: String,
    /// The asset that it takes up.
    pub asset: String,
    /// What the operator calls it. It may name a guest, so `Debug` leaves it out.
    pub title: String,
    /// When it takes place.
    pub period: Period,
    /// What it is.
    pub kind: OwnEventKind,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// What an own event is. Both take up the asset's time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnEventKind {
    /// Somebody comes.
    #[default]
    Booking,
    /// Nobody comes, and nobody else can: maintenance, own use.
    Block,
}

impl fmt::Debug for OwnEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnEvent")
            .field("id", &self.id)
            .field("asset", &self.asset)
            .field("period", &self.period)
            .field("kind", &self.kind)
            .field("created_at", &self.created_at)
            .finish_non_exhaustive()
    }
}
