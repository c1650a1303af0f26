//! One listing's feed as bookings.

mod merge;

use std::collections::HashSet;
use std::fmt;

use calendar::{Expansion, Occurrence, Transparency};
use sha2::{Digest, Sha256};

use crate::sync::hex;
use crate::{Booking, Classification, Kind, Rules, classify};

/// Whose feed it is. All three are ids of the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The listing's id.
    pub id: String,
    /// The platform's id.
    pub platform: String,
    /// The asset's id.
    pub asset: String,
}

/// What a feed tells, and what is to be said about it. The calendar's own warnings stand beside these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedBookings {
    /// In order of begin, then of id. Cancelled and transparent ones are among them.
    pub bookings: Vec<Booking>,
    /// What may surprise the operator.
    pub warnings: Vec<Warning>,
}

/// Something about a feed's events that may surprise the operator. It quotes none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// So many events last no time at all, so that they stand in nobody's way.
    WithoutLength(usize),
    /// So many events only repeated or continued another one of the same stay.
    Merged(usize),
}

impl Warning {
    /// A stable name for machines.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::WithoutLength(_) => "without-length",
            Self::Merged(_) => "merged",
        }
    }
}

/// What the occurrences of a listing's feed mean, by the rules of its platform. Expand the calendar in the asset's zone.
#[must_use]
pub fn from_feed(listing: &Listing, rules: &Rules, expansion: &Expansion<'_>) -> FeedBookings {
    let occurrences = &expansion.occurrences;
    let bookings: Vec<Booking> = occurrences
        .iter()
        .map(|occurrence| booking(listing, rules, occurrence))
        .collect();
    let without_length = bookings
        .iter()
        .filter(|booking| booking.period.is_empty())
        .count();
    let before = bookings.len();
    let mut bookings = merge::stays(bookings);
    let merged = before - bookings.len();
    tell_apart(&mut bookings);
    bookings.sort_by(|a, b| (a.period, &a.id).cmp(&(b.period, &b.id)));

    let warnings = [
        (without_length > 0).then_some(Warning::WithoutLength(without_length)),
        (merged > 0).then_some(Warning::Merged(merged)),
    ];
    FeedBookings {
        bookings,
        warnings: warnings.into_iter().flatten().collect(),
    }
}

fn booking(listing: &Listing, rules: &Rules, occurrence: &Occurrence<'_>) -> Booking {
    let event = occurrence.event;
    let Classification {
        kind,
        reason,
        reservation_code,
    } = classify(event, rules);
    Booking {
        id: id(listing, kind, occurrence),
        platform: listing.platform.clone(),
        listing: listing.id.clone(),
        asset: listing.asset.clone(),
        kind,
        reason,
        status: event.status.into(),
        period: occurrence.period,
        made_at: event.created,
        is_all_day: occurrence.start.is_date(),
        is_opaque: event.transparency == Transparency::Opaque,
        summary: event.summary.clone(),
        reservation_code,
        uid: event.uid.clone(),
    }
}

/// A digest, because a `UID` may be long, and hold what is nobody's business.
fn id(listing: &Listing, kind: Kind, occurrence: &Occurrence<'_>) -> String {
    let event = occurrence.event;
    let identity = if event.uid.is_empty() {
        let period = occurrence.period;
        format!(
            "{kind:?}\0{}\0{}",
            period.start.timestamp(),
            period.end.timestamp()
        )
    } else {
        let recurrence = occurrence
            .recurrence
            .map(|instant| instant.timestamp().to_string());
        format!("{}\0{}", event.uid, recurrence.unwrap_or_default())
    };
    digest(&format!("{}\0{identity}", listing.id))
}

/// Gives events that claim the same identity ids of their own: answers are paged and conflicts named by id.
fn tell_apart(bookings: &mut [Booking]) {
    bookings.sort_by(|a, b| (a.period, a.kind, &a.summary).cmp(&(b.period, b.kind, &b.summary)));
    let mut taken = HashSet::new();
    for booking in bookings {
        while !taken.insert(booking.id.clone()) {
            booking.id = digest(&booking.id);
        }
    }
}

fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WithoutLength(count) => write!(f, "events that last no time at all: {count}"),
            Self::Merged(count) => write!(f, "events of a stay that another event tells already: {count}"),
        }
    }
}

#[cfg(test)]
mod corpus_tests;
#[cfg(test)]
mod tests;
