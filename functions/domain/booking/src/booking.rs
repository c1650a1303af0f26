//! A booking, as all platforms' feeds are told in.

use std::fmt;

use calendar::Period;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::Reason;

/// One stay, block or hold that a platform's feed tells of.
#[derive(Clone, PartialEq, Eq)]
pub struct Booking {
    /// Opaque. It stays the same as long as the platform keeps its event's `UID` and, of a recurring one, the
    /// recurrence; without a `UID` it follows from what the event says.
    pub id: String,
    /// The platform's id.
    pub platform: String,
    /// The listing's id.
    pub listing: String,
    /// The asset's id.
    pub asset: String,
    /// What it is.
    pub kind: Kind,
    /// Why it is taken for that.
    pub reason: Reason,
    /// How certain it is.
    pub status: Status,
    /// When it takes place, in UTC. An all-day event covers its local days, be they 23 or 25 hours long.
    pub period: Period,
    /// When the feed says that it was made (`CREATED`, RFC 5545 3.8.7.1), if it does.
    pub made_at: Option<DateTime<Utc>>,
    /// Whether the feed gave days instead of times.
    pub is_all_day: bool,
    /// Whether it takes up time: false for `TRANSP:TRANSPARENT`.
    pub is_opaque: bool,
    /// The event's title. It may name a guest, so `Debug` leaves it out.
    pub summary: Option<String>,
    /// The platform's code for the reservation. Whoever knows it may manage the stay, so `Debug` leaves it out.
    pub reservation_code: Option<String>,
    /// The event's `UID` in its feed; empty when the feed gives none.
    pub uid: String,
}

/// What an event in a platform's feed is. In the order of weight: where two overlap, the smaller one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A guest has booked.
    Reservation,
    /// Asked for or kept, and not yet confirmed.
    Hold,
    /// Not available, without a guest.
    Block,
}

/// How certain a booking is: `STATUS` of its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It takes place.
    Confirmed,
    /// It may take place.
    Tentative,
    /// It does not take place. It is kept, because that it was cancelled is news.
    Cancelled,
}

/// Where something in the calendar comes from. Further calendars will join.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Origin {
    /// The operator made it with us.
    Own,
    /// The operator made it in Google Calendar.
    Google,
    /// A platform's feed tells of it.
    Platform {
        /// The platform's id.
        platform: String,
        /// The listing's id.
        listing: String,
    },
}

impl Booking {
    /// Where it comes from.
    #[must_use]
    pub fn origin(&self) -> Origin {
        Origin::Platform {
            platform: self.platform.clone(),
            listing: self.listing.clone(),
        }
    }

    /// Whether its asset cannot be used meanwhile. Tentative ones count: who asked first is kept the time.
    #[must_use]
    pub fn takes_up_time(&self) -> bool {
        self.is_opaque && self.status != Status::Cancelled
    }
}

impl From<calendar::Status> for Status {
    fn from(status: calendar::Status) -> Self {
        match status {
            calendar::Status::Confirmed => Self::Confirmed,
            calendar::Status::Tentative => Self::Tentative,
            calendar::Status::Cancelled => Self::Cancelled,
        }
    }
}

impl fmt::Debug for Booking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Booking")
            .field("id", &self.id)
            .field("listing", &self.listing)
            .field("asset", &self.asset)
            .field("kind", &self.kind)
            .field("reason", &self.reason)
            .field("status", &self.status)
            .field("period", &self.period)
            .field("made_at", &self.made_at)
            .field("is_all_day", &self.is_all_day)
            .field("is_opaque", &self.is_opaque)
            .finish_non_exhaustive()
    }
}
