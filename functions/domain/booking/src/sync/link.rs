//! The ledger's line of one event: where it comes from, and which copies of it are ours.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Content, Face, Seen};
use crate::{Kind, Origin};

/// One event and its copies. The ledger says what is ours; tags in the copies may be lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Opaque; also the id of its entry in our calendar.
    pub id: String,
    /// The asset's id.
    pub asset: String,
    /// Where it was made. It is never exported there.
    pub origin: Origin,
    /// The booking's id in its feed, when it was last seen; empty for others.
    pub key: String,
    /// Its `UID` in its feed, so that an import of the feed into Google is recognised.
    pub uid: String,
    /// What all copies should say.
    pub content: Content,
    /// The hash of what its feed last said.
    pub told: String,
    /// What its feed last showed, which may differ from what the operator made of it.
    pub told_face: Face,
    /// When it was made, where its feed says so when it is first seen; otherwise when that was. It stays.
    pub first_seen: DateTime<Utc>,
    /// When it was first seen as a firm reservation.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Since when its feed does not tell of it.
    pub missing: Option<Missing>,
    /// That it is gone. The line stays, so that what comes back is recognised.
    pub tombstone: Option<Tombstone>,
    /// How many times its copies were made anew: Google never takes an id twice.
    pub generation: u32,
    /// The entry in our calendar.
    pub calendar: Side,
    /// The event in Google.
    pub google: Side,
    /// Whether the operator deleted it in Google while its platform, which only the guest or the platform's own page
    /// can change, still tells of it. It still takes up its time.
    pub is_dismissed: bool,
    /// Since when the operator counts it as firm, although its feed shows a hold.
    #[serde(default)]
    pub accepted: Option<DateTime<Utc>>,
    /// How many lines of the log tell of it. The ledger counts by itself: what a write says here is not looked at.
    #[serde(default)]
    pub logged: u32,
}

/// What we know of one copy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// The copy's id; empty before there is one.
    pub id: String,
    /// The hash of what was last written there, or read and accepted.
    pub written: Option<String>,
    /// The hash of what is about to be written: after a crash, either may be there.
    pub writing: Option<String>,
}

/// An absence from a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// In how many complete readings in a row; it stays at two.
    pub count: u32,
    /// When it was first missed.
    pub since: DateTime<Utc>,
}

/// That an event is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// Since when.
    pub at: DateTime<Utc>,
}

impl Link {
    /// Whether it is still there.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        self.tombstone.is_none()
    }

    /// Whether the operator changed what its feed shows.
    #[must_use]
    pub fn is_overridden(&self) -> bool {
        self.listing().is_some() && self.content.face != self.told_face
    }

    /// How firmly it claims its time. The operator's word makes a hold firm.
    #[must_use]
    pub fn weight(&self) -> Kind {
        match self.content.weight() {
            Kind::Hold if self.accepted.is_some() => Kind::Reservation,
            weight => weight,
        }
    }

    /// Whether its asset cannot be used meanwhile.
    #[must_use]
    pub fn takes_up_time(&self) -> bool {
        self.is_live() && self.content.is_opaque && !self.content.period().is_empty()
    }

    /// Whether its feed, which now tells this, tells nothing new.
    pub(crate) fn says(&self, content: &Content, told: &str) -> bool {
        let value = content.value.or(self.content.value);
        self.is_live() && self.missing.is_none() && self.told == told && value == self.content.value
    }

    /// Whether it comes from this listing's feed.
    #[must_use]
    pub fn is_from(&self, listing: &str) -> bool {
        self.listing() == Some(listing)
    }

    /// The listing whose feed it comes from.
    #[must_use]
    pub fn listing(&self) -> Option<&str> {
        match &self.origin {
            Origin::Platform { listing, .. } => Some(listing),
            _ => None,
        }
    }

    /// The platform whose feed it comes from.
    #[must_use]
    pub fn platform(&self) -> Option<&str> {
        match &self.origin {
            Origin::Platform { platform, .. } => Some(platform),
            _ => None,
        }
    }
}

impl Side {
    /// Whether the copy is, or may be, ours.
    pub(crate) const fn is_ours(&self) -> bool {
        self.written.is_some() || self.writing.is_some()
    }

    /// What has become of the copy. `is_deleted` says that the copy is known to have been there and to be gone.
    pub(crate) fn seen(&self, face: Option<&Face>, is_deleted: bool) -> Seen {
        match face {
            Some(face) if !is_deleted => {
                let hash = Some(face.hash());
                if hash == self.written || hash == self.writing {
                    Seen::Same
                } else {
                    Seen::Changed(face.clone())
                }
            }
            _ if self.written.is_some() || (is_deleted && self.writing.is_some()) => Seen::Gone,
            // A run stopped before it made the copy.
            _ => Seen::Same,
        }
    }
}

/// The id of an event that we make in Google: base32hex in lower case, as Google wants it, of a hash that a second
/// attempt computes again.
#[must_use]
pub fn google_id(tenant: &str, link: &str, generation: u32) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    let digest = Sha256::digest(format!("{tenant}\0{link}\0{generation}"));
    let digit = |byte: &u8| DIGITS.get(usize::from(byte & 31)).copied().map(char::from);
    digest.iter().filter_map(digit).collect()
}
