//! How it stands with a booking.

use calendar::Period;
use chrono::{DateTime, Utc};
use manifest::BookingIs;

/// What is known of a booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingFact {
    /// When it is.
    pub period: Period,
    /// Whether it is confirmed.
    pub is_firm: bool,
    /// Whether it is gone.
    pub is_cancelled: bool,
}

/// How it stands with a booking now.
#[must_use]
pub fn booking_is(fact: Option<&BookingFact>, now: DateTime<Utc>) -> BookingIs {
    match fact {
        None => BookingIs::None,
        Some(fact) if fact.is_cancelled => BookingIs::Cancelled,
        Some(fact) if fact.period.end <= now => BookingIs::Past,
        Some(fact) if fact.is_firm => BookingIs::Reservation,
        Some(_) => BookingIs::Hold,
    }
}
