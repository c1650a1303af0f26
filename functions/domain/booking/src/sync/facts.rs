//! What is known when a synchronisation is planned.

use std::collections::BTreeMap;
use std::fmt;

use calendar::Period;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Config, Face, State};
use crate::Booking;

/// Everything that [`plan`](super::plan) looks at.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The time at which the facts were read.
    pub now: DateTime<Utc>,
    /// The operator's rules.
    pub config: Config,
    /// What we store.
    pub state: State,
    /// What was read from the feeds, by listing; one that was not asked for is left alone.
    pub feeds: BTreeMap<String, FeedReading>,
    /// What Google holds, by asset; one that was not asked for is left alone.
    pub google: BTreeMap<String, GoogleReading>,
    /// What bookings are worth in the smallest unit of the currency, by reservation code.
    pub values: BTreeMap<String, u64>,
}

/// What asking for one listing's feed gave.
#[derive(Debug, Clone)]
pub enum FeedReading {
    /// A whole calendar: a 2xx answer, `BEGIN` and `END:VCALENDAR`, nothing lost in reading it. Only this can cancel.
    Complete {
        /// All that it tells in the window, of every kind and status.
        bookings: Vec<Booking>,
        /// What was looked at. Nothing outside of it can be missing.
        window: Period,
        /// The answer's `ETag`.
        etag: Option<String>,
        /// The answer's `Last-Modified`.
        last_modified: Option<String>,
        /// A digest of the body.
        body_hash: String,
        /// What the body was read with: see [`Source::basis`](super::Source::basis).
        basis: String,
    },
    /// The feed is what it was when it was last read completely: 304.
    Unchanged,
    /// Nothing is known of it this time.
    Failed(FeedFault),
}

/// Why a feed tells nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedFault {
    /// No answer, or none that is a success.
    Unreachable,
    /// The body ends before the calendar does.
    Truncated,
    /// The body is something else: a login page, for example.
    NotACalendar,
    /// Some of it could not be read.
    Lossy,
}

/// What Google holds for an asset.
#[derive(Debug, Clone)]
pub enum GoogleReading {
    /// The whole calendar, be it listed anew or kept up to date by sync tokens.
    Listed(Vec<GoogleEvent>),
    /// Nothing is known of it this time.
    Failed,
}

/// One event in Google.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoogleEvent {
    /// Google's id.
    pub id: String,
    /// For `If-Match`.
    pub etag: String,
    /// What it says.
    pub face: Face,
    /// Whether it takes up time.
    pub is_opaque: bool,
    /// Whether it has been deleted: Google remembers for a while that it was there.
    pub is_deleted: bool,
    /// Our tag in its private properties. A copy that a person makes keeps it, and some hosts strip it.
    pub tag: Option<String>,
    /// `iCalUID`
    pub ical_uid: String,
}

impl GoogleReading {
    pub(crate) fn listed(&self) -> Option<&[GoogleEvent]> {
        match self {
            Self::Listed(events) => Some(events),
            Self::Failed => None,
        }
    }
}

impl fmt::Display for FeedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreachable => "it could not be fetched",
            Self::Truncated => "its body ends too early",
            Self::NotACalendar => "its body is no calendar",
            Self::Lossy => "parts of it could not be read",
        })
    }
}
