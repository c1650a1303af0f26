//! What stands in the way of a new event.

use std::fmt;

use calendar::Period;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::sync::Link;
use crate::{Booking, Kind, Origin, OwnEvent, OwnEventKind};

/// What somebody wants to add.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// The asset's id.
    pub asset: &'a str,
    /// When it is to take place.
    pub period: Period,
    /// How much time the asset needs between two neighbours. It lies between them once: neither brings its own.
    pub turnover: TimeDelta,
}

/// Something that a candidate cannot stand beside.
#[derive(Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Where it comes from.
    pub origin: Origin,
    /// Its id: the own event's, the booking's, or the ledger's line's.
    pub id: String,
    /// What it is called. It may name a guest, so `Debug` leaves it out.
    pub title: Option<String>,
    /// What it is; an own booking is a reservation.
    pub kind: Kind,
    /// When it takes place.
    pub period: Period,
    /// Why it conflicts.
    pub cause: Cause,
}

/// Why two things conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// They share time.
    Overlap,
    /// They share no time, and too little of it lies between them.
    Turnover,
}

impl Candidate<'_> {
    /// The time in which something must show to conflict with it: its period and the turnover before and after. Load this.
    #[must_use]
    pub fn window(&self) -> Period {
        let turnover = self.turnover.max(TimeDelta::zero());
        let start = self.period.start.checked_sub_signed(turnover);
        Period::new(
            start.unwrap_or(DateTime::<Utc>::MIN_UTC),
            later(self.period.end, turnover),
        )
    }
}

/// Everything that stands in the candidate's way, by begin, then by id. Of another asset nothing does, and neither
/// does what is cancelled or transparent. `untold` is what the ledger alone knows of: see [`crate::untold`]. Touching periods conflict only where a turnover is needed.
#[must_use]
pub fn conflicts_with(
    candidate: &Candidate<'_>,
    bookings: &[Booking],
    own_events: &[OwnEvent],
    untold: &[Link],
) -> Vec<Conflict> {
    let of_bookings = bookings
        .iter()
        .filter(|booking| booking.asset == candidate.asset && booking.takes_up_time())
        .filter_map(|booking| Some(with_booking(booking, cause(candidate, booking.period)?)));
    let of_own_events = own_events
        .iter()
        .filter(|event| event.asset == candidate.asset)
        .filter_map(|event| Some(with_own_event(event, cause(candidate, event.period)?)));
    let of_untold = untold
        .iter()
        .filter(|line| line.asset == candidate.asset && line.takes_up_time())
        .filter_map(|line| Some(with_line(line, cause(candidate, line.content.period())?)));
    let mut conflicts: Vec<Conflict> = of_bookings.chain(of_own_events).chain(of_untold).collect();
    conflicts.sort_by(|a, b| (a.period, &a.id).cmp(&(b.period, &b.id)));
    conflicts
}

fn cause(candidate: &Candidate<'_>, other: Period) -> Option<Cause> {
    if candidate.period.is_empty() || other.is_empty() {
        return None;
    }
    if candidate.period.overlaps(&other) {
        return Some(Cause::Overlap);
    }
    let turnover = candidate.turnover.max(TimeDelta::zero());
    let widened = |period: Period| Period::new(period.start, later(period.end, turnover));
    let is_near = widened(candidate.period).overlaps(&other) || widened(other).overlaps(&candidate.period);
    is_near.then_some(Cause::Turnover)
}

fn later(instant: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    instant.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn with_booking(booking: &Booking, cause: Cause) -> Conflict {
    Conflict {
        origin: booking.origin(),
        id: booking.id.clone(),
        title: booking.summary.clone(),
        kind: booking.kind,
        period: booking.period,
        cause,
    }
}

fn with_line(line: &Link, cause: Cause) -> Conflict {
    Conflict {
        origin: line.origin.clone(),
        id: line.id.clone(),
        title: line.content.face.title.clone(),
        kind: line.content.kind,
        period: line.content.period(),
        cause,
    }
}

fn with_own_event(event: &OwnEvent, cause: Cause) -> Conflict {
    Conflict {
        origin: Origin::Own,
        id: event.id.clone(),
        title: Some(event.title.clone()),
        kind: match event.kind {
            OwnEventKind::Booking => Kind::Reservation,
            OwnEventKind::Block => Kind::Block,
        },
        period: event.period,
        cause,
    }
}

impl fmt::Debug for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conflict")
            .field("origin", &self.origin)
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("period", &self.period)
            .field("cause", &self.cause)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
