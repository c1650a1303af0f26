//! When a feed's silence is not believed.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Source, State, Touch, Write};

/// A feed whose removals are not carried out until it shows its events again, or the operator accepts what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    /// Since when.
    pub since: DateTime<Utc>,
    /// Why.
    pub suspicion: Suspicion,
    /// The digest of the doubted body: accepting it accepts this one and no other.
    pub body_hash: String,
}

/// What is wrong with a feed that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Suspicion {
    /// It shows nothing to come.
    Empty {
        /// How many events to come are known of it.
        known: usize,
    },
    /// Too much of it has disappeared at once.
    TooManyRemovals {
        /// How many are gone.
        removals: usize,
        /// Of how many to come.
        known: usize,
    },
}

/// Ends a listing's quarantine: what the doubted body lacks is gone with the next run that reads the same body. `None`
/// if there is no quarantine.
#[must_use]
pub fn accept(state: &State, listing: &str) -> Option<Write> {
    let source = state.sources.get(listing)?;
    let quarantine = source.quarantine.as_ref()?;
    Some(Write::Touch(Box::new(Touch {
        listing: listing.to_owned(),
        source: Source {
            accepted: Some(quarantine.body_hash.clone()),
            etag: None,
            last_modified: None,
            ..source.clone()
        },
        keys: Default::default(),
        missing: Default::default(),
    })))
}

impl fmt::Display for Suspicion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty { known } => {
                write!(f, "the feed shows nothing to come, and {known} to come are known")
            }
            Self::TooManyRemovals { removals, known } => {
                write!(f, "{removals} of {known} to come have disappeared at once")
            }
        }
    }
}
